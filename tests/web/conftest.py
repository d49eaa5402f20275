"""What the tests of pages have at hand: the application on a clock that stands still, and a plan to fill."""

import itertools
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation
from kil_pipeline.organisations.sign_in import mint_sign_in_token, start_session
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.drafts import create_entry, find_draft, save_draft
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.settings import load_settings
from web.app import create_app
from web.commissioner.access import KEY
from web.context import Context

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""The moment of every request: a Monday, late in November, winter time."""


class Compiled(BytecodeCache):
    """Keeps compiled templates for as long as the tests run."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template's code where it is known."""
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template's code."""
        self.code[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@dataclass
class Clock:
    """A clock that stands still until a test sets it."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.moment


@pytest.fixture
def clock() -> Clock:
    """What the application takes the time from."""
    return Clock()


@pytest.fixture
def app(sqlite_database: Database, clock: Clock, tmp_path: Path) -> Flask:
    """The application, on a migrated, empty database."""
    return make_app(sqlite_database, clock, {"KIL_ENV": "development", "KIL_VAR": str(tmp_path)})


def make_app(database: Database, clock: Callable[[], datetime], environ: Mapping[str, str]) -> Flask:
    """Make the application on a database, with chance that counts."""
    numbers = itertools.count(1)
    parts = Context(load_settings(environ), database, clock=clock, random_token=lambda: f"token-{next(numbers)}")
    app = create_app(parts)
    app.jinja_env.bytecode_cache = COMPILED  # each test has an application of its own; templates are the same
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader without cookies."""
    return app.test_client()


@pytest.fixture
def council(sqlite_database: Database) -> uuid.UUID:
    """The id of Exampleshire Council."""
    with sqlite_database.write() as session:
        return add_organisation(
            session,
            name="Exampleshire Council",
            kind=OrganisationKind.COMMISSIONER,
            contact="plan@council.example.org",
            prefix="EXC",
            now=NOW,
        ).id


@pytest.fixture
def sign_in(app: Flask, sqlite_database: Database, council: uuid.UUID) -> Callable[..., FlaskClient]:
    """Gives a browser in which a member of Exampleshire Council is signed in."""

    def signed_in(email: str = "author@council.example.org", role: Role = Role.AUTHOR) -> FlaskClient:
        with sqlite_database.write() as session:
            member = add_member(session, email=email, organisation_id=council, role=role, now=NOW)
            key, _ = start_session(session, mint_sign_in_token(session, member.user_id, NOW, 15), NOW)
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie[KEY] = key
        return browser

    return signed_in


@pytest.fixture
def author(sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """A browser in which an author of Exampleshire Council is signed in."""
    return sign_in()


@pytest.fixture
def publish(sqlite_database: Database, council: uuid.UUID) -> Callable[..., str]:
    """Publishes an entry of Exampleshire Council's, anew or again, and returns its reference."""

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
