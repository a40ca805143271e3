"""Threads: where in a team's channel a conversation is shown, and how far."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the table."""
    narrow = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "threads",
        sa.Column("room", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("conversation", narrow, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("ended", sa.SmallInteger, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_threads_conversation", "threads", ["conversation"])
    op.create_index(
        "ix_threads_open",
        "threads",
        ["room", "at"],
        sqlite_where=sa.text("ended = 0"),
        postgresql_where=sa.text("ended = 0"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("threads")
