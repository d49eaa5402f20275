"""What an entry can say: never a value and a reason for having none, never a status without its reason."""

import uuid
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.errors import InvalidContent, UnknownCode
from kil_pipeline.plan.contents import EntryContent, Milestone, Notice
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState, field_label, field_labels
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.key_dates import key_dates, opening_of
from kil_pipeline.plan.money import Money
from kil_pipeline.plan.statuses import Status
from tests.factories import a_milestone, some_content
from tests.plan.values import contents

OPENS = a_milestone("opens", date(2027, 5, 14))


def why_not(path: str, reason: str = "undecided.decision", expected_by: date | None = None) -> Disclosure:
    """Return why a field has no public value."""
    return Disclosure(path, DisclosureState(reason.split(".")[0]), reason, expected_by=expected_by)


@pytest.mark.parametrize(
    "parts",
    [
        {"headline": "  "},
        {"status": Status.ON_HOLD},
        {"status": Status.CANCELLED, "status_reason": " "},
        {"status": Status.WITHDRAWN},
        {"milestones": (OPENS, a_milestone("opens", date(2027, 6, 1)))},
        {"disclosures": (why_not("value"), why_not("value", "undecided.budget"))},
        {"value": Money(1, 1), "disclosures": (why_not("value"),)},
        {"milestones": (OPENS,), "disclosures": (why_not("milestones.opens"),)},
    ],
    ids=lambda parts: "+".join(parts),
)
def test_parts_that_contradict_each_other_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(InvalidContent):
        some_content(**parts)


def test_a_field_is_stated_or_disclosed_or_neither() -> None:
    content = some_content(length="Two years", disclosures=(why_not("value"),), milestones=(OPENS,))
    assert [path for path in field_labels() if content.states(path)] == ["length", "milestones.opens"]
    assert [path for path in field_labels() if content.disclosure(path)] == ["value"]


@given(contents())
def test_a_content_comes_back_from_the_database_as_it_was(content: EntryContent) -> None:
    assert from_json(EntryContent, to_json(content)) == content


def test_notices_come_back_too() -> None:
    content = some_content(notices=(Notice("UK3", "000001-2027", "https://example.org/1", date(2027, 1, 4)),))
    assert from_json(EntryContent, to_json(content)) == content


@pytest.mark.parametrize("path", ["headline", "withheld", "milestones.", "milestones.representations_close", "VALUE"])
def test_only_the_fields_of_the_closed_list_can_have_a_reason(path: str) -> None:
    with pytest.raises(InvalidContent):
        field_label(path)
    with pytest.raises(InvalidContent):
        why_not(path)


def test_the_families_of_reasons_are_never_mixed() -> None:
    with pytest.raises(InvalidContent, match="is for withheld fields, not for undecided ones"):
        Disclosure("value", DisclosureState.UNDECIDED, "withheld.commercial")


def test_a_future_publication_needs_its_date() -> None:
    with pytest.raises(InvalidContent, match="needs the date by which it will be published"):
        why_not("value", "withheld.future-publication")
    assert why_not("value", "withheld.future-publication", date(2027, 1, 1)).expected_by == date(2027, 1, 1)


def test_a_disclosure_is_overdue_from_the_day_after() -> None:
    disclosure = why_not("value", expected_by=date(2027, 1, 4))
    assert [disclosure.overdue(date(2027, 1, day)) for day in (3, 4, 5)] == [False, False, True]
    assert not why_not("value").overdue(date(2099, 1, 1))


def test_a_kind_of_key_date_that_is_none_is_refused() -> None:
    with pytest.raises(UnknownCode):
        Milestone("party", OPENS.when)


def test_key_dates_are_in_the_order_of_the_cycle_with_the_computed_one_among_them() -> None:
    content = some_content(
        milestones=(
            a_milestone("service_starts", date(2027, 4, 1)),
            a_milestone("intention_notice", date(2026, 12, 17)),
            a_milestone("engagement_opens", date(2026, 12, 1)),
        )
    )
    assert [(m.kind, m.when.earliest) for m in key_dates(content)] == [
        ("engagement_opens", date(2026, 12, 1)),
        ("intention_notice", date(2026, 12, 17)),
        ("representations_close", date(2027, 1, 4)),
        ("service_starts", date(2027, 4, 1)),
    ]


def test_a_rule_that_counts_days_does_not_start_from_a_month() -> None:
    notice = a_milestone("intention_notice", date(2026, 12, 17), Precision.MONTH)
    assert key_dates(some_content(milestones=(notice,))) == (notice,)


@pytest.mark.parametrize(
    ("route", "first"),
    [(None, "opens"), ("pa.open", "opens"), ("psr.most-suitable-provider", "intention_notice")],
)
def test_the_opening_is_the_first_day_to_act_on_the_route(route: str | None, first: str) -> None:
    notice = a_milestone("intention_notice", date(2027, 1, 4))
    content = some_content(route=route, milestones=(notice, OPENS))
    assert opening_of(content) == content.milestone(first)
    assert opening_of(some_content(route=route, milestones=(OPENS,))) == OPENS.when
    assert opening_of(some_content(route=route)) is None


def test_a_withheld_value_has_no_place_in_a_content() -> None:
    secret = str(uuid.uuid4())
    with pytest.raises(TypeError):
        EntryContent("Community transport", withheld={"value": secret})  # type: ignore[call-arg]  # what is tested
