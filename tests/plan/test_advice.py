"""The two lines that open every planned opportunity: can we go for it, and what to do now, by when."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given

from kil_pipeline.plan.advice import CHANCES, give_advice
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.statuses import Status
from tests.factories import TODAY, a_milestone, some_content
from tests.plan.values import contents, days

SOON, LONG_AGO = date(2027, 2, 10), date(2026, 2, 10)
ROUTE = Disclosure(
    "route", DisclosureState.UNDECIDED, "undecided.route", how_you_could_help="Would a grant suit you better?"
)
HIDDEN_ROUTE = Disclosure("route", DisclosureState.WITHHELD, "withheld.deliberation")


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ({"route": "pa.open"}, "Yes, open to all"),
        ({"route": "grant.open"}, "Yes, a grant"),
        ({"route": "grant.direct"}, "A grant to a named organisation, so make yourself known"),
        ({"route": "psr.most-suitable-provider"}, "Chosen without a tender, so make yourself known"),
        ({"route": "psr.direct-award-c"}, "Staying with the current provider"),
        ({"disclosures": (ROUTE,)}, "Not decided yet"),
        ({"disclosures": (HIDDEN_ROUTE,)}, "Can’t say yet"),
        ({}, "Not filled in yet"),
        ({"route": "pa.open", "status": Status.CANCELLED, "status_reason": "x"}, "No longer: cancelled"),
    ],
)
def test_can_we_go_for_it(parts: dict[str, Any], answer: str) -> None:
    expected = (
        "A grant to a named organisation, so make yourself known" if parts.get("route") == "grant.direct" else answer
    )
    assert give_advice(some_content(**parts), TODAY).can_we_go == expected


def dated(kind: str, day: date, **parts: Any) -> EntryContent:
    """Return content with one key date."""
    return some_content(milestones=(a_milestone(kind, day),), **parts)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (dated("opens", SOON), "Find partners and get ready: it opens 10 February 2027."),
        (
            some_content(milestones=(a_milestone("opens", TODAY, Precision.MONTH),)),
            "Get ready: it may open any day (about November 2026).",
        ),
        (
            dated("opens", LONG_AGO),
            "It should have opened (10 February 2026). Ask the commissioner what has changed.",
        ),
        (dated("engagement_opens", SOON), "Get ready to have your say: engagement opens 10 February 2027."),
        (dated("engagement_closes", SOON), "Have your say before it is designed: until 10 February 2027."),
        (dated("bids_due", SOON, status=Status.OPEN), "Apply or bid by 10 February 2027."),
        (dated("bids_due", LONG_AGO, status=Status.OPEN), "Applications and bids closed (10 February 2026)."),
        (some_content(status=Status.OPEN), "Apply or bid now: see where, below."),
        (
            some_content(disclosures=(ROUTE,)),
            "Help decide: tell the commissioner which way of choosing would suit you.",
        ),
        (some_content(), "Follow it and make yourself known. No opening date yet."),
        (
            dated("intention_notice", SOON, route="psr.most-suitable-provider"),
            "Tell the commissioner what you can do, before 10 February 2027.",
        ),
        (
            dated("intention_notice", TODAY - timedelta(days=3), route="psr.most-suitable-provider"),
            "Think it is wrong? Make representations by midnight at the end of 2 December 2026.",
        ),
        (
            dated("intention_notice", LONG_AGO, route="psr.most-suitable-provider"),
            "The choice was announced. Ask the commissioner about work as a partner.",
        ),
        (
            dated("service_ends", SOON, route="psr.direct-award-c"),
            "Nothing to bid for now. Make yourself known before 10 February 2027.",
        ),
        (
            some_content(status=Status.ON_HOLD, status_reason="x"),
            "Wait: it is on hold. Follow it to hear when it moves.",
        ),
        (
            some_content(status=Status.WITHDRAWN, status_reason="x"),
            "Nothing to do. The page stays, with the reason.",
        ),
    ],
)
def test_what_to_do_now(content: EntryContent, what: str) -> None:
    assert give_advice(content, TODAY).what_to_do == what


@given(contents(), days)
def test_there_is_always_an_answer_and_a_date_that_is_named(content: EntryContent, today: date) -> None:
    advice = give_advice(content, today)
    assert advice.chance in CHANCES
    assert advice.what_to_do.endswith(".")
    assert (advice.by is None) or str(advice.by.latest.year) in advice.what_to_do or advice.by.latest < today
