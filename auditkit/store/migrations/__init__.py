"""Alembic revisions of the store's fixed tables."""
