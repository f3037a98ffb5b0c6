"""Alembic's door: runs on the connection that `store.open` hands over."""

from alembic import context

from auditkit.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
