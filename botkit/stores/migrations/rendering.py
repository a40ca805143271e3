"""The revisions as each dialect's text, so that a bot brings its database forward without Alembic and SQLAlchemy.

After a change `python -m botkit.stores.migrations.rendering` writes the folders anew; a test compares them. Nothing
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
DIALECTS: Final = ("sqlite", "postgresql")


def render(location: str = HERE, dialect: str = "sqlite") -> Mapping[str, str]:
    """Give the script of every revision by its id, from the first to the newest."""
    revisions = reversed(list(ScriptDirectory.from_config(_configured(location)).walk_revisions()))
    spans = {one.revision: f"{one.down_revision or 'base'}:{one.revision}" for one in revisions}
    return {revision: _script(location, span, dialect) for revision, span in spans.items()}


def _script(location: str, span: str, dialect: str) -> str:
    written = StringIO()
    config = _configured(location, written)
    config.attributes["dialect"] = dialect
    command.upgrade(config, span, sql=True)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()).strip() + "\n"


def _configured(location: str, written: StringIO | None = None) -> Config:
    config = Config(output_buffer=written) if written is not None else Config()
    config.set_main_option("script_location", location)
    return config


def write(folder: Path, dialect: str = "sqlite") -> None:
    """Write the scripts into a folder, and remove those of revisions that are no more."""
    scripts = render(dialect=dialect)
    for path in folder.glob("*.sql"):
        if path.stem not in scripts:
            path.unlink()
    for revision, script in scripts.items():
        (folder / f"{revision}.sql").write_text(script, encoding="utf-8")


if __name__ == "__main__":
    for one in DIALECTS:
        write(Path(__file__).with_name(one), one)
