"""Writing an entry as a commissioner does: a headline is enough, nothing typed is lost, the preview is the page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kil_pipeline.database import Database
from kil_pipeline.events.log import events_after
from kil_pipeline.plan.contents import EntryContent, Notice
from kil_pipeline.plan.statuses import Status
from tests.web.forms import Filled, Form
from tests.web.html import HtmlPage

NEW = "/workspace/entries/new"
FIRST = "/workspace/entries/EXC-0001"

WHOLE: Filled = {
    "headline": "Breaks for carers",
    "summary": "Time off for people who care for someone.\nIn every part of the county.",
    "themes": ["Carers", "Food"],
    "areas": "Northvale",
    "value": "£350,000 to £420,000 a year",
    "route": "Competitive grant",
    "length: why not": "To be set together with communities",
    "length: explanation": "We will ask carers in January.",
    "length: who decides": "The carers’ partnership board",
    "length: expected by": "March 2027",
    "length: how you could help": "Tell us what has worked.",
    "portal: why not": "Publishing it now would harm someone’s commercial interests",
    "portal: public interest": "Bids would be worth less.",
    "opens": "April to June 2027 (indicative)",
    "status": "Planned",
}
"""What a commissioner types who knows much, not all, and cannot say one thing."""


def start(author: FlaskClient, filled: Filled) -> TestResponse:
    return Form(HtmlPage(author.get(NEW)), NEW).send(author, filled)


def saved(author: FlaskClient, path: str = FIRST) -> dict[str, list[str]]:
    answers = Form(HtmlPage(author.get(path)), path).answers()
    return {name: value for name, value in answers.items() if name != "version"}


def as_sent(filled: Filled) -> dict[str, list[str]]:
    return {name: [value] if isinstance(value, str) else value for name, value in filled.items()}


def publish(author: FlaskClient, filled: Filled | None = None) -> TestResponse:
    """Press "Publish" below the preview of the first entry."""
    form = Form(HtmlPage(author.get(f"{FIRST}/preview")), f"{FIRST}/publish")
    return form.send(author, filled)


def messages(page: HtmlPage) -> list[str]:
    return page.texts("p", "govuk-notification-banner__heading")


def test_a_headline_alone_is_enough_to_publish(author: FlaskClient, client: FlaskClient) -> None:
    answer = start(author, {"headline": "Breaks for carers", "then": "preview"})
    assert (answer.status_code, answer.location) == (302, f"{FIRST}/preview")
    HtmlPage(client.get("/entries/EXC-0001"), 404)
    answer = publish(author)
    assert (answer.status_code, answer.location) == (302, "/workspace")
    page = HtmlPage(author.get("/workspace"))
    assert messages(page) == [
        "“Breaks for carers” (EXC-0001) is published: everybody can see it now. See its public page"
    ]
    assert page.links()["See its public page"] == "/entries/EXC-0001"
    assert page.links()["Public page of EXC-0001"] == "/entries/EXC-0001"
    assert HtmlPage(client.get("/entries/EXC-0001")).texts("h1") == ["Breaks for carers"]


def test_a_headline_that_looks_like_code_is_shown_in_the_message_as_it_was_written(author: FlaskClient) -> None:
    start(author, {"headline": "Breaks for those <18 & >65", "then": "preview"})
    publish(author)
    assert messages(HtmlPage(author.get("/workspace"))) == [
        "“Breaks for those <18 & >65” (EXC-0001) is published: everybody can see it now. See its public page"
    ]


def test_a_draft_is_saved_for_later_and_nobody_sees_it(author: FlaskClient, client: FlaskClient) -> None:
    answer = start(author, {"headline": "Breaks for carers", "then": "stay"})
    page = HtmlPage(author.get(answer.location))
    assert messages(page) == ["Saved. Nothing of it is public until you publish it."]
    assert HtmlPage(client.get("/plan")).texts("li", "row") == []


def test_what_was_saved_stands_in_the_form_again(author: FlaskClient) -> None:
    start(author, WHOLE)
    assert saved(author) == as_sent(WHOLE) | {"length: expected by": ["2027-03-31"]}


def test_saving_what_stands_in_the_form_changes_nothing(author: FlaskClient) -> None:
    start(author, WHOLE)
    form = Form(HtmlPage(author.get(FIRST)), FIRST)
    form.send(author)
    assert Form(HtmlPage(author.get(FIRST)), FIRST).answers() == form.answers()


def test_every_field_but_a_few_can_say_why_it_has_no_value(author: FlaskClient) -> None:
    form = Form(HtmlPage(author.get(NEW)), NEW)
    fields = [name for name in form.fields if ":" not in name]
    silent = [name for name in fields if f"{name}: why not" not in form.fields]
    assert silent == [
        "csrf_token",
        "version",
        "headline",
        "cpv",
        "contact",
        "years_and_vat",
        "route_why",
        "guidance",
        "stage",
        "status",
        "status_reason",
    ]


def test_a_choice_that_is_none_of_ours_comes_back_once_to_be_mended(author: FlaskClient) -> None:
    page = HtmlPage(start(author, {"headline": "Beds", "lots: why not": "Because", "route": "By lot"}), 400)
    chosen = [option.get("value") for option in page.elements("option") if option.get("selected") is not None]
    assert [value for value in chosen if value in ("Because", "By lot")] == ["By lot", "Because"]


def test_what_is_missing_is_public_with_its_reason(author: FlaskClient, client: FlaskClient) -> None:
    start(author, WHOLE)
    publish(author)
    gaps = HtmlPage(client.get("/entries/EXC-0001")).texts("section", "gaps")[0]
    said = ("Not decided yet", "We will ask carers in January.", "The carers’ partnership board", "31 March 2027")
    assert [words for words in said if words not in gaps] == []
    assert "Can’t say yet" in gaps


def test_a_value_kept_back_is_seen_by_its_authors_alone(author: FlaskClient, client: FlaskClient) -> None:
    kept_back: Filled = {
        "headline": "Beds",
        "value": "about £777k, said the board",
        "value: why not": "withheld.commercial",
    }
    start(author, kept_back)
    assert saved(author)["value"] == ["about £777k, said the board"]
    assert "£777k" not in author.get(f"{FIRST}/preview").text
    publish(author)
    public = [client.get(path).text for path in ("/entries/EXC-0001", "/entries/EXC-0001.json", "/plan?q=777k")]
    assert [text for text in public if "£777k" in text] == []


def main_content(page: HtmlPage) -> tuple[list[str], dict[str, str]]:
    (main,) = page.elements("main")
    links = {"".join(e.itertext()): e.get("href") or "" for e in main.iter("a")}
    return page.texts("main"), links


def test_the_preview_is_the_page_that_everybody_will_see(author: FlaskClient, client: FlaskClient) -> None:
    start(author, WHOLE)
    preview = main_content(HtmlPage(author.get(f"{FIRST}/preview")))
    publish(author)
    assert preview == main_content(HtmlPage(client.get("/entries/EXC-0001")))
    Form(HtmlPage(author.get(FIRST)), FIRST).send(author, {"opens": "July 2027", "value": ""})
    preview = main_content(HtmlPage(author.get(f"{FIRST}/preview")))
    publish(author)
    assert preview == main_content(HtmlPage(client.get("/entries/EXC-0001")))
    assert preview == main_content(HtmlPage(author.get(f"{FIRST}/preview")))


def test_the_preview_says_what_will_be_told_and_when_there_is_nothing_to_tell(author: FlaskClient) -> None:
    start(author, WHOLE)
    publish(author)
    assert HtmlPage(author.get(f"{FIRST}/preview")).texts("section", "preview") == [
        "Preview It says what is public already: there is nothing to publish. Go on writing"
    ]
    Form(HtmlPage(author.get(FIRST)), FIRST).send(author, {"opens": "July to September 2027 (indicative)"})
    preview = HtmlPage(author.get(f"{FIRST}/preview"))
    assert preview.texts("ul", "govuk-list--bullet") == [
        (
            "Applications or bids open: moved from about April–June 2027 (not certain) to about July–"
            "September 2027 (not certain), one quarter later."
        )
    ]


def test_what_is_wrong_is_said_at_its_field_and_at_the_top_and_nothing_typed_is_lost(author: FlaskClient) -> None:
    typed = dict(WHOLE) | {"headline": "", "areas": "Atlantis", "opens": "soonish", "value: explanation": "Left over"}
    page = HtmlPage(start(author, typed), 400)
    (summary,) = page.elements("div", "govuk-error-summary")
    links = {e.get("href"): "".join(e.itertext()) for e in summary.iter("a")}
    errors = {e.get("id"): "".join(e.itertext()).strip() for e in page.elements("p", "govuk-error-message")}
    assert list(links) == ["#headline", "#areas", "#value-why-not", "#opens"]
    assert sorted(" ".join(text.split()) for text in errors.values()) == sorted(f"Error: {m}" for m in links.values())
    assert [href for href in links if page.root.find(f".//*[@id='{(href or '')[1:]}']") is None] == []
    assert page.texts("title")[0].startswith("Error: ")
    answers = Form(page, NEW).answers()
    assert answers == as_sent({name: value for name, value in typed.items() if value}) | {"version": ["0"]}


@pytest.mark.parametrize(
    ("filled", "field", "message"),
    [
        ({"status": "On hold"}, "status-reason", "“On hold” needs a reason."),
        (
            {"headline": "x" * 301},
            "headline",
            "It has 301 characters. Use at most 300; the rest belongs into “What it is”.",
        ),
        ({"summary": "y" * 10_001}, "summary", "That is 10001 characters long. Use at most 10000."),
        (
            {"value": "£1m a year", "value: why not": "undecided.budget"},
            "value",
            "There is a value and a reason for not having decided. Take one of them out.",
        ),
        (
            {"value": "£1m a year", "value: who decides": "The board"},
            "value-why-not",
            "There is a value, and “who decides” for having none. Choose a reason, or take one of them out.",
        ),
        (
            {"value: review on": "March 2027"},
            "value-why-not",
            "Choose a reason: “review on” says something about this field.",
        ),
        (
            {"value: why not": "undecided.budget", "value: public interest": "Much"},
            "value-public-interest",
            "This is for what you can’t say yet. Take it out, or choose another reason.",
        ),
        (
            {"value: why not": "withheld.future-publication"},
            "value-expected-by",
            "The reason “We have set a date to publish it” needs the date by which it will be published.",
        ),
    ],
)
def test_each_mistake_has_a_message_that_helps(author: FlaskClient, filled: Filled, field: str, message: str) -> None:
    page = HtmlPage(start(author, {"headline": "Beds"} | dict(filled)), 400)
    (summary,) = page.elements("div", "govuk-error-summary")
    ((place, said),) = [(e.get("href"), "".join(e.itertext())) for e in summary.iter("a")]
    label = "" if field == "headline" else said.partition(": ")[0] + ": "
    assert (place, said) == (f"#{field}", label + message)
    assert label.removesuffix(": ") in ["", *page.texts("label", "govuk-label")]


def test_two_people_editing_at_once_lose_nothing(author: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
    start(author, WHOLE)
    second = sign_in("second@council.example.org")
    mine, theirs = (Form(HtmlPage(browser.get(FIRST)), FIRST) for browser in (author, second))
    theirs.send(second, {"summary": "Theirs"})
    page = HtmlPage(mine.send(author, {"summary": "Mine"}), 409)
    assert page.texts("ul", "govuk-error-summary__list") == [
        (
            "Somebody else saved this while you were writing. What you wrote is below and not saved yet. "
            "Open the entry in another tab to see theirs; saving again replaces it with yours."
        )
    ]
    assert Form(page, FIRST).answers()["summary"] == ["Mine"]
    assert saved(second)["summary"] == ["Theirs"]
    assert Form(page, FIRST).send(author).status_code == 302
    assert saved(author)["summary"] == ["Mine"]


def test_a_value_kept_back_is_not_overwritten_unseen_either(author: FlaskClient) -> None:
    start(author, {"headline": "Beds", "value": "£1m", "value: why not": "withheld.commercial"})
    publish(author)
    mine, theirs = (Form(HtmlPage(author.get(FIRST)), FIRST) for _ in range(2))
    assert theirs.send(author, {"value": "£2m"}).status_code == 302
    HtmlPage(mine.send(author, {"value": "£3m"}), 409)
    assert saved(author)["value"] == ["£2m"]
    assert "Changes not published" not in HtmlPage(author.get("/workspace")).texts("li", "result")[0]


def test_what_changed_after_the_preview_is_not_published_unseen(author: FlaskClient, client: FlaskClient) -> None:
    start(author, WHOLE)
    form = Form(HtmlPage(author.get(f"{FIRST}/preview")), f"{FIRST}/publish")
    Form(HtmlPage(author.get(FIRST)), FIRST).send(author, {"summary": "Changed meanwhile"})
    page = HtmlPage(form.send(author), 409)
    assert page.texts("h1") == ["Somebody else saved this meanwhile"]
    HtmlPage(client.get("/entries/EXC-0001"), 404)


def test_publishing_twice_publishes_once(author: FlaskClient, client: FlaskClient) -> None:
    start(author, WHOLE)
    form = Form(HtmlPage(author.get(f"{FIRST}/preview")), f"{FIRST}/publish")
    form.send(author)
    author.get("/workspace")  # shows the first message
    form.send(author)
    assert messages(HtmlPage(author.get("/workspace"))) == [
        "Nothing in “Breaks for carers” (EXC-0001) had changed, so nothing was published."
    ]
    assert len(HtmlPage(client.get("/entries/EXC-0001")).elements("li", "changes__item")) == 1


def test_a_minor_change_is_public_and_nobody_is_told(
    author: FlaskClient, client: FlaskClient, sqlite_database: Database
) -> None:
    start(author, {"headline": "Breaks for carrers"})
    assert HtmlPage(author.get(f"{FIRST}/preview")).elements("input", "govuk-checkboxes__input") == []
    publish(author)
    Form(HtmlPage(author.get(FIRST)), FIRST).send(author, {"headline": "Breaks for carers"})
    publish(author, {"minor": "yes", "why": "A typing mistake."})
    page = HtmlPage(client.get("/entries/EXC-0001"))
    assert page.texts("li", "changes__item")[0] == (
        "23 November 2026: publication 2 small correction "
        "Headline changed from “Breaks for carrers” to “Breaks for carers”. Why: A typing mistake. "
        "Compare publication 2 with the one before"
    )
    with sqlite_database.read() as session:
        assert [type(logged.event).__name__ for logged in events_after(session, 1, limit=9)] == ["EntryCorrected"]


def test_a_status_that_cannot_follow_is_said_at_its_field(author: FlaskClient, client: FlaskClient) -> None:
    start(author, {"headline": "Beds", "status": "Withdrawn", "status_reason": "A mistake."})
    page = HtmlPage(publish(author), 409)
    (summary,) = page.elements("div", "govuk-error-summary")
    assert [(e.get("href"), "".join(e.itertext())) for e in summary.iter("a")] == [
        ("#status", "Status: “Draft” cannot become “Withdrawn”.")
    ]
    assert Form(page, FIRST).answers()["status_reason"] == ["A mistake."]
    HtmlPage(client.get("/entries/EXC-0001"), 404)


def test_the_status_of_what_is_public_is_not_typed_and_stays(author: FlaskClient, publish: Callable[..., str]) -> None:
    publish(EntryContent("Beds", status=Status.ON_HOLD, status_reason="A budget review."))
    form = Form(HtmlPage(author.get(FIRST)), FIRST)
    assert [name for name in form.fields if name.startswith("status")] == []
    form.send(author, {"status": "Withdrawn", "status_reason": "By hand.", "summary": "Twelve."})
    assert HtmlPage(author.get(f"{FIRST}/preview")).texts("div", "status-reason") == ["On hold: A budget review."]


def test_what_the_form_does_not_ask_for_stays(
    author: FlaskClient, publish: Callable[..., str], client: FlaskClient
) -> None:
    notice = Notice("UK2", "012345-2026", "https://notices.example.org/012345-2026", date(2026, 11, 2))
    content = EntryContent("Beds", notices=(notice,))
    publish(content)
    publish(replace(content, summary="Twelve."), again="EXC-0001")
    Form(HtmlPage(author.get(FIRST)), FIRST).send(author, {"summary": "Fourteen."})
    page = HtmlPage(author.get(f"{FIRST}/preview"))
    assert page.links()["UK2 012345-2026"] == "https://notices.example.org/012345-2026"


def test_dates_out_of_order_are_pointed_out_before_they_are_published(author: FlaskClient) -> None:
    start(author, {"headline": "Beds", "opens": "December 2027", "bids_due": "March 2027"})
    page = HtmlPage(author.get(f"{FIRST}/preview"))
    (warning,) = page.texts("div", "govuk-inset-text")
    assert warning.endswith(
        "“Applications or bids due” (about March 2027) comes before “Applications or bids open” (about December 2027)."
    )


def test_the_preview_lists_what_stays_hidden_and_points_out_what_would_leak(author: FlaskClient) -> None:
    kept_back: Filled = {"summary": "We can spend £777,000.", "value": "£777k", "value: why not": "withheld.commercial"}
    start(author, {"headline": "Beds"} | dict(kept_back))
    page = HtmlPage(author.get(f"{FIRST}/preview"))
    assert page.texts("div", "preview__leaks") == [
        "Please check these texts. They are public. What you keep back as “How much” seems to stand in “What it is”."
    ]
    assert page.texts("div", "facts__row")[0] == (
        "How much Can’t say yet: Publishing it now would harm someone’s commercial interests "
        "A value is stored. Your organisation alone sees it."
    )
    assert "£777k" not in author.get(f"{FIRST}/preview").text
