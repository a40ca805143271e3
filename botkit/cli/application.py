"""The commands in one place, and what they have in common."""

import os
import sys

import typer

import botkit
from botkit.cli import (
    auditing,
    chatting,
    checking,
    databases,
    desking,
    doctor,
    emitting,
    evaluating,
    finetune,
    histories,
    privacy,
    projects,
    prompting,
    publishing,
    rehearsing,
    reviewing,
    running,
)

app = typer.Typer(
    name="botkit",
    help="Customer-service bots from YAML flows.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

app.command("new")(projects.new)
app.command("run")(running.run)
app.command("chat")(chatting.chat)
app.command("check")(checking.check)
app.command("test")(rehearsing.play)
app.command("publish")(publishing.publish)
app.command("rollback")(publishing.rollback)
app.command("emit")(emitting.emit)
app.command("desk")(desking.desk)
app.command("audit")(auditing.audit)
app.command("why")(histories.why)
app.command("review")(reviewing.review)
app.command("eval")(evaluating.evaluate)
app.command("prompts")(prompting.prompts)
app.command("graph")(projects.graph)
app.command("schema")(projects.schema)
app.command("doctor")(doctor.doctor)
histories.conversations.command("export")(privacy.export)
histories.conversations.command("erase")(privacy.erase)
histories.conversations.command("retain")(privacy.retain)
histories.conversations.command("figures")(privacy.figures)
app.add_typer(histories.conversations, name="conversations")
app.add_typer(databases.db, name="db")
app.add_typer(finetune.finetune, name="finetune")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"botkit {botkit.__version__}")
        raise typer.Exit


@app.callback()
def _common(
    *,
    debug: bool = typer.Option(False, "--debug", help="Show where an error came from (also BOTKIT_DEBUG=1)."),
    _version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Customer-service bots from YAML flows.

    \b
    botkit new shop          a new bot in the directory shop
    botkit check shop        find its mistakes
    botkit chat shop         talk to it here
    botkit run shop          serve it on http://127.0.0.1:8000
    """
    if debug:
        os.environ["BOTKIT_DEBUG"] = "1"


def main() -> None:
    """Run the command line; `--debug` may stand anywhere in it."""
    arguments = sys.argv[1:]
    if "--debug" in arguments:
        arguments = ["--debug", *(word for word in arguments if word != "--debug")]
    app(arguments, prog_name="botkit")
