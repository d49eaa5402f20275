"""The database's history, numbered. `upgrade` brings a database to the newest state."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from kil_pipeline.database import Database


def alembic_config(database: Database | None = None) -> Config:
    """Return Alembic's configuration; `database` is the one to work on."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["database"] = database
    return config


def upgrade(database: Database, *, authority: str) -> None:
    """Bring a database to the newest state. `authority` names this installation in permanent ids, once and for all.

    `authority` is what stands after `tag:` (RFC 4151) in the ids of feeds and calendars, such as
    "plan.example.org,2026-11-23". It is stored by the first migration and never changes afterwards.
    """
    config = alembic_config(database)
    config.attributes["authority"] = authority
    command.upgrade(config, "head")


def current_revision(database: Database) -> str | None:
    """Return the revision that a database is at, or None where it was never migrated."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """Return the revision that the code needs."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert head is not None  # there is always at least one migration
    return head


def needs_upgrade(database: Database) -> bool:
    """Tell whether `kil migrate` has work to do. Raises SQLAlchemy's errors where the database cannot be reached."""
    with database.engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
    return current_revision(database) != newest_revision()
