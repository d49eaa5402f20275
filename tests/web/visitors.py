"""Browsers that are signed in, and forms that are sent as a browser sends them."""

import re
import uuid
from collections.abc import Mapping
from typing import TypeVar

import pyotp
from sqlalchemy.orm import Session
from werkzeug.test import Client, TestResponse

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.operators import add_operator
from kil_pipeline.organisations.second_factors import (
    SecretBox,
    confirm_enrolment,
    read_enrolment,
    remove_second_factor,
    start_enrolment,
)
from kil_pipeline.organisations.sign_in import mint_sign_in_token
from kil_pipeline.settings import DEVELOPMENT_KEY
from tests.factories import NOW

C = TypeVar("C", bound=Client)


def csrf_token(page: str) -> str:
    """Return the token in a page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def send(
    client: Client, address: str, form: Mapping[str, str] | None = None, *, page: str = "/alerts/new"
) -> TestResponse:
    """Send a form, with the token that `page` gives this browser."""
    return client.post(address, data={**(form or {}), "csrf_token": csrf_token(client.get(page).text)})


def sign_in(client: C, database: Database, organisation_id: uuid.UUID, role: Role) -> C:
    """Sign a browser in as a new member of an organisation."""
    with database.write() as session:
        email = f"{role}.{organisation_id.hex}@example.org"
        member = add_member(session, email=email, organisation_id=organisation_id, role=role, now=NOW)
        token = mint_sign_in_token(session, member.user_id, NOW, 30)
    return follow(client, token)


def sign_in_operator(client: C, database: Database) -> C:
    """Sign a browser in as an operator, who is a member of no organisation."""
    with database.write() as session:
        user_id = add_operator(session, email="operator@example.org", now=NOW)
        token = mint_sign_in_token(session, user_id, NOW, 30)
        remove_second_factor(session, user_id)
    follow(client, token)
    with database.write() as session:  # set up afterwards, so that signing in need not ask for it
        enrol(session, user_id)
    return client


def enrol(session: Session, user_id: uuid.UUID) -> str:
    """Set up a second factor at NOW. Returns the app's secret."""
    box = SecretBox((DEVELOPMENT_KEY,))
    start_enrolment(session, user_id, box)
    waiting = read_enrolment(session, user_id, box, email="somebody@example.org", site_name="Site")
    assert waiting is not None
    assert confirm_enrolment(session, user_id, pyotp.TOTP(waiting.secret).at(NOW), box, NOW) is not None
    return waiting.secret


def follow(client: C, token: str) -> C:
    """Open a sign-in link and press its button."""
    response = send(client, f"/sign-in/{token}", {"next": "/workspace"}, page=f"/sign-in/{token}")
    assert (response.status_code, response.location) == (302, "/workspace")
    return client
