"""What several commands share: the settings and a database that is up to date."""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from kil_pipeline.database import Database
from kil_pipeline.errors import ConfigurationError
from kil_pipeline.migrations import needs_upgrade
from kil_pipeline.settings import Settings, load_settings
from web.logs import set_up_logs
from web.wiring import open_database, sqlite_file


def migrated(settings: Settings) -> Database:
    """Open the database. Raises `ConfigurationError` where it is not up to date."""
    file = sqlite_file(settings)
    if file is not None and not file.exists():
        raise ConfigurationError(f"There is no database {file}. Run kil migrate to make one, or set KIL_VAR.")
    database = open_database(settings)
    try:
        behind = needs_upgrade(database)
    except SQLAlchemyError as error:
        raise ConfigurationError(f"The database cannot be reached: {str(error).splitlines()[0]}") from error
    if behind:
        raise ConfigurationError(f"The database{f' {file}' if file else ''} is not up to date. Run: kil migrate")
    return database


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a command the settings. They are read when it runs: `--help` needs none."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        settings = load_settings(os.environ)
        set_up_logs(settings)
        return command(settings, *args, **kwargs)

    return run


def with_database(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a command the settings and the migrated database, and close the database afterwards."""

    @with_settings
    @wraps(command)
    def run(settings: Settings, /, *args: Any, **kwargs: Any) -> Any:
        database = migrated(settings)
        try:
            return command(settings, database, *args, **kwargs)
        finally:
            database.close()

    return run
