"""Fields that no form of ours has, sent along with those that it has (mass assignment)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.requests import AlertRequest
from kil_pipeline.alerts.subscribers import Subscriber
from kil_pipeline.alerts.webhooks import Webhook
from kil_pipeline.organisations.api_tokens import Scope, make_api_token
from kil_pipeline.organisations.invitations import open_invitations
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.plan.entries import Entry
from tests.attacks.conftest import Target
from tests.factories import NOW
from tests.web.visitors import send

NAMES = (
    "id", "reference", "organisation", "organisation_id", "status", "state", "published", "version", "user_id", "role",
    "is_admin", "confirmed_at", "created_at", "published_at", "source_key", "prefix", "waits", "made_by",
)  # fmt: skip


def extra(target: Target) -> dict[str, str]:
    """Return what an attacker would like to set."""
    values = {"role": "admin", "status": "open", "state": "on", "published": "true", "reference": "OTH-0001"}
    values |= {"confirmed_at": NOW.isoformat(), "is_admin": "true"}
    return {name: values.get(name, str(target.other)) for name in NAMES}


def test_an_entry_stays_its_organisations_and_a_draft_whatever_is_sent(target: Target) -> None:
    author = target.owner(Role.AUTHOR)
    sent = {name: value for name, value in extra(target).items() if name not in ("status", "version")}
    assert send(author, "/workspace/entries/new", sent | {"headline": "New"}).status_code == 302
    with target.database.read() as session:
        row = session.scalars(sa.select(Entry).order_by(Entry.id.desc()).limit(1)).one()
        assert (row.reference, row.organisation_id, row.status) == ("EXC-0003", target.own, "draft")
    assert target.nobody().get("/entries/EXC-0003").status_code == 404


def test_who_asks_for_alerts_or_a_webhook_confirms_nothing_by_it(target: Target) -> None:
    alerts, webhook = {"email": "a@example.org", "frequency": "daily"}, {"address": "https://example.org/hook"}
    send(target.nobody(), "/alerts/new", extra(target) | alerts)
    send(target.nobody(), "/webhooks/new", extra(target) | webhook, page="/webhooks/new")
    with target.database.read() as session:
        assert [row.confirmed_at for row in session.query(AlertRequest)] == [None]
        assert session.query(Subscriber).count() == 0
        assert [row.state for row in session.query(Webhook)] == ["new"]


def test_an_invitation_is_to_ones_own_organisation(target: Target) -> None:
    admin = target.owner()
    send(
        admin,
        "/workspace/people",
        extra(target) | {"email": "new@example.org", "role": "viewer"},
        page="/workspace/people",
    )
    with target.database.read() as session:
        assert open_invitations(session, target.other, NOW) == ()
        assert [(one.email, one.role) for one in open_invitations(session, target.own, NOW)] == [
            ("new@example.org", Role.VIEWER)
        ]


@pytest.mark.parametrize("name", NAMES)
def test_the_api_refuses_what_it_does_not_know(target: Target, name: str) -> None:
    program, head = target.nobody(), {"Authorization": f"Bearer {a_token(target)}"}
    value = extra(target)[name]
    bodies = (
        {"answers": {"headline": "New"}, name: value},
        {"answers": {"headline": "New", name: value}} if name != "status" else {"answers": {}, "status": value},
    )
    answers = [program.post("/api/v1/drafts", headers=head, json=body) for body in bodies]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert drafts(target) == ["EXC-0001", "EXC-0002"]


def drafts(target: Target) -> list[str]:
    """Return the references of all that is there."""
    with target.database.read() as session:
        return sorted(session.scalars(sa.select(Entry.reference)))


def a_token(target: Target) -> str:
    """Return a token that may write."""
    with target.database.write() as session:
        member = add_member(session, email="p@example.org", organisation_id=target.own, role=Role.AUTHOR, now=NOW)
        token, _ = make_api_token(
            session, organisation_id=target.own, made_by=member.user_id, name="x", scopes=[Scope.WRITE],
            lives=timedelta(days=30), now=NOW,
        )  # fmt: skip
    return token
