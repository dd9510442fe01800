"""Alembic's entry: always works on the connection it is handed, in the caller's transaction."""

from alembic import context

from atoosync_lab.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
