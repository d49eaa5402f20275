"""What the tests of pages have at hand: the application on a clock that stands still, and a plan to fill."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.drafts import create_entry, find_draft, save_draft
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.settings import load_settings
from web.app import create_app
from web.context import Context

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""The moment of every request: a Monday, late in November, winter time."""


@pytest.fixture
def app(sqlite_database: Database) -> Flask:
    """The application, on a migrated, empty database."""
    numbers = itertools.count(1)
    settings = load_settings({"KIL_ENV": "development"})
    parts = Context(settings, sqlite_database, clock=lambda: NOW, random_token=lambda: f"token-{next(numbers)}")
    return create_app(parts)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader without cookies."""
    return app.test_client()


@pytest.fixture
def publish(sqlite_database: Database) -> Callable[..., str]:
    """Publishes an entry of Exampleshire Council's, anew or again, and returns its reference."""
    with sqlite_database.write() as session:
        council = add_organisation(
            session,
            name="Exampleshire Council",
            kind=OrganisationKind.COMMISSIONER,
            contact="plan@council.example.org",
            prefix="EXC",
            now=NOW,
        ).id

    def publish_content(
        content: EntryContent, *, again: str | None = None, why: str = "", minor: bool = False, at: datetime = NOW
    ) -> str:
        with sqlite_database.write() as session:
            if again is None:
                draft = create_entry(session, council, content, now=at)
            else:
                old = find_draft(session, council, again)
                draft = save_draft(session, old.entry_id, content, version=old.version, now=at)
            publish_entry(session, draft.entry_id, why=why, minor=minor, now=at)
        return draft.reference

    return publish_content
