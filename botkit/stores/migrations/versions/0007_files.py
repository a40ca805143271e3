"""Files: which conversation holds which content; the content itself on PostgreSQL, which has no disk beside it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "files",
        sa.Column("conversation", sa.Text, primary_key=True),
        sa.Column("ref", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("mime", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("sent", sa.SmallInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_files_at", "files", ["at"])
    op.create_index("ix_files_ref", "files", ["ref"])
    if op.get_context().dialect.name == "postgresql":
        op.create_table(
            "file_parts",
            sa.Column("content", sa.Text, primary_key=True),  # its ref; while it comes in, a name of its own
            sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("data", sa.LargeBinary, nullable=False),
            sa.Column("coming", sa.Float),  # since when; NULL when it is all there
        )
        op.create_index(
            "ix_file_parts_coming", "file_parts", ["coming"], postgresql_where=sa.text("coming IS NOT NULL")
        )
        op.execute("ALTER TABLE file_parts ALTER COLUMN data SET STORAGE EXTERNAL")  # pictures are packed already


def downgrade() -> None:
    """Drop them."""
    if op.get_context().dialect.name == "postgresql":
        op.drop_table("file_parts")
    op.drop_table("files")
