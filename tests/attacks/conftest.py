"""Two organisations, of which one attacks the other, and browsers of both."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.drafts import create_entry
from tests.factories import NOW, a_commissioner, publish, some_content
from tests.web.conftest import make_app
from tests.web.visitors import sign_in

SECRET = "£450,123"
"""What the attacked organisation keeps back."""


@dataclass(frozen=True)
class Target:
    """An organisation with a public entry (EXC-0001) and a draft (EXC-0002), and the one that attacks it."""

    app: Flask
    database: Database
    own: uuid.UUID
    other: uuid.UUID

    def nobody(self) -> FlaskClient:
        """Return a browser in which nobody is signed in."""
        return self.app.test_client()

    def owner(self, role: Role = Role.ADMIN) -> FlaskClient:
        """Return the browser of a member of the attacked organisation."""
        return sign_in(self.app.test_client(), self.database, self.own, role)

    def stranger(self, role: Role = Role.ADMIN) -> FlaskClient:
        """Return the browser of a member of the attacking organisation."""
        return sign_in(self.app.test_client(), self.database, self.other, role)

    @property
    def signer(self) -> Signer:
        """What signs this installation's links."""
        return Signer(self.app.extensions["kil"].settings.secret_keys)


@pytest.fixture
def target(sqlite_database: Database, tmp_path: Path) -> Target:
    """The attacked organisation on SQLite: how a page guards itself does not depend on the database."""
    return make_target(sqlite_database, tmp_path)


@pytest.fixture
def either(database: Database, tmp_path: Path) -> Target:
    """The attacked organisation, on each database."""
    return make_target(database, tmp_path)


def make_target(database: Database, folder: Path) -> Target:
    """Fill a database for an attack."""
    clock: Callable[[], object] = lambda: NOW  # noqa: E731  # frozen
    app = make_app(database, clock, {"KIL_ENV": "development", "KIL_VAR": str(folder)})  # type: ignore[arg-type]  # a moment
    with database.write() as session:
        own = a_commissioner(session, prefix="EXC").id
        other = a_commissioner(session, "Another council", prefix="OTH").id
        publish(session, own, some_content("Community transport"))
        create_entry(session, own, some_content("A draft"), withheld={"value": SECRET}, now=NOW)
    return Target(app, database, own, other)
