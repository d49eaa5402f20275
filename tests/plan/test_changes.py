"""What changed between two publications, in sentences, each with the event that it becomes."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kil_pipeline.errors import InvalidContent
from kil_pipeline.events.types import Facets
from kil_pipeline.plan.changes import describe_changes
from kil_pipeline.plan.contents import EntryContent, Notice
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.expected_dates import Confidence, Precision
from kil_pipeline.plan.money import Money, Period
from kil_pipeline.plan.statuses import Status
from tests.factories import a_milestone, some_content
from tests.plan.values import contents

FACETS = Facets(
    subject="entry", subject_id="1", reference="EXA-0001", title="x", commissioner="exa", commissioner_name="Exa"
)


def told(old: EntryContent | None, new: EntryContent) -> list[tuple[str, str]]:
    """Return the kind and the sentence of each change."""
    events = [change.event(FACETS, "") for change in describe_changes(old, new)]
    return [(type(event).__name__, getattr(event, "sentence", "")) for event in events]


def why_not(path: str, reason: str) -> Disclosure:
    """Return why a field has no public value."""
    return Disclosure(path, DisclosureState(reason.split(".")[0]), reason)


QUARTER = a_milestone("opens", date(2027, 5, 14), Precision.QUARTER)
LATER = a_milestone("opens", date(2027, 11, 14), Precision.QUARTER)
SURE = a_milestone("opens", date(2027, 5, 14), Precision.QUARTER, Confidence.CONFIRMED)
BUDGET = why_not("value", "undecided.budget")
COMMERCIAL = why_not("value", "withheld.commercial")
MUCH = Money(40_000_000, 65_000_000, Period.YEAR)
UK3 = Notice("UK3", "000001-2027", "https://example.org/1", date(2027, 1, 4))


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ({}, {"length": "Two years"}, ("FieldStated", "How long the contract or grant lasts: Two years.")),
        (
            {"length": "Two years"},
            {"length": "Three years"},
            ("FieldStated", "How long the contract or grant lasts is now: Three years."),
        ),
        ({}, {"length": "Two years."}, ("FieldStated", "How long the contract or grant lasts: Two years.")),
        ({"length": "Two"}, {}, ("ReasonGiven", "How long the contract or grant lasts: taken out, without a reason.")),
        (
            {},
            {"disclosures": (BUDGET,)},
            ("ReasonGiven", "How much: not decided yet, because the money is not confirmed."),
        ),
        (
            {"disclosures": (BUDGET,)},
            {"disclosures": (COMMERCIAL,)},
            (
                "ReasonGiven",
                "How much: can’t say yet, because publishing it now would harm someone’s commercial interests.",
            ),
        ),
        ({"disclosures": (BUDGET,)}, {}, ("ReasonGiven", "How much: the reason was taken out.")),
        (
            {"disclosures": (BUDGET,)},
            {"value": MUCH},
            (
                "FieldDisclosed",
                "How much: £400,000 to £650,000 a year (was: not decided yet, the money is not confirmed).",
            ),
        ),
        (
            {"milestones": (QUARTER,)},
            {"milestones": (LATER,)},
            (
                "DateMoved",
                (
                    "Applications or bids open: moved from about April–June 2027 to about October–December 2027, "
                    "two quarters later."
                ),
            ),
        ),
        (
            {"milestones": (QUARTER,)},
            {"milestones": (SURE,)},
            (
                "DateMoved",
                (
                    "Applications or bids open: changed from about April–June 2027 to April–June 2027 "
                    "(confirmed), more certain than before."
                ),
            ),
        ),
        (
            {"headline": "Old"},
            {"headline": "New"},
            ("FieldStated", "Headline changed from “Old” to “New”."),
        ),
        ({}, {"themes": ("falls",)}, ("FieldStated", "Topics changed.")),
        ({"contact": "a@example.org"}, {}, ("FieldStated", "Contact was taken out.")),
        (
            {},
            {"route_why": "A grant holds nobody"},
            ("FieldStated", "Why it is chosen this way: A grant holds nobody."),
        ),
        ({"guidance": "https://example.org/a"}, {}, ("FieldStated", "Strategy and guidance was taken out.")),
        ({}, {"notices": (UK3,)}, ("FieldStated", "A notice was added: UK3 000001-2027.")),
        ({"status_reason": "Late"}, {}, ("FieldStated", "The reason for its status was taken out.")),
        (
            {"status_reason": "Late"},
            {"status_reason": "Later"},
            ("FieldStated", "The reason was reworded: Later."),
        ),
    ],
)
def test_a_change_is_told_in_one_sentence(old: dict[str, Any], new: dict[str, Any], change: tuple[str, str]) -> None:
    assert told(some_content(**old), some_content(**new)) == [change]


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [
        (Status.OPEN, "OpportunityOpened", "It is open: applications or bids are invited."),
        (Status.ON_HOLD, "EntryPutOnHold", "It was put on hold."),
        (Status.CONCLUDED, "EntryConcluded", "It is concluded."),
        (Status.CANCELLED, "EntryCancelled", "It was cancelled."),
        (Status.WITHDRAWN, "EntryWithdrawn", "It was withdrawn from the plan."),
    ],
)
def test_a_new_status_comes_first_with_its_own_reason(status: Status, kind: str, sentence: str) -> None:
    new = some_content(status=status, status_reason="The board said so.", length="Two years")
    changes = describe_changes(some_content(), new)
    assert told(some_content(), new)[0] == (kind, sentence)
    assert changes[0].event(FACETS, "for another reason").why == "The board said so."  # type: ignore[union-attr]
    assert changes[1].event(FACETS, "for another reason").why == "for another reason"  # type: ignore[union-attr]


def test_a_first_publication_is_one_piece_of_news() -> None:
    assert told(None, some_content(length="Two years", milestones=(QUARTER,))) == [
        ("EntryPublished", "First published.")
    ]


def test_a_first_publication_of_what_is_open_already_says_so() -> None:
    assert told(None, some_content(status=Status.OPEN)) == [
        ("EntryPublished", "First published."),
        ("OpportunityOpened", "It is open: applications or bids are invited."),
    ]


@given(contents(), contents(), st.sampled_from([field.name for field in fields(EntryContent)]))
def test_whatever_differs_is_told(old: EntryContent, other: EntryContent, field: str) -> None:
    try:
        new = replace(old, **{field: getattr(other, field)})
    except InvalidContent:  # such as a value from one beside a reason from the other
        assume(False)
    assert (describe_changes(old, new) == ()) == (old == new)
