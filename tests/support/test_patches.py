"""Whose patch covers a place: the place itself, what lies around it, what lies in it."""

import uuid

from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation
from kil_pipeline.support.offers import SupportSettings, local_support, set_support, support_near
from kil_pipeline.support.patches import covering, patch_of, set_patch
from tests.factories import NOW, a_commissioner

LEEDS, YORKSHIRE, ENGLAND, BRADFORD = "E08000035", "E12000003", "E92000001", "E08000032"


def a_body(session: Session, name: str, *areas: str, contact: str | None = "hello@body.example.org") -> uuid.UUID:
    body = add_organisation(session, name=name, kind=OrganisationKind.INFRASTRUCTURE_BODY, contact=contact, now=NOW)
    set_patch(session, body.id, areas)
    return body.id


def near(session: Session, *areas: str) -> list[str]:
    return [body.name for body in support_near(session, areas)]


def test_a_body_is_near_where_its_patch_and_the_place_contain_one_another(database: Database) -> None:
    with database.write() as session:
        a_body(session, "In Leeds", LEEDS)
        a_body(session, "All Yorkshire", YORKSHIRE)
        a_body(session, "Bradford only", BRADFORD)
        a_body(session, "Nowhere yet")
        assert near(session, LEEDS) == ["In Leeds", "All Yorkshire"]
        assert near(session, YORKSHIRE) == ["All Yorkshire", "Bradford only", "In Leeds"]
        assert near(session, ENGLAND) == ["All Yorkshire", "Bradford only", "In Leeds"]
        assert near(session, LEEDS, BRADFORD) == ["Bradford only", "In Leeds", "All Yorkshire"]
        assert near(session) == []


def test_a_commissioner_with_a_patch_is_no_local_support(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        set_patch(session, council, (LEEDS,))
        assert covering(session, (LEEDS,)) == {council: 0}
        assert near(session, LEEDS) == []


def test_a_patch_is_replaced_whole(database: Database) -> None:
    with database.write() as session:
        body = a_body(session, "Body", LEEDS, BRADFORD)
        assert patch_of(session, body) == (BRADFORD, LEEDS)  # by name
        set_patch(session, body, (YORKSHIRE,))
        assert patch_of(session, body) == (YORKSHIRE,)


def test_what_everyone_may_know_holds_no_address(database: Database) -> None:
    with database.write() as session:
        body = a_body(session, "Body", LEEDS, contact="hello@body.example.org")
        offer = SupportSettings((LEEDS,), ("room", "bid-writing", "unknown"), "Ask.", "Help@Body.example.org")
        set_support(session, body, offer, NOW)
        (public,) = local_support(session)
    assert (public.kinds, public.how_to_ask, public.can_be_asked) == (("bid-writing", "room"), "Ask.", True)
    assert "@" not in repr(public)


def test_who_names_no_address_cannot_be_asked(database: Database) -> None:
    with database.write() as session:
        a_body(session, "Body", LEEDS, contact="Ring the bell")
        assert [body.can_be_asked for body in local_support(session)] == [False]
