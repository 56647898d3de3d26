"""What Alembic runs: the steps go through the connection, and inside the transaction, that `migrate` gives."""

from alembic import context

from tieout.journal.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
