"""Saying that one is interested, in a browser: from the entry to being put in touch."""

from collections.abc import Callable

from flask.testing import FlaskClient

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from tests.alerts.sinks import Post
from tests.support.test_patches import LEEDS
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage

Publish = Callable[..., str]
FORM = "/entries/EXC-0001/interested"


def say(client: FlaskClient, post: Post, name: str, seen: str) -> str:
    """Say that one is interested, and confirm it. Returns the path of one's own page."""
    filled = {"name": name, "email": f"{name.lower()}@example.org", "visibility": seen, "partners": "yes"}
    Form(HtmlPage(client.get(FORM)), FORM).send(client, filled)
    post.tick(NOW)
    path = button(post, "See and confirm it")
    client.get(path)  # a mail scanner
    Form(HtmlPage(client.get(path)), path).send(client)
    return path


def button(post: Post, words: str) -> str:
    """Return the path of the last button with these words."""
    letters = [letter for letter in reversed(post.letters) if isinstance(letter, NoticeLetter)]
    return next(path for letter in letters for text, path in letter.buttons if text == words)


def interest_side(client: FlaskClient) -> list[str]:
    sections = HtmlPage(client.get("/entries/EXC-0001")).texts("section", "side")
    return [text for text in sections if text.startswith("Who is interested")]


def test_from_the_entry_to_being_put_in_touch(
    client: FlaskClient, publish: Publish, author: FlaskClient, sqlite_database: Database
) -> None:
    post = Post(sqlite_database)
    publish(EntryContent("Falls classes", areas=(LEEDS,)))
    assert HtmlPage(client.get("/entries/EXC-0001")).links()["Say that you are interested"] == FORM
    ann, bob = say(client, post, "Ann", "commissioner"), say(client, post, "Bob", "everyone")
    assert interest_side(client) == [
        "Who is interested Bob, looking for partners We are interested, or looking for partners"
    ]
    seen = HtmlPage(author.get("/workspace/entries/EXC-0001/interest"))
    assert seen.texts("h2", "row__headline") == ["Ann", "Bob"]
    assert "@example.org" not in author.get("/workspace/entries/EXC-0001/interest").text
    page = HtmlPage(client.get(ann))
    assert page.texts("h3") == ["Bob"]
    introduce = [form for form in page.elements("form") if form.get("action") == ann]
    number = next(i for i, form in enumerate(introduce) if "Ask to be put in touch" in "".join(form.itertext()))
    Form(page, ann, number=number).send(client, {"message": "Shall we?"})
    post.tick(NOW)
    path = button(post, "Agree or decline")
    assert HtmlPage(client.get(path)).texts("h1") == ["Ann would like to get in touch"]
    assert HtmlPage(Form(HtmlPage(client.get(path)), path).send(client)).texts("h1") == ["You are in touch with Ann"]
    post.tick(NOW)
    assert [outgoing.to for outgoing in post.sent][-2:] == ["ann@example.org", "bob@example.org"]
    assert "You are in touch: see your email." in HtmlPage(client.get(ann)).texts("p")
    withdrawn = Form(HtmlPage(client.get(bob)), bob, number=1).send(client, {"do": "withdraw"})
    assert HtmlPage(withdrawn).texts("h1") == ["Your interest is withdrawn and erased"]
    assert client.get(bob).status_code == 410
    assert interest_side(client) == ["Who is interested We are interested, or looking for partners"]


def test_opening_the_link_confirms_nothing(client: FlaskClient, publish: Publish, sqlite_database: Database) -> None:
    post = Post(sqlite_database)
    publish(EntryContent("Falls classes"))
    filled = {"name": "Ann", "email": "ann@example.org", "visibility": "everyone"}
    Form(HtmlPage(client.get(FORM)), FORM).send(client, filled)
    post.tick(NOW)
    assert HtmlPage(client.get(button(post, "See and confirm it"))).texts("h1") == ["Confirm that you are interested"]
    assert interest_side(client) == ["Who is interested We are interested, or looking for partners"]


def test_what_has_to_be_mended_is_said_at_the_field_and_nothing_typed_is_lost(
    client: FlaskClient, publish: Publish
) -> None:
    publish(EntryContent("Falls classes"))
    form = Form(HtmlPage(client.get(FORM)), FORM)
    filled = {"name": "", "email": "us@example.org", "brings": "A van", "partners": "yes", "visibility": "interested"}
    page = HtmlPage(form.send(client, filled), 400)
    assert page.texts("p", "govuk-error-message") == ["Error: Enter your organisation’s name."]
    assert Form(page, FORM).answers() == {
        "email": ["us@example.org"],
        "brings": ["A van"],
        "partners": ["yes"],
        "visibility": ["interested"],
    }
    long = HtmlPage(form.send(client, {**filled, "name": "Us", "seeks": "x" * 1001}), 400)
    assert long.texts("p", "govuk-error-message") == [
        "Error: Say what you seek in at most 1,000 characters; there are 1,001."
    ]
    wrong = HtmlPage(form.send(client, {**filled, "name": "Us", "email": "nobody"}), 400)
    assert wrong.texts("p", "govuk-error-message") == [
        "Error: Enter an email address in the usual form, such as name@example.org."
    ]


def test_the_owner_changes_what_it_says(client: FlaskClient, publish: Publish, sqlite_database: Database) -> None:
    post = Post(sqlite_database)
    publish(EntryContent("Falls classes"))
    ann = say(client, post, "Ann", "commissioner")
    changed = Form(HtmlPage(client.get(ann)), ann).send(client, {"brings": "A van", "visibility": "everyone"})
    assert HtmlPage(changed).texts("p", "govuk-notification-banner__heading") == ["Saved."]
    told = "Who is interested 1 organisation is interested. Ann, looking for partners Brings: A van"
    assert interest_side(client) == [f"{told} We are interested, or looking for partners"]
    refused = HtmlPage(Form(HtmlPage(client.get(ann)), ann).send(client, {"name": "", "brings": "Two vans"}), 400)
    assert refused.texts("p", "govuk-error-message") == ["Error: Enter your organisation’s name."]
    assert Form(refused, ann).answers()["brings"] == ["Two vans"]
