"""The first schema: conversations, their inbox, turns, outbox, calls and timers; flow versions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_NARROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "conversations",
        sa.Column("key", _NARROW, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("accepted", sa.Integer, nullable=False),
        sa.Column("processed", sa.Integer, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("touched", sa.Float, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary),
        sa.CheckConstraint("processed <= accepted", name="ck_conversations_processed"),
    )
    op.create_index("ix_conversations_hour", "conversations", ["hour"])
    _partial("ix_conversations_owner", "conversations", "owner", "owner <> 'bot'")
    op.create_table(
        "inbox",
        *_of_conversation(sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False)),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("customer", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seen",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("conversation", _NARROW, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "turns",
        *_of_conversation(sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False)),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    _make_outgoing()
    op.create_table(
        "timers",
        *_of_conversation(
            sa.Column("question", sa.Text, primary_key=True), sa.Column("purpose", sa.Text, primary_key=True)
        ),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_timers_due", "timers", ["due"])
    op.create_table(
        "versions",
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("versions", "timers", "calls", "outbox", "turns", "seen", "inbox", "conversations"):
        op.drop_table(table)


def _make_outgoing() -> None:
    op.create_table(
        "outbox",
        *_of_conversation(sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False)),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("data", sa.LargeBinary),
        sa.Column("note", sa.Text),
        sqlite_with_rowid=False,
    )
    _partial("ix_outbox_pending", "outbox", "id", "state = 0", unique=True)
    _partial("ix_outbox_dead", "outbox", "at", "state = 2")
    op.create_table(
        "calls",
        *_of_conversation(sa.Column("id", sa.Text, primary_key=True)),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("data", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    _partial("ix_calls_open", "calls", "id", "state < 2", unique=True)


def _of_conversation(*columns: sa.Column[str] | sa.Column[int]) -> tuple[sa.Column[str] | sa.Column[int], ...]:
    return (sa.Column("conversation", _NARROW, primary_key=True, autoincrement=False), *columns)


def _partial(name: str, table: str, column: str, condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, table, [column], unique=unique, sqlite_where=where, postgresql_where=where)
