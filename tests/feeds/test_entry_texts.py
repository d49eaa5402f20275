"""What a feed says of a planned opportunity: the two answers first, then what is known, then what is not and why."""

from dataclasses import replace
from datetime import date

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.entry_texts import LAW_NOTE, item_title
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.expected_dates import Confidence, Precision
from kil_pipeline.plan.money import Money, Period
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER
from tests.factories import a_milestone
from tests.feeds.public import COUNCIL, TEXTS, an_entry, an_item

BUDGET = Disclosure(
    "value",
    DisclosureState.UNDECIDED,
    "undecided.budget",
    explanation="The council sets it in February.",
    who_decides="Full council",
    expected_by=date(2027, 2, 28),
    how_you_could_help="Tell us what it costs you.",
)
SECRET = Disclosure(
    "current",
    DisclosureState.WITHHELD,
    "withheld.commercial",
    expected_by=date(2026, 11, 1),
    review_on=date(2027, 1, 4),
    public_interest="Bids stay keen.",
)
FULL = EntryContent(
    "Breaks for carers",
    summary="Time off.\n\nAt home or away.",
    areas=("X-EXA-N",),
    route="grant.open",
    length="Three years",
    lots="Two",
    suitability="Small groups",
    portal="By e-mail",
    contact="carers@example.org",
    milestones=(
        a_milestone("opens", date(2027, 5, 1), Precision.QUARTER),
        a_milestone("decision", date(2027, 9, 1), Precision.MONTH, Confidence.INDICATIVE),
    ),
    disclosures=(BUDGET, SECRET),
)


def test_an_item_says_everything_in_the_order_in_which_a_reader_needs_it() -> None:
    assert an_item(FULL).text.split("\n\n") == [
        "Can we go for it? Yes, a grant",
        "What to do now: Find partners and get ready: it opens about April to June 2027.",
        "From: Exampleshire Council",
        "What it is: Time off.",
        "At home or away.",
        "Where: Northvale",
        "How the provider will be chosen: A grant that you can apply for (Competitive grant)",
        "How long the contract or grant lasts: Three years",
        "Lots: Two",
        "Who it may suit: Small groups",
        "Where to apply or bid: By e-mail",
        "Ask: carers@example.org",
        "Key dates",
        "Applications or bids open: about April to June 2027",
        "Decision: about September 2027, not certain",
        "What we cannot tell you yet, and why",
        (
            "How much: Not decided yet. The money is not confirmed. The council sets it in February. Who decides: "
            "Full council. Expected by 28 February 2027. How you could help: Tell us what it costs you."
        ),
        (
            "What is there now: Can’t say yet. Publishing it now would harm someone’s commercial interests. Why "
            "keeping it back is in the public interest: Bids stay keen. The law it rests on: Procurement Act 2023, "
            "section 94(1)(b); Freedom of Information Act 2000, section 43. Overdue: an answer was due by 1 November "
            "2026. Looked at again on 4 January 2027."
        ),
        LAW_NOTE,
        DISCLAIMER,
    ]


def test_a_headline_alone_makes_an_item_that_says_what_is_not_filled_in() -> None:
    assert an_item(EntryContent("Family hubs")).text.split("\n\n") == [
        "Can we go for it? Not filled in yet",
        "What to do now: Follow it and make yourself known. No opening date yet.",
        "From: Exampleshire Council",
        (
            "Not filled in: What it is, Where, How much, How the provider will be chosen, How long the contract or "
            "grant lasts, Lots, What is there now, Who it may suit, Where to apply or bid, Applications or bids open."
        ),
        DISCLAIMER,
    ]


def test_a_key_date_that_a_rule_computes_stands_in_its_place_and_cites_the_rule() -> None:
    content = EntryContent(
        "Hospice nights",
        milestones=(
            a_milestone("service_starts", date(2027, 4, 1)),
            a_milestone("intention_notice", date(2026, 12, 17)),
        ),
    )
    parts = an_item(content).text.split("\n\n")
    start = parts.index("Key dates") + 1
    assert parts[start : start + 3] == [
        "Notice of who is meant to get it: 17 December 2026",
        (
            "Last day to make representations: 4 January 2027. Worked out from SI 2023/1348 (Provider Selection "
            "Regime), regulation 12."
        ),
        "Service starts: 1 April 2027",
    ]


def test_the_commissioner_is_whom_to_ask_where_an_entry_names_nobody() -> None:
    council = replace(COUNCIL, contact="plan@council.example.org")
    parts = an_item(EntryContent("Hubs"), commissioner=council).text.split("\n\n")
    assert [part for part in parts if part.startswith("Ask")] == ["Ask: plan@council.example.org"]


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (Status.PUBLISHED, "Hubs"),
        (Status.OPEN, "Open now: Hubs"),
        (Status.ON_HOLD, "On hold: Hubs"),
        (Status.CONCLUDED, "Concluded: Hubs"),
        (Status.CANCELLED, "Cancelled: Hubs"),
        (Status.WITHDRAWN, "Withdrawn: Hubs"),
    ],
)
def test_a_title_says_the_state_unless_it_is_simply_planned(status: Status, title: str) -> None:
    assert item_title(an_entry(EntryContent("Hubs", status=status, status_reason="A review."))) == title


def test_the_reason_for_a_state_follows_the_two_answers() -> None:
    content = EntryContent("Hubs", status=Status.CANCELLED, status_reason="The money went elsewhere.")
    assert an_item(content).text.split("\n\n")[:3] == [
        "Can we go for it? No longer: cancelled",
        "What to do now: Nothing to do. The page stays, with the reason.",
        "Cancelled: The money went elsewhere.",
    ]


def words(html: str) -> str:
    """The visible words of a fragment, read strictly."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parseFragment(html)
    for element in tree.iter():
        if element.tag in ("br", "p", "h2"):
            element.tail = f" {element.tail or ''}"
    return " ".join("".join(tree.itertext()).split())


@given(text=TEXTS, more=TEXTS)
@settings(max_examples=60)
def test_html_and_text_say_the_same_words_whatever_was_written(text: str, more: str) -> None:
    why = replace(BUDGET, explanation=text, who_decides=more, how_you_could_help=text)
    item = an_item(EntryContent("Hubs", summary=text, length=more, contact=text, disclosures=(why,)))
    assert words(item.html) == " ".join(item.text.split())


@given(
    day=st.dates(date(2026, 1, 1), date(2035, 12, 31)),
    precision=st.sampled_from([p for p in Precision if p is not Precision.DAY]),
    confidence=st.sampled_from(Confidence),
)
@settings(max_examples=60)
def test_an_imprecise_date_is_never_worded_as_a_day(day: date, precision: Precision, confidence: Confidence) -> None:
    milestone = a_milestone("opens", day, precision, confidence)
    text = an_item(EntryContent("Hubs", milestones=(milestone,), value=Money(1, 1, Period.TOTAL))).text
    ends = {milestone.when.earliest, milestone.when.latest}
    named = {f"{end.day} {end:%B %Y}" for end in ends}
    assert {name for name in named if name in text} == set()
