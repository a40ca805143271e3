"""Sharing: duties of one process, rates and budgets of all; how many messages waited when one came."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables, and add the column."""
    op.create_table(
        "duties",
        sa.Column("duty", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("worker", sa.Text),
        sa.Column("until", sa.Float),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rates",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budgets",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("began", sa.Float, nullable=False),
        sa.Column("used", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.add_column("inbox", sa.Column("waiting", sa.Integer))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("inbox", "waiting")
    for table in ("budgets", "rates", "duties"):
        op.drop_table(table)
