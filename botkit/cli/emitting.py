"""`botkit emit`: something happened outside, and a conversation is told."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from botkit.cli.arguments import HERE
from botkit.cli.outcomes import guarded, tell
from botkit.errors import UsageError

if TYPE_CHECKING:
    from botkit.app.events import Outcome
    from botkit.ports.stores import Store

_LOOK = 0.2  # seconds between two looks for the outcome


@guarded
def emit(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What happened: order.shipped.")],
    conversation: Annotated[
        str, typer.Option("--conversation", "-c", metavar="ID", help="As `botkit conversations list` names it.")
    ] = "",
    customer: Annotated[
        str, typer.Option(metavar="ID", help="The customer, as a plugin identified them, with --channel.")
    ] = "",
    channel: Annotated[str, typer.Option(metavar="NAME", help="Where the customer is to be told.")] = "",
    data: Annotated[str, typer.Option(metavar="JSON", help="What flows see of it as `event`.")] = "{}",
    key: Annotated[str, typer.Option(metavar="ID", help="The event's own id: a second one is not told again.")] = "",
    directory: Annotated[Path, typer.Option("--dir", metavar="DIR", help="The bot.")] = HERE,
    wait: Annotated[
        float, typer.Option(min=0, max=3600, metavar="SECONDS", help="Wait so long for what comes of it.")
    ] = 0.0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for programs.")] = False,
) -> None:
    """Tell a conversation that something happened outside. A running bot takes it up within seconds.

    \b
    botkit emit order.shipped -c web:k3j2 --data '{"order": "#W123"}' --dir flows/support
    botkit emit paid -c telegram:815 --key invoice-77 --wait 10
    botkit emit paid --customer c-77 --channel telegram --key invoice-77
    """
    from botkit.app.directories import check_directory
    from botkit.app.events import Emitted, find_conversation, make_incoming, outcome_of, refuse_unknown, why_unheard
    from botkit.app.histories import channels_of, open_history
    from botkit.app.publishing import versions_for
    from botkit.runtime.clocks import WallClock

    try:
        plain: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--data is no JSON: {error}", hint="""for instance '{"order": "#W123"}'""") from error

    async def send() -> "tuple[Emitted, Outcome | None]":
        async with open_history(directory, None) as store:
            found = await find_conversation(store, conversation, customer, channel)
            incoming = make_incoming(name, plain, found, key)
            await refuse_unknown(store, found, channels_of(directory))
            accepted = await store.accept(incoming, WallClock().now())
            warning = why_unheard(name, await versions_for(check_directory(directory), store, found))
            if warning and not as_json:
                tell(f"warning: {warning}")
            emitted = Emitted(found, incoming.event.id, accepted.duplicate, warning)
            return emitted, await _await_outcome(store, emitted, wait)

    async def _await_outcome(store: "Store", emitted: Emitted, seconds: float) -> "Outcome | None":
        until = asyncio.get_running_loop().time() + seconds
        while True:
            found = await outcome_of(store, emitted.conversation, emitted.id)
            if _is_settled(found) or asyncio.get_running_loop().time() >= until:
                return found
            await asyncio.sleep(_LOOK)

    emitted, outcome = asyncio.run(send())
    _show(emitted, outcome, as_json=as_json)


def _is_settled(outcome: "Outcome | None") -> bool:
    if outcome is None or outcome.outcome == "kept":
        return False
    return all(said.state != "waiting" for said in outcome.replies)


def _show(emitted: Any, outcome: "Outcome | None", *, as_json: bool) -> None:
    import msgspec

    if as_json:
        print(msgspec.json.encode({**msgspec.to_builtins(emitted), "outcome": outcome}).decode())
        return
    known = "known already" if emitted.duplicate else "stored"
    print(f"{known}: {emitted.id} for {emitted.conversation}")
    if outcome is None:
        print("no turn yet: it comes while the bot runs")
        return
    print(f"turn {outcome.turn}: {outcome.why}")
    for said in outcome.replies:
        print(f"  {said.state}: {said.text}{f' ({said.error})' if said.error else ''}")
