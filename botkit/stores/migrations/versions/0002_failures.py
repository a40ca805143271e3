"""What failed for good and is no reply: events that were set aside, calls whose end nobody knows."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "failures",
        sa.Column(
            "conversation",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("data", sa.LargeBinary),
        sa.Column("customer", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_failures_at", "failures", ["at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("failures")
