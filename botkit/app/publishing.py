"""Publishing: a version of the flows becomes the one that all nodes serve; a share may try it; one can go back."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import msgspec

from botkit.app.bots import locate_store
from botkit.app.directories import Checked, rebuild, rebuild_checked
from botkit.app.histories import has_store, opened_at
from botkit.app.versions import Change, Touched, compare, count_touched, differ
from botkit.errors import LoadError, UsageError
from botkit.model.flowset import FlowSet, Settings
from botkit.model.session import Session, is_live
from botkit.ports.stored import Publication
from botkit.ports.stores import Store
from botkit.runtime.books import is_chosen

WHOLE = 100  # of a hundred conversations
RECENT = 50  # publications that are looked at, and whose versions are kept
REMEMBERED = 90 * 86_400.0  # seconds after which nobody is taken to be in the middle of a flow
_PAGE = 500


class Serving(msgspec.Struct, frozen=True):
    """What is published: the version for all, and the canary beside it."""

    whole: Publication | None = None
    canary: Publication | None = None


class Plan(msgspec.Struct, frozen=True):
    """What publishing a version will do. `before` is the version that it replaces, empty if none was published."""

    version: str
    before: str
    share: int
    changes: tuple[Change, ...]
    diff: str
    touched: Touched


@asynccontextmanager
async def opened(checked: Checked, *, made: bool = True) -> AsyncIterator[Store]:
    """Open the store of a bot, also one that never ran; it is `made` then, else an empty one stands in for it."""
    url = locate_store(checked.config.store, checked.directory)
    async with opened_at(url if made or await has_store(url) else "sqlite://") as store:
        yield store


async def find_serving(store: Store) -> Serving:
    """Give what is published now."""
    return sort_out(await store.publications(RECENT))


def sort_out(newest_first: Sequence[Publication]) -> Serving:
    """Tell what some publications, the newest first, come to."""
    if not newest_first:
        return Serving()
    whole = next((one for one in newest_first if one.share >= WHOLE), None)
    return Serving(whole, newest_first[0] if newest_first[0].share < WHOLE else None)


async def make_plan(checked: Checked, store: Store, now: float, share: int = WHOLE) -> Plan:
    """Say what publishing a directory's flows will do, to so many of a hundred conversations.

    Raises LoadError for flows with errors and UsageError for a share without a whole version beside it.
    """
    if checked.flows is None:
        raise LoadError(checked.errors)
    serving = await find_serving(store)
    if share < WHOLE and serving.whole is None:
        raise UsageError("there is no version for the other conversations", hint="publish one whole first")
    return await _plan(checked, store, checked.flows, checked.sources, serving, share, now)


async def make_step_back(checked: Checked, store: Store, now: float, version: str = "") -> Plan:
    """Say what going back will do: to a version (or the beginning of its name), or to the one before this.

    While a canary is tried, going back ends that. Raises UsageError if there is nothing to go back to.
    """
    recent = await store.publications(RECENT)
    serving = sort_out(recent)
    target = _step_back(recent, serving, version)
    sources = await store.version(target)
    if sources is None:
        raise UsageError(f"version {target[:12]} is not in the store any more", hint="`--to` names another")
    flows, errors = rebuild_checked(checked, target, sources, _settings(checked))
    if flows is None:
        why = str(errors[0]) if errors else "it has mistakes"
        raise UsageError(
            f"version {target[:12]} does not load with these plugins: {why}", hint="`--to` names another"
        )
    return await _plan(checked, store, flows, sources, serving, WHOLE, now)


def _step_back(recent: Sequence[Publication], serving: Serving, version: str) -> str:
    if version:
        named = {one.version for one in recent if one.version.startswith(version)}
        if len(named) != 1:
            raise UsageError(
                f"{len(named) or 'no'} published versions begin with {version[:40]!r}",
                hint="`botkit publish --history` lists them",
            )
        return named.pop()
    if serving.whole is None:
        raise UsageError("nothing was published", hint="`botkit publish` does it")
    if serving.canary is not None:
        return serving.whole.version
    for one in recent:
        if one.share >= WHOLE and one.version != serving.whole.version:
            return one.version
    raise UsageError("there is no version before this one")


def _settings(checked: Checked) -> Settings:
    """Give the settings with which versions are built, also beside flow files with mistakes."""
    return checked.flows.settings if checked.flows is not None else checked.config.settings


async def _plan(
    checked: Checked,
    store: Store,
    flows: FlowSet,
    sources: Mapping[str, str],
    serving: Serving,
    share: int,
    now: float,
) -> Plan:
    versions = _Versions(checked, store, flows)
    replaced = _replaced(serving, flows.version, share)
    before = await versions.find(replaced.version) if replaced is not None else None
    old = await store.version(replaced.version) if replaced is not None else None
    others = await versions.find(serving.whole.version) if serving.whole is not None else None

    def newest(conversation: str) -> FlowSet:
        return flows if others is None or is_chosen(conversation, share) else others

    live = [session async for session in live_sessions(store, flows.settings.idle, now)]
    for version in {session.version for session in live}:
        await versions.find(version)
    return Plan(
        version=flows.version,
        before=replaced.version if replaced is not None else "",
        share=share,
        changes=compare(before, flows) if before is not None else (),
        diff=differ(old, sources) if old is not None else "",
        touched=count_touched(live, versions.known.get, newest),
    )


def _replaced(serving: Serving, version: str, share: int) -> Publication | None:
    """Give what a version takes the place of: of a canary that is ended or changed, that."""
    whole, canary = serving.whole, serving.canary
    if whole is None or canary is None or version == canary.version:
        return whole  # more conversations, or all, are given what a canary has: they had the other
    return canary if share < WHOLE or version == whole.version else whole


class _Versions:
    """The versions that live sessions have, each built once."""

    def __init__(self, checked: Checked, store: Store, flows: FlowSet) -> None:
        self.known: dict[str, FlowSet | None] = {flows.version: flows}
        self._checked = checked
        self._store = store

    async def find(self, version: str) -> FlowSet | None:
        if version not in self.known:
            sources = await self._store.version(version)
            flows = self._checked.flows
            if flows is not None and flows.version == version:
                self.known[version] = flows
            else:
                self.known[version] = (
                    rebuild(self._checked, version, sources, _settings(self._checked)) if sources else None
                )
        return self.known[version]


async def versions_for(checked: Checked, store: Store, conversation: str) -> list[FlowSet]:
    """Give the flows that a conversation may meet: the directory's, what is published, and what its session has.

    They are none where the directory's do not load.
    """
    if checked.flows is None:
        return []
    versions = _Versions(checked, store, checked.flows)
    session, serving = (await store.load(conversation, most=0)).session, await find_serving(store)
    named = [one.version for one in (serving.whole, serving.canary, session) if one is not None]
    found = [await versions.find(name) for name in named]
    return [checked.flows, *(flows for flows in found if flows is not None)]


async def sessions_of(store: Store, now: float) -> AsyncIterator[Session]:
    """Give the sessions of all conversations that were touched in the last `REMEMBERED` seconds."""
    after = 0
    while page := await store.sessions(now - REMEMBERED, after, _PAGE):
        for _, session in page:
            yield session
        after = page[-1][0]
        await asyncio.sleep(0)  # others have the loop between two pages


async def live_sessions(store: Store, idle: float, now: float) -> AsyncIterator[Session]:
    """Give the sessions that are in the middle of something."""
    async for session in sessions_of(store, now):
        if is_live(session, idle, now):
            yield session


async def publish_version(store: Store, checked: Checked, plan: Plan, now: float, by: str = "command") -> Publication:
    """Let all nodes serve what was planned; they take it up within seconds. `by` is a Publication's."""
    if checked.flows is not None and checked.flows.version == plan.version:
        await store.save_version(plan.version, checked.sources, now)
    published = await store.publish(plan.version, plan.share, by, now)
    await drop_unneeded(store, now)
    return published


async def drop_unneeded(store: Store, now: float) -> int:
    """Let versions go that no conversation and no recent publication needs; give how many."""
    needed = {one.version for one in await store.publications(RECENT)}
    async for session in sessions_of(store, now):
        if session.stack and not session.ended:
            needed.add(session.version)
    return await store.drop_versions(needed)
