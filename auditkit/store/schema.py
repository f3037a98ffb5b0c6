"""The fixed handful of tables. No fact type is known here, so a fact type never needs a migration."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table

HEAD = "0001"  # the newest revision under migrations/versions; a test holds the two together
metadata = MetaData()

snapshot = Table(
    "snapshot",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("opened", String, nullable=False),  # ISO 8601, UTC
    Column("closed", String),  # NULL: unfinished
    Column("tool", String, nullable=False),
    Column("operator", String, nullable=False),
    Column("targets", String, nullable=False),  # JSON: what was planned to be asked, without credentials
)
question = Table(
    "question",
    metadata,
    Column("snapshot", Integer, ForeignKey("snapshot.id", ondelete="CASCADE"), primary_key=True),
    Column("target", String, primary_key=True),
    Column("probe", String, primary_key=True),
    Column("arg", String, primary_key=True),
)
answer = Table(
    "answer",
    metadata,
    Column("snapshot", Integer, ForeignKey("snapshot.id", ondelete="CASCADE"), primary_key=True),
    Column("target", String, primary_key=True),
    Column("probe", String, primary_key=True),
    Column("arg", String, primary_key=True),
    Column("state", String, nullable=False),  # found | absent | unknown
    Column("why", String, nullable=False),
    Column("cause", String, nullable=False),
    Column("at", String, nullable=False),
    Column("account", String, nullable=False),
    Column("command", String, nullable=False),
    Column("evidence", String),  # address of the blob with the reply; NULL: no byte came back
    Column("secret", Boolean, nullable=False),
    Column("facts", String),  # address of the blob with the facts
)
blob = Table(
    "blob",
    metadata,
    Column("address", String, primary_key=True),
    Column("form", String, nullable=False),  # zstd | age | file-zstd | file-age | not_kept
    Column("size", Integer, nullable=False),  # bytes as they came
    Column("body", LargeBinary),
)
alias = Table(
    "alias",
    metadata,
    Column("kind", String, primary_key=True),  # of the mark: target, serial, machine-id, …
    Column("value", String, primary_key=True),
    Column("asset", String, nullable=False),
)
Index("ix_answer_evidence", answer.c.evidence)
