"""Answering “how you could help us decide”, in a browser: from the entry's page and back onto it."""

import json
import uuid
from collections.abc import Callable

from flask.testing import FlaskClient

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.publishing_rules import PublishingRules, choose_rules
from tests.alerts.sinks import Post
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage

Publish = Callable[..., str]
LOTS = Disclosure("lots", DisclosureState.UNDECIDED, "undecided.codesign", how_you_could_help="How large a lot?")
ASKING = EntryContent("Falls classes", disclosures=(LOTS,))
FORM, LIST = "/entries/EXC-0001/answer", "/workspace/answers"
FILLED = {"text": "One ward.", "name": "Example Carers", "publish": "yes", "email": "ann@example.org"}


def say(client: FlaskClient, post: Post) -> str:
    """Answer, and confirm it. Returns the path of one's own page."""
    Form(HtmlPage(client.get(FORM)), FORM).send(client, FILLED)
    path = mailed(post)
    client.get(path)  # a mail scanner
    Form(HtmlPage(client.get(path)), path).send(client)
    return path


def mailed(post: Post) -> str:
    """Return the path of one's own answer from the last mail."""
    post.tick(NOW)
    letters = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    return next(path for _, path in reversed(letters[-1].buttons) if path.startswith("/answers/"))


def shown(client: FlaskClient) -> list[str]:
    return HtmlPage(client.get("/entries/EXC-0001")).texts("li", "answers__item")


def test_from_the_question_to_the_page(
    client: FlaskClient, publish: Publish, author: FlaskClient, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    publish(ASKING)
    assert HtmlPage(client.get("/entries/EXC-0001")).links()["Answer about “Lots”"] == f"{FORM}?about=lots"
    own = say(client, post)
    assert HtmlPage(author.get("/workspace")).links()["1 answer waiting"] == LIST
    page = HtmlPage(author.get(LIST))
    assert page.texts("h2", "row__headline") == ["Lots: Example Carers Waiting"]
    assert "ann@example.org" not in author.get(LIST).text
    assert shown(client) == []
    sent = Form(page, LIST).send(author, {"do": "respond", "text": "Two lots.", "publish": "yes"})
    assert sent.status_code == 302
    assert shown(client) == [
        (
            "Lots: Example Carers Asked: How large a lot? One ward. "
            "Exampleshire Council responded, 23 November 2026 Two lots."
        )
    ]
    mailed(post)
    assert post.sent[-1].to == "ann@example.org"
    held = json.loads(client.get(f"{own}/my-answer.json").text)["answer"]
    assert (held["email"], held["text"], held["response"]) == ("ann@example.org", "One ward.", "Two lots.")
    gone = Form(HtmlPage(client.get(own)), own).send(client)
    assert HtmlPage(gone).texts("h1") == ["Your answer is withdrawn and erased"]
    assert [client.get(path).status_code for path in (own, f"{own}/my-answer.json")] == [410, 410]
    assert shown(client) == [
        (
            "Lots: an answer that was withdrawn Asked: How large a lot? Withdrawn by its writer. "
            "Exampleshire Council responded, 23 November 2026 Two lots."
        )
    ]


def test_opening_the_link_sends_nothing(
    client: FlaskClient, publish: Publish, author: FlaskClient, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    publish(ASKING)
    Form(HtmlPage(client.get(FORM)), FORM).send(client, FILLED)
    assert HtmlPage(client.get(mailed(post))).texts("h1") == ["Send your answer"]
    assert HtmlPage(author.get(LIST)).texts("li", "row") == []


def test_a_hidden_answer_gives_its_reason(
    client: FlaskClient, publish: Publish, author: FlaskClient, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    publish(ASKING)
    say(client, post)
    Form(HtmlPage(author.get(LIST)), LIST).send(author, {"do": "respond", "text": "Two lots.", "publish": "yes"})
    refused = HtmlPage(Form(HtmlPage(author.get(LIST)), LIST).send(author, {"do": "hide", "text": ""}), 400)
    assert refused.texts("p", "govuk-error-message") == ["Error: Write why you hide it: readers see the reason."]
    Form(refused, LIST).send(author, {"do": "hide", "text": "It names a person."})
    assert shown(client) == [
        (
            "Lots: an answer that is hidden Asked: How large a lot? Hidden by the commissioner: It names a person. "
            "Exampleshire Council responded, 23 November 2026 Two lots."
        )
    ]


def test_what_has_to_be_mended_is_said_at_the_field_and_nothing_typed_is_lost(
    client: FlaskClient, publish: Publish
) -> None:
    publish(ASKING)
    form = Form(HtmlPage(client.get(FORM)), FORM)
    for field, value, said in (
        ("text", "", "Write your answer."),
        ("name", "n" * 121, "Give a name of at most 120 characters; it has 121."),
        ("email", "nobody", "Enter an email address in the usual form, such as name@example.org."),
    ):
        filled = {**FILLED, field: value}
        page = HtmlPage(form.send(client, filled), 400)
        assert page.texts("p", "govuk-error-message") == [f"Error: {said}"]
        kept = {name: [text] for name, text in filled.items() if text}
        assert Form(page, FORM).answers() == {"about": ["lots"], **kept}


def test_a_response_that_has_to_be_mended_is_not_lost(
    client: FlaskClient, publish: Publish, author: FlaskClient, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    publish(ASKING)
    say(client, post)
    long = {"do": "respond", "text": "x" * 3001, "publish": "yes"}
    page = HtmlPage(Form(HtmlPage(author.get(LIST)), LIST).send(author, long), 400)
    answers = Form(page, LIST).answers()
    assert (answers["text"], answers["publish"]) == (["x" * 3001], ["yes"])


def test_a_program_that_fills_in_every_box_gets_no_mail(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    publish(ASKING)
    answer = Form(HtmlPage(client.get(FORM)), FORM).send(client, {**FILLED, "website": "https://example.org"})
    post.tick(NOW)
    assert (answer.status_code, post.sent) == (200, [])


def test_where_nothing_is_asked_there_is_no_form(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Falls classes"))
    assert [client.get(f"{FORM}{query}").status_code for query in ("", "?about=lots", "?about=nothing")] == [404] * 3


def test_one_place_sends_thirty_answers_an_hour_at_most(client: FlaskClient, publish: Publish) -> None:
    publish(ASKING)
    form = Form(HtmlPage(client.get(FORM)), FORM)
    trapped = {**FILLED, "website": "x"}
    assert [form.send(client, trapped).status_code for _ in range(31)] == [200] * 30 + [429]


def test_who_may_not_publish_alone_keeps_what_they_wrote(
    client: FlaskClient, publish: Publish, author: FlaskClient, council: uuid.UUID, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    publish(ASKING)
    say(client, post)
    with sqlite_database.write() as session:
        choose_rules(session, council, PublishingRules(four_eyes=True))
    wanted = {"do": "respond", "text": "Two lots.", "publish": "yes"}
    page = HtmlPage(Form(HtmlPage(author.get(LIST)), LIST).send(author, wanted), 409)
    assert page.texts("p", "govuk-error-message") == [
        "Error: Your organisation publishes with a second pair of eyes: an approver has to publish it."
    ]
    assert Form(page, LIST).answers()["text"] == ["Two lots."]
    assert shown(client) == []
