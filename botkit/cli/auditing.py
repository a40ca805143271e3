"""`botkit audit`: who of the house did what."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from botkit.cli.arguments import HERE
from botkit.cli.histories import Directory, Url, read
from botkit.cli.outcomes import guarded, tell

if TYPE_CHECKING:
    from botkit.ports.stores import Store


@guarded
def audit(
    directory: Directory = HERE,
    store: Url = "",
    most: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 50,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List who of the house did what, the newest first.

    Noted is who published and rolled back, claimed, read, reviewed, retried and dropped what failed, exported and
    erased. What was done with an erased conversation stays in the list, without its name.

    \b
    botkit audit --dir flows/support
    botkit audit --json | jq -r 'select(.what == "exported") | .who'
    """
    from botkit.app.transcripts import moment

    async def list_all(store: "Store") -> None:
        acts = await store.acts(most)
        for act in acts:
            if as_json:
                told = {
                    "number": act.number,
                    "at": moment(act.at),
                    "who": act.who,
                    "what": act.what,
                    "about": act.about,
                }
                print(json.dumps(told, ensure_ascii=False))
            else:
                print(f"{moment(act.at)}  {act.who:<20}  {act.what:<11}  {act.about}".rstrip())
        if not (acts or as_json):
            tell("nothing was done that is audited")

    read(directory, store, list_all)
