"""The revisions as SQLite's text, so that a bot brings its database forward without Alembic and SQLAlchemy.

After a change `python -m botkit.stores.migrations.rendering` writes `sqlite` anew; a test compares the two. Nothing
is connected then, so a revision cannot look at what a database holds: give `batch_alter_table` its `copy_from`, and
change rows by `op.execute`.
"""

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

HERE: Final = "botkit.stores:migrations"


def render(location: str = HERE) -> Mapping[str, str]:
    """Give the script of every revision by its id, from the first to the newest."""
    revisions = reversed(list(ScriptDirectory.from_config(_configured(location)).walk_revisions()))
    return {one.revision: _script(location, f"{one.down_revision or 'base'}:{one.revision}") for one in revisions}


def _script(location: str, span: str) -> str:
    written = StringIO()
    command.upgrade(_configured(location, written), span, sql=True)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()).strip() + "\n"


def _configured(location: str, written: StringIO | None = None) -> Config:
    config = Config(output_buffer=written) if written is not None else Config()
    config.set_main_option("script_location", location)
    return config


def write(folder: Path) -> None:
    """Write the scripts into a folder, and remove those of revisions that are no more."""
    scripts = render()
    for path in folder.glob("*.sql"):
        if path.stem not in scripts:
            path.unlink()
    for revision, script in scripts.items():
        (folder / f"{revision}.sql").write_text(script, encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).with_name("sqlite"))
