"""The parts of a letter: what was asked for in words, what happened in order, and the links."""

import uuid
from datetime import date
from typing import Any

import pytest

from kil_pipeline.alerts.criteria_words import describe_criteria
from kil_pipeline.alerts.digest_items import MatchedEvent, make_items
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.news import describe_news
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.events.types import (
    DateMoved,
    DisclosureOverdue,
    EntryPublished,
    Facets,
    FieldDisclosed,
    FieldStated,
    MilestoneApproaching,
    OpportunityOpened,
    PublicEvent,
    SessionCancelled,
)
from kil_pipeline.plan.criteria import Criteria


def facets(reference: str = "EXC-0001", title: str = "Falls classes", **parts: Any) -> Facets:
    plain: dict[str, Any] = {"subject": "entry", "subject_id": reference, "reference": reference, "title": title}
    return Facets(commissioner="exc", commissioner_name="Exampleshire Council", **(plain | parts))


def matched(*events: PublicEvent) -> list[MatchedEvent]:
    return [MatchedEvent(position, event, (Criteria(),)) for position, event in enumerate(events, 1)]


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        (Criteria(), "Everything in the plan"),
        (Criteria(themes=("falls", "carers"), areas=("E08000035",)), "Carers or Falls, in Leeds"),
        (Criteria(words='"link worker" -estates'), 'With the words “"link worker" -estates”'),
        (Criteria(references=("EXC-0001",)), "EXC-0001"),
        (Criteria(commissioners=("exc",), statuses=("open",)), "From exc, status: Open now"),
        (
            Criteria(routes=("grant.open",), chances=("grant",)),
            "Chosen by: A grant that you can apply for, can we go for it: Yes, a grant",
        ),
        (Criteria(cpv=("85000000",)), "Health and social work services"),
    ],
)
def test_criteria_are_said_in_one_line(criteria: Criteria, words: str) -> None:
    assert describe_criteria(criteria) == words


def test_what_happened_to_one_entry_is_one_item_in_its_latest_state() -> None:
    old, new = facets(title="Fall classes", can_we_go="Not decided"), facets(can_we_go="Yes, a grant")
    (item,) = make_items(
        matched(
            EntryPublished(facets=old, sentence="First published."),
            FieldStated(facets=new, sentence="Where is now: Leeds.", why="We met.", path="areas"),
            FieldStated(facets=new, sentence="Where is now: Leeds.", why="We met.", path="areas"),
        )
    )
    assert (item.title, item.can_we_go, item.path) == ("Falls classes", "Yes, a grant", "/entries/EXC-0001")
    assert (item.sentences, item.why, item.news) == (("First published.", "Where is now: Leeds."), "We met.", "New")


def test_items_come_by_urgency_and_then_by_age() -> None:
    items = make_items(
        matched(
            FieldStated(facets=facets("EXC-0001"), sentence="1", path="areas"),
            EntryPublished(facets=facets("EXC-0002"), sentence="2"),
            FieldStated(facets=facets("EXC-0003"), sentence="3", path="areas"),
            OpportunityOpened(facets=facets("EXC-0003"), sentence="4"),
            EntryPublished(facets=facets("EXC-0004"), sentence="5"),
        )
    )
    assert [item.reference for item in items] == ["EXC-0003", "EXC-0002", "EXC-0004", "EXC-0001"]


def test_a_session_leads_to_its_own_page() -> None:
    (item,) = make_items(matched(SessionCancelled(facets=facets("S-1", subject="session"), sentence="It is off.")))
    assert (item.path, item.news) == ("/sessions/S-1", "Session cancelled")


APRIL = date(2027, 4, 1)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (DateMoved(facets=facets(), sentence="", milestone="opens", direction="later"), "Moved later"),
        (DateMoved(facets=facets(), sentence="", milestone="opens", direction="same"), "Date changed"),
        (
            MilestoneApproaching(
                facets=facets(), sentence="", milestone="opens", days=30, earliest=APRIL, when="about April 2027"
            ),
            "Opens about April 2027",
        ),
        (FieldDisclosed(facets=facets(), sentence="", path="value"), "How much known now"),
        (DisclosureOverdue(facets=facets(), sentence="", path="value", expected_by=APRIL), "Overdue"),
    ],
)
def test_news_are_said_in_a_few_words(event: PublicEvent, words: str) -> None:
    assert describe_news(event) == words


READER = uuid.UUID(int=7)
OLD_KEY, NEW_KEY = "old" * 12, "new" * 12


def token_of(path: str) -> str:
    return path.split("/")[2]


def test_a_link_outlives_the_key_that_signed_it_as_long_as_the_key_is_kept() -> None:
    link = token_of(Signer([OLD_KEY]).manage_path(READER))
    assert Signer([NEW_KEY, OLD_KEY]).read("manage", link) == READER
    with pytest.raises(LinkNotValid):
        Signer([NEW_KEY]).read("manage", link)


def test_the_newest_key_signs() -> None:
    link = token_of(Signer([NEW_KEY, OLD_KEY]).unsubscribe_path(READER))
    assert Signer([NEW_KEY]).read("unsubscribe", link) == READER


def test_a_link_to_unsubscribe_does_not_open_what_one_gets() -> None:
    signer = Signer([NEW_KEY])
    with pytest.raises(LinkNotValid):
        signer.read("manage", token_of(signer.unsubscribe_path(READER)))


@pytest.mark.parametrize("token", ["", "x", "é.é", "a.b.c", "WyJsaXN0Il0", "\ud800"])
def test_what_we_did_not_sign_is_refused(token: str) -> None:
    with pytest.raises(LinkNotValid):
        Signer([NEW_KEY]).read("manage", token)
