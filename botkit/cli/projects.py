"""`botkit new`, `schema` and `graph`: beginning a project, and looking at one."""

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from botkit.cli.arguments import HERE, BotDirectory
from botkit.cli.outcomes import guarded, tell
from botkit.errors import LoadError, UsageError

if TYPE_CHECKING:
    from botkit.cli.scaffold import Kind


class Drawing(StrEnum):
    """The language of a graph."""

    MERMAID = "mermaid"
    DOT = "dot"


@guarded
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name: a directory of that name is made.")],
    *,
    plugin: Annotated[bool, typer.Option("--plugin", help="A Python package that adds actions.")] = False,
    connector: Annotated[bool, typer.Option("--connector", help="A Python package that adds a channel.")] = False,
) -> None:
    """Begin a bot, a plugin or a connector, with tests that pass.

    \b
    botkit new shop
    botkit new loyalty --plugin
    botkit new line --connector
    """
    from botkit.cli.scaffold import scaffold

    if plugin and connector:
        raise UsageError("a project is a plugin or a connector, not both")
    kind: Kind = "plugin" if plugin else "connector" if connector else "bot"
    target = Path(name)
    for path in scaffold(kind, target.name, target):
        print(path)
    word = shlex.quote(name)
    if kind == "bot":
        tell(f"Now: botkit check {word}, botkit chat {word}, botkit run {word}")
    else:
        tell(f"Now: cd {word}, pip install -e '.[dev]', pytest")


@guarded
def schema(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write it to this file.")] = None,
) -> None:
    """Print the JSON Schema of flow files, for editors.

    \b
    botkit schema --out .vscode/botkit.schema.json
    """
    from botkit.flows import schema as schema_of

    text = json.dumps(schema_of(), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        sys.stdout.write(text)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")


@guarded
def graph(
    directory: BotDirectory = HERE,
    format_: Annotated[Drawing, typer.Option("--format", help="What reads the graph.")] = Drawing.MERMAID,
    flow: Annotated[list[str] | None, typer.Option("--flow", help="Only this flow; may be repeated.")] = None,
) -> None:
    """Draw a bot's flows.

    \b
    botkit graph flows/support > flows.mmd
    botkit graph flows/support --flow return_item
    botkit graph flows/support --format dot | dot -Tsvg > flows.svg
    """
    from botkit.app.directories import check_directory
    from botkit.app.drawing import draw_dot, draw_mermaid
    from botkit.expressions import suggest

    checked = check_directory(directory)
    if checked.flows is None:
        raise LoadError(checked.errors)
    flows = checked.flows.flows
    for name in flow or ():
        if name not in flows:
            near = suggest(name, tuple(flows))
            raise UsageError(f"there is no flow '{name}'", hint=f"did you mean '{near}'?" if near else "")
    chosen = [flows[name] for name in flow] if flow else [one for one in flows.values() if not one.builtin]
    sys.stdout.write(draw_dot(chosen) if format_ is Drawing.DOT else draw_mermaid(chosen))
