"""How Alembic reaches a database: over the connection that it is given, or not at all, to render a dialect's text."""

from alembic import context

from botkit.stores.schema import metadata

_OFFLINE = context.is_offline_mode()
context.configure(
    connection=None if _OFFLINE else context.config.attributes["connection"],
    dialect_name=context.config.attributes.get("dialect", "sqlite") if _OFFLINE else None,
    literal_binds=_OFFLINE,
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters most things by copying the table
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
