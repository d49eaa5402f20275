"""Two publications of an entry, field by field."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings

from kil_pipeline.plan.changes import OTHER_FIELDS, describe_changes
from kil_pipeline.plan.comparisons import ComparedField, compare_contents
from kil_pipeline.plan.contents import EntryContent, Notice
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState, field_labels
from kil_pipeline.plan.money import Money, Period
from kil_pipeline.plan.statuses import Status
from tests.plan.values import contents

WITHHELD = Disclosure(
    "value",
    DisclosureState.WITHHELD,
    "withheld.commercial",
    explanation="Bids are being compared elsewhere.\nWe will say in spring.",
    who_decides="Procurement manager",
    expected_by=date(2027, 2, 1),
    public_interest="Better prices for all.",
)


def changed(old: EntryContent, new: EntryContent) -> list[ComparedField]:
    return [field for field in compare_contents(old, new) if field.changed]


def test_a_field_shows_the_reason_it_had_and_the_value_it_has() -> None:
    old = EntryContent("Breaks for carers", disclosures=(WITHHELD,))
    new = EntryContent("Breaks for carers", value=Money(35_000_000, 42_000_000, Period.YEAR))
    assert changed(old, new) == [
        ComparedField(
            "value",
            "How much",
            (
                "Can’t say yet: Publishing it now would harm someone’s commercial interests",
                "Bids are being compared elsewhere.",
                "We will say in spring.",
                "Who decides: Procurement manager",
                "Expected by: 1 February 2027",
                "Why keeping it back serves the public: Better prices for all.",
            ),
            ("£350,000 to £420,000 a year",),
            True,
        )
    ]


def test_every_public_field_is_compared_in_the_order_of_the_screens() -> None:
    fields = compare_contents(EntryContent("A"), EntryContent("A"))
    assert [field.path for field in fields] == list(
        dict.fromkeys(["headline", "status", *field_labels(), *OTHER_FIELDS])
    )
    assert {field.changed for field in fields} == {False}


def test_codes_are_shown_as_words() -> None:
    old = EntryContent("A", status=Status.ON_HOLD, status_reason="A review.")
    notice = Notice("UK2", "000123-2027", "https://example.org/n", date(2027, 1, 4))
    new = EntryContent("A", themes=("carers",), cpv=("85000000",), stage="designing", benefits=("prevention",))
    new = replace(new, notices=(notice,), contact="Ask us.")
    assert {field.path: (field.then, field.now) for field in changed(old, new)} == {
        "status": (("On hold", "A review."), ("Planned",)),
        "themes": (("Nothing",), ("Carers",)),
        "cpv": (("Nothing",), ("85000000 Health and social work services",)),
        "stage": (("Nothing",), ("Designing services",)),
        "benefits": (("Nothing",), ("Prevention",)),
        "notices": (("Nothing",), ("UK2 000123-2027, 4 January 2027",)),
        "contact": (("Nothing",), ("Ask us.",)),
    }


@settings(max_examples=60)
@given(contents(), contents())
def test_something_differs_exactly_where_publishing_would_say_that_it_changed(
    old: EntryContent, new: EntryContent
) -> None:
    assert bool(changed(old, new)) == bool(describe_changes(old, new))


@settings(max_examples=30)
@given(contents(), contents())
def test_looking_from_the_other_side_exchanges_the_columns(old: EntryContent, new: EntryContent) -> None:
    there, back = compare_contents(old, new), compare_contents(new, old)
    assert [(f.then, f.now, f.changed) for f in there] == [(f.now, f.then, f.changed) for f in back]
