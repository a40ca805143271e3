"""Customers: in which conversations somebody is known, by the id that a plugin found out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_NARROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "customers",
        sa.Column("conversation", _NARROW, primary_key=True, autoincrement=False),
        sa.Column("customer", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_customers_customer", "customers", ["customer"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("customers")
