"""The page of one planned opportunity, its history and its JSON, as readers get them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.plan.contents import EntryContent, Milestone, Notice
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, Precision, expected_span
from kil_pipeline.plan.money import Money, Period
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.statuses import Status
from tests.web.conftest import NOW
from tests.web.html import HtmlPage, text_of

Publish = Callable[..., str]

OPENS = Milestone("opens", expected_span(date(2027, 5, 1), Precision.QUARTER, Confidence.INDICATIVE))
CARERS = EntryContent(
    "Breaks for carers",
    summary="Time off for people who care for someone.",
    themes=("carers",),
    areas=("X-EXA-N",),
    value=Money(35_000_000, 42_000_000, Period.YEAR),
    route="psr.most-suitable-provider",
    milestones=(OPENS,),
)
WITHHELD = Disclosure(
    "value",
    DisclosureState.WITHHELD,
    "withheld.commercial",
    explanation="Bids are being compared elsewhere.",
    who_decides="Procurement manager",
    expected_by=date(2027, 2, 1),
    review_on=date(2027, 1, 4),
    public_interest="Better prices for all.",
)
UNDECIDED = Disclosure(
    "lots",
    DisclosureState.UNDECIDED,
    "undecided.codesign",
    who_decides="Commissioning lead",
    expected_by=date(2026, 11, 22),
    how_you_could_help="Tell us the largest lot you could deliver.",
)


def test_the_page_opens_with_the_two_answers_before_anything_else(client: FlaskClient, publish: Publish) -> None:
    page = HtmlPage(client.get(f"/entries/{publish(CARERS)}"))
    assert page.texts("h1") == ["Breaks for carers"]
    assert page.texts("dl")[0] == (
        "Can we go for it? Chosen without a tender, so make yourself known "
        "What to do now Tell the commissioner what you can do, as soon as you can."
    )
    assert page.links()["Tell me when this changes"] == "/alerts/new?entry=EXC-0001"


def test_the_facts_say_the_route_in_plain_words_first(client: FlaskClient, publish: Publish) -> None:
    page = HtmlPage(client.get(f"/entries/{publish(CARERS, at=datetime(2026, 6, 1, 9, tzinfo=UTC))}"))
    assert page.texts("div", "facts__row") == [
        "Where Northvale",
        "How much £350,000 to £420,000 a year",
        (
            "How the provider will be chosen The most suitable provider is chosen without a tender. The "
            "commissioner looks at "
            "who could do it and chooses, without a competition: it has to know of you. In law: Provider "
            "Selection Regime: "
            "most suitable provider process (SI 2023/1348, regulation 10)"
        ),
        "Notice you are getting 43 to 56 weeks From first publication, 1 June 2026, until applications or bids open",
        "Topics Carers",
    ]


def test_the_reasons_for_the_route_the_money_and_the_papers_of_its_own_stand_under_it(
    client: FlaskClient, publish: Publish
) -> None:
    content = EntryContent(
        "Breaks for carers",
        route="grant.open",
        route_why="A contract was set aside.\nIt would shut small groups out.",
        years_and_vat="All three years are certain. No VAT on a grant.",
        guidance="How we decide: https://council.example.org/how",
    )
    page = HtmlPage(client.get(f"/entries/{publish(content)}"))
    assert page.texts("div", "facts__row")[1:] == [
        "Why it is chosen this way A contract was set aside.It would shut small groups out.",
        "Years of funding and VAT All three years are certain. No VAT on a grant.",
        "Strategy and guidance How we decide: https://council.example.org/how",
    ]
    assert page.links()["https://council.example.org/how"] == "https://council.example.org/how"


def test_key_dates_say_how_sure_they_are_and_what_was_worked_out(client: FlaskClient, publish: Publish) -> None:
    notice = Milestone("intention_notice", expected_span(date(2026, 12, 17), Precision.DAY, Confidence.CONFIRMED))
    past = Milestone("engagement_closes", expected_span(date(2026, 9, 1), Precision.MONTH))
    page = HtmlPage(client.get(f"/entries/{publish(replace(CARERS, milestones=(OPENS, notice, past)))}"))
    texts = page.texts("li", "dates__item")
    assert [texts[0], texts[1], texts[3]] == [
        "Engagement closes September 2026 expected · this has passed",
        "Notice of who is meant to get it 17 December 2026 confirmed",
        "Applications or bids open April to June 2027 not certain",
    ]
    start = "Last day to make representations 4 January 2027 confirmed Worked out from the day of the notice: "
    assert texts[2].startswith(start)


def test_a_gap_gives_the_whole_account_and_flags_itself_when_its_day_has_passed(
    client: FlaskClient, publish: Publish
) -> None:
    content = replace(CARERS, value=None, disclosures=(WITHHELD, UNDECIDED))
    page = HtmlPage(client.get(f"/entries/{publish(content)}"))
    assert page.texts("article", "gap") == [
        (
            "How much Can’t say yet Publishing it now would harm someone’s commercial interests "
            "Bids are being compared elsewhere. "
            "Why keeping it back is in the public interest: Better prices for all. "
            "Who decides Procurement manager When we expect to say By 1 February 2027 "
            "Last reviewed 23 November 2026 Looked at again on 4 January 2027 "
            "The law it rests on Procurement Act 2023, section 94(1)(b); Freedom of Information Act 2000, section 43"
        ),
        (
            "Lots Not decided yet To be set together with communities "
            "Overdue: an answer was due by 22 November 2026. "
            "Who decides Commissioning lead When we expected to say By 22 November 2026 Last reviewed 23 November 2026 "
            "How you could help: Tell us the largest lot you could deliver. "
            "Answer about “Lots” · Write to us about “Lots”"
        ),
    ]
    assert len(page.elements("details", "law-note")) == 1


def test_the_note_on_the_law_is_there_only_where_something_is_withheld(client: FlaskClient, publish: Publish) -> None:
    page = HtmlPage(client.get(f"/entries/{publish(replace(CARERS, disclosures=(UNDECIDED,)))}"))
    assert page.elements("details", "law-note") == []


def test_what_nobody_filled_in_is_said_in_one_line(client: FlaskClient, publish: Publish) -> None:
    page = HtmlPage(client.get(f"/entries/{publish(CARERS)}"))
    assert page.texts("p", "blank") == [
        (
            "Not filled in: How long the contract or grant lasts, Lots, What is there now, Who it may suit, "
            "Where to apply or "
            "bid, Engagement opens, Engagement closes, Notice of who is meant to get it, Applications or bids "
            "due, Decision, "
            "Service starts, Contract or grant ends, Decision on renewal."
        )
    ]


def test_every_change_is_told_newest_first_with_its_reason(client: FlaskClient, publish: Publish) -> None:
    reference = publish(CARERS, at=datetime(2026, 6, 1, 9, tzinfo=UTC))
    later = Milestone("opens", expected_span(date(2027, 8, 1), Precision.QUARTER, Confidence.INDICATIVE))
    publish(replace(CARERS, milestones=(later,)), again=reference, why="Three organisations asked.")
    page = HtmlPage(client.get(f"/entries/{reference}"))
    assert page.texts("li", "changes__item") == [
        (
            "23 November 2026: publication 2 Applications or bids open: moved from about April–June 2027 (not "
            "certain) to "
            "about July–September 2027 (not certain), one quarter later. Why: Three organisations asked."
            " Compare publication 2 with the one before"
        ),
        "1 June 2026: publication 1 First published.",
    ]


def test_changes_before_the_last_four_are_folded(client: FlaskClient, publish: Publish) -> None:
    reference = publish(CARERS)
    for number in range(2, 7):
        publish(replace(CARERS, summary=f"Words {number}."), again=reference)
    page = HtmlPage(client.get(f"/entries/{reference}"))
    assert [item.get("id") for item in page.elements("li", "changes__item")] == [f"change-{n}" for n in range(6, 0, -1)]
    (folded,) = page.elements("details", "fold")
    assert [item.get("id") for item in folded.iter("li")] == ["change-2", "change-1"]
    assert [text_of(summary) for summary in folded.iter("summary")] == ["The 2 changes before that"]


def test_a_publication_keeps_an_address_with_what_it_said_then(client: FlaskClient, publish: Publish) -> None:
    reference = publish(replace(CARERS, value=None, disclosures=(WITHHELD,)), at=datetime(2026, 6, 1, 9, tzinfo=UTC))
    publish(CARERS, again=reference)
    page = HtmlPage(client.get(f"/entries/{reference}/changes/1"))
    assert page.texts("div", "govuk-inset-text") == [
        "This is how it stood on 1 June 2026 (publication 1 of 2). It has changed since: see what the plan says now."
    ]
    assert page.texts("div", "facts__row")[3] == (
        "How much Can’t say yet. Publishing it now would harm someone’s commercial interests. "
        "Bids are being compared elsewhere. Expected by 1 February 2027"
    )
    assert page.links()["After: 23 November 2026"] == f"/entries/{reference}/changes/2"
    HtmlPage(client.get(f"/entries/{reference}/changes/3"), 404)


def test_a_status_that_needs_a_reason_shows_it_at_the_top(client: FlaskClient, publish: Publish) -> None:
    content = replace(CARERS, status=Status.CANCELLED, status_reason="The money went elsewhere.")
    page = HtmlPage(client.get(f"/entries/{publish(content)}"))
    assert page.texts("div", "status-reason") == ["Cancelled: The money went elsewhere."]
    assert page.texts("dl")[0] == (
        "Can we go for it? No longer: cancelled What to do now Nothing to do. The page stays, with the reason."
    )
    assert "Tell me when this changes" not in page.links()


def test_a_draft_and_an_unknown_reference_are_not_found(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    with sqlite_database.write() as session:
        council = find_organisation(session, "EXC").id
        draft = create_entry(session, council, CARERS, now=NOW).reference
    for reference in (draft, "EXC-9999"):
        HtmlPage(client.get(f"/entries/{reference}"), 404)
        assert client.get(f"/entries/{reference}.json").status_code == 404


def test_a_withheld_value_is_in_no_answer(client: FlaskClient, publish: Publish, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        council = find_organisation(session, "EXC").id
        content = replace(CARERS, value=None, disclosures=(WITHHELD,))
        draft = create_entry(session, council, content, withheld={"value": "£123,457 a year"}, now=NOW)
        publish_entry(session, draft.entry_id, now=NOW)
    for path in ("", ".json", "/changes/1"):
        assert "123,457" not in client.get(f"/entries/{draft.reference}{path}").text
    assert "123,457" not in client.get("/plan").text


def test_hostile_text_stays_text(client: FlaskClient, publish: Publish) -> None:
    hostile = "<script>alert(1)</script> & \"quotes\" 'n' {{ 7 * 7 }}"
    content = EntryContent(
        hostile, summary=hostile, contact=hostile, portal=f"javascript:alert(1) {hostile}", current=hostile
    )
    page = HtmlPage(client.get(f"/entries/{publish(content)}"))
    assert page.texts("h1") == [hostile]
    assert [script.get("src", "")[:16] for script in page.elements("script") if script.get("src")] == [
        "/static/site.js?"
    ]
    assert [href for href in page.links().values() if href.startswith("javascript")] == []
    assert HtmlPage(client.get("/plan")).texts("h3", "row__headline") == [hostile]


def test_notices_link_to_the_web_alone(client: FlaskClient, publish: Publish) -> None:
    notices = (
        Notice("UK2", "012345-2026", "https://www.find-tender.service.gov.uk/Notice/012345-2026", date(2026, 10, 1)),
        Notice("UK3", "012346-2026", "javascript:alert(1)", date(2026, 10, 2)),
    )
    page = HtmlPage(client.get(f"/entries/{publish(replace(CARERS, notices=notices))}"))
    items = [text_of(li) for li in page.elements("li") if text_of(li).startswith("UK")]
    assert items == ["UK2 012345-2026, published 1 October 2026", "UK3 012346-2026, published 2 October 2026"]
    assert "UK3 012346-2026" not in page.links()


@pytest.mark.parametrize("contact", ["the team, room 4", "https://council.example.org/ask", "ask@council.example.org"])
def test_a_contact_is_shown_whatever_its_form(client: FlaskClient, publish: Publish, contact: str) -> None:
    page = HtmlPage(client.get(f"/entries/{publish(replace(CARERS, contact=contact))}"))
    side = next(text_of(e) for e in page.elements("section", "side") if e.get("aria-labelledby") == "contact")
    assert side == f"Ask the commissioner Exampleshire Council {contact} Please name the reference EXC-0001."


def test_pages_bring_their_own_styles_and_scripts_alone(client: FlaskClient, publish: Publish) -> None:
    response = client.get(f"/entries/{publish(CARERS)}")
    page = HtmlPage(response)
    assert [e for e in page.elements() if "style" in e.attrib] == []
    assert page.elements("style") == []
    loaded = [e.get("src") or e.get("href") or "" for tag in ("script", "link", "img") for e in page.elements(tag)]
    elsewhere = [address for address in loaded if address and not address.startswith("/")]
    assert elsewhere == ["http://localhost:8000/entries/EXC-0001"]  # the canonical address, which is not loaded
    nonces = {e.get("nonce") for e in page.elements("script") if not e.get("src")}
    assert nonces == {"token-1"}
    assert "'nonce-token-1'" in response.headers["Content-Security-Policy"]


def test_a_day_with_its_time_is_shown_as_the_day_in_london(client: FlaskClient, publish: Publish) -> None:
    reference = publish(CARERS, at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    page = HtmlPage(client.get(f"/entries/{reference}"))
    assert page.texts("p", "entry-head__state") == [f"Planned {reference} Last changed 1 July 2026"]


def test_an_imprecise_date_never_reads_as_a_day(client: FlaskClient, publish: Publish) -> None:
    when = ExpectedDate(date(2027, 4, 1), date(2028, 3, 31), Precision.FINANCIAL_YEAR, Confidence.INDICATIVE)
    page = HtmlPage(client.get(f"/entries/{publish(replace(CARERS, milestones=(Milestone('opens', when),)))}"))
    assert page.texts("li", "dates__item") == ["Applications or bids open April 2027 to March 2028 not certain"]
    assert "1 April 2027" not in " ".join(page.texts("main"))


def test_a_line_without_a_word_is_no_paragraph(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Advice", summary="• Housing\n•\n\n• Money"))
    page = HtmlPage(client.get("/entries/EXC-0001"))
    assert page.texts("p", "govuk-body-l") + page.texts("p", "govuk-body") == ["• Housing", "• Money"]


def test_a_reference_in_small_letters_leads_to_the_page(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Advice"))
    answer = client.get("/entries/exc-0001")
    assert (answer.status_code, answer.location) == (302, "/entries/EXC-0001")
