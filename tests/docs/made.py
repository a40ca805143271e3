"""The sections of docs/flows.md that are made from the code: `python -m tests.docs` writes them."""

from collections.abc import Callable, Iterable
from itertools import groupby

from botkit.app.directories import Locales
from botkit.flows import reference, repair_names
from botkit.flows.defaults import repair_keys, source
from tests.docs.pages import ROOT, table

FLOWS = ROOT / "docs" / "flows.md"
RECEIVES = {
    "on_no_match": "`tries`: how often in a row nothing was understood",
    "on_clarify": "`choices`: a list of `{label, run}`",
    "on_cancel": "`flow`: the title of what was stopped, or none",
    "on_correct": "`slot` (its name), `title`, `old`, `new`; `done`: true if it was already done and stays",
    "on_resume": "`flow`: the title of what goes on",
    "on_repeat": "`texts`: what the bot said last",
    "on_silence": "`flow`: the title of what was closed",
    "on_error": "`error.code`, `error.message`",
    "on_blocked": "`reason`",
    "on_handoff": "`team`, `reason`",
    "on_no_agent": "`team`; `opens`: the moment from which somebody is there, none while the team is open",
    "on_confirm": "`action`, `summary`; it ends with true or false",
    "on_attachment": "`files`; `refused`: why they were not kept, or nothing",
}


def keys() -> str:
    """Write the table of every key."""
    return "\n\n".join(_keys(name, [row[1:] for row in rows]) for name, rows in groupby(reference(), lambda r: r[0]))


def _keys(name: str, rows: Iterable[tuple[str, str, str]]) -> str:
    return f"**{name}**\n\n" + table(("key", "what", "example"), *((f"`{k}`", d, f"`{e}`") for k, d, e in rows))


def repairs() -> str:
    """Write the table of the repair flows, with their English texts."""
    texts = Locales()["en"].repair
    rows = []
    for name in repair_names():
        body = source().split(f"  {name}:\n")[1].split("\n\n")[0]
        said = [texts[key] for key in repair_keys() if f'"@{key}"' in body and key != "talk_to_person"]
        shown = " · ".join(text.replace(" | told }}", " }}").replace("{{ ", "*").replace(" }}", "*") for text in said)
        rows.append((f"`{name}`", RECEIVES.get(name, ""), shown or "nothing"))
    return table(("flow", "receives", "says, unless you replace it"), *rows)


SECTIONS: dict[str, Callable[[], str]] = {"keys": keys, "repairs": repairs}
