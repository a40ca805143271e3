"""Embeddings: the vectors of a bot's own texts, so that each is computed once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "embeddings",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("used", sa.Float, nullable=False),
    )
    op.create_index("ix_embeddings_used", "embeddings", ["used"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("embeddings")
