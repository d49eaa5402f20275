"""Alembic's entry point: runs the migrations on the database that `kil_pipeline.migrations` hands in."""

from alembic import context

from kil_pipeline.database import Base, Database


def _include(item: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (name or "").startswith(("procrastinate_", "entry_search"))


database: Database = context.config.attributes["database"]
with database.writer.begin() as connection:
    context.configure(
        connection=connection, target_metadata=Base.metadata, include_object=_include, render_as_batch=True
    )
    context.run_migrations()
