"""A session with one place, and people who come to it."""

import uuid
from datetime import timedelta

import sqlalchemy as sa

from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.engagement.coming import Person, ask_to_come, confirm
from kil_pipeline.engagement.registrations import Registration
from kil_pipeline.engagement.sessions import SessionRow
from tests.web.conftest import NOW

OFFER = timedelta(hours=48)


def come(database: Database, reference: str, name: str, **parts: object) -> str:
    """Ask and confirm; return the path of the person's own page."""
    with database.write() as session:
        public_id = session.scalars(sa.select(SessionRow.id).where(SessionRow.reference == reference)).one()
        address = f"{name.partition(' ')[0].lower()}@example.org"
        ask_to_come(session, public_id, Person(name, address, **parts), NOW)  # type: ignore[arg-type]  # by name
        person = session.scalars(sa.select(Registration.id).where(Registration.email == address)).one()
        confirm(session, person, OFFER, NOW)
    return own_path(person)


def own_path(person: uuid.UUID) -> str:
    return f"/coming/{Signer(('development-only-not-a-secret',)).sign('coming', person)}"


def people(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(row.name, row.state) for row in session.scalars(sa.select(Registration).order_by(Registration.id))]
