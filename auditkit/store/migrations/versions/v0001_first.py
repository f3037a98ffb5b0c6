"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("opened", sa.String, nullable=False),
        sa.Column("closed", sa.String),
        sa.Column("tool", sa.String, nullable=False),
        sa.Column("operator", sa.String, nullable=False),
        sa.Column("targets", sa.String, nullable=False),
    )
    op.create_table(
        "question",
        sa.Column("snapshot", sa.Integer, sa.ForeignKey("snapshot.id", ondelete="CASCADE"), primary_key=True),
        *(sa.Column(name, sa.String, primary_key=True) for name in ("target", "probe", "arg")),
    )
    op.create_table(
        "answer",
        sa.Column("snapshot", sa.Integer, sa.ForeignKey("snapshot.id", ondelete="CASCADE"), primary_key=True),
        *(sa.Column(name, sa.String, primary_key=True) for name in ("target", "probe", "arg")),
        *(sa.Column(name, sa.String, nullable=False) for name in ("state", "why", "cause", "at", "account", "command")),
        sa.Column("evidence", sa.String),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("facts", sa.String),
    )
    op.create_table(
        "blob",
        sa.Column("address", sa.String, primary_key=True),
        sa.Column("form", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_table(
        "alias",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("value", sa.String, primary_key=True),
        sa.Column("asset", sa.String, nullable=False),
    )
    op.create_index("ix_answer_evidence", "answer", ["evidence"])


def downgrade() -> None:
    for table in ("alias", "blob", "answer", "question", "snapshot"):
        op.drop_table(table)
