"""What every test has at hand: a clean environment, hypothesis that repeats itself, and migrated databases."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from kil_pipeline.database import Database
from kil_pipeline.migrations import upgrade
from tests.postgres import Server
from tests.quick_rules import use_quick_rules

AUTHORITY = "example.org,2026-01-01"
"""The installation's permanent name in the tests: what stands after `tag:` in ids."""

settings.register_profile("ci", derandomize=True, database=None, deadline=None, print_blob=True)
settings.register_profile("soak", max_examples=5_000, database=None, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
use_quick_rules()

for name in [name for name in os.environ if name.startswith("KIL_")]:
    del os.environ[name]  # a developer's own settings must not decide a test


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs programs from outside or PostgreSQL, so that `make check` can leave it out."""
    tests = Path(__file__).parent
    marks = {tests / "browser": pytest.mark.browser, tests / "parsers": pytest.mark.parsers}
    for item in items:
        for folder in marks.keys() & set(item.path.parents):
            item.add_marker(marks[folder])
        if isinstance(item, pytest.Function) and "postgres_database" in item.fixturenames:
            item.add_marker(pytest.mark.postgresql)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database, authority=AUTHORITY)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real PostgreSQL server with a migrated, empty template; one for each test worker."""
    with Server() as server:
        database = Database(server.create_template())
        upgrade(database, authority=AUTHORITY)
        database.close()
        yield server


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database of the test's own."""
    path = tmp_path / "kil.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def postgres_database(postgres: Server) -> Iterator[Database]:
    """A migrated, empty PostgreSQL database of the test's own."""
    database = Database(postgres.clone_template())
    yield database
    database.close()
    postgres.drop(database.url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated, empty database of the test's own: the test runs on SQLite, then on PostgreSQL."""
    found = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    assert isinstance(found, Database)
    return found
