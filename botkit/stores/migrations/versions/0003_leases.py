"""Leases: which worker sends a reply or has a call, until when; when a row came into the inbox."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the columns, empty: what has no worker is anybody's."""
    op.add_column("inbox", sa.Column("at", sa.Float))
    for table in ("outbox", "calls"):
        op.add_column(table, sa.Column("worker", sa.Text))
        op.add_column(table, sa.Column("until", sa.Float))
    if op.get_context().dialect.name == "postgresql":
        where = sa.text("state = 0")
        op.create_index("ix_outbox_unsent", "outbox", ["conversation", "place"], postgresql_where=where)
        op.execute("ALTER TABLE conversations SET (fillfactor = 70)")  # room for each turn's update beside its row


def downgrade() -> None:
    """Drop the columns."""
    if op.get_context().dialect.name == "postgresql":
        op.drop_index("ix_outbox_unsent")
    for table in ("outbox", "calls"):
        op.drop_column(table, "until")
        op.drop_column(table, "worker")
    op.drop_column("inbox", "at")
