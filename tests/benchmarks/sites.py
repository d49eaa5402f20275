"""Databases and pages for benchmarks that fill tables by themselves."""

from collections.abc import Callable
from pathlib import Path

from kil_pipeline.database import Database
from kil_pipeline.migrations import upgrade
from kil_pipeline.settings import load_settings
from tests.factories import NOW
from web.app import create_app
from web.context import Context


def made_database(path: Path) -> Database:
    """Return a new, migrated SQLite database."""
    database = Database(f"sqlite:///{path}")
    upgrade(database, authority="example.org,2026-01-01")
    return database


def page_of(database: Database, folder: Path, path: str) -> Callable[[], object]:
    """Return what asks for a page, at the tests' moment. Fails where it does not answer 200."""
    settings = load_settings({"KIL_ENV": "development", "KIL_VAR": str(folder)})
    client = create_app(Context(settings, database, clock=lambda: NOW)).test_client()
    assert client.get(path).status_code == 200
    return lambda: client.get(path)
