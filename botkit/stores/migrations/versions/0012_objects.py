"""Objects: what stands in a bucket, where files are kept in one, and what is to be removed from it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "objects",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("ref", sa.Text, nullable=False),  # of the file that it holds; empty while it comes in or goes
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),  # 0 when it is to be removed
        sqlite_with_rowid=False,
    )
    held, loose = sa.text("ref <> ''"), sa.text("ref = ''")
    op.create_index("ix_objects_at", "objects", ["at"], sqlite_where=loose, postgresql_where=loose)
    op.create_index("ix_objects_ref", "objects", ["ref"], unique=True, sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("objects")
