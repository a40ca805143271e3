"""Arguments that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

HERE = Path()
BotDirectory = Annotated[Path, typer.Argument(metavar="DIR", help="A bot's directory; this one if not given.")]
