"""Planning a session in the workspace, from the empty form to the cancelled page."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.engagement.hosts import HostState, invitations_of
from kil_pipeline.engagement.online_links import online_link_of
from kil_pipeline.engagement.programme import public_session
from kil_pipeline.engagement.session_drafts import find_session_draft, load_session, session_drafts_of
from kil_pipeline.engagement.sessions import SessionState
from kil_pipeline.engagement.venues import VenueFacts, add_venue
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation, find_organisation
from kil_pipeline.plan.contents import EntryContent
from tests.engagement.sessions import a_hosted_session, a_planned_session, a_public_session, notices
from tests.web.conftest import NOW
from tests.web.html import HtmlPage, text_of
from tests.web.visitors import send, sign_in

FORM = {
    "title": "What should breaks feel like?",
    "purpose": "Come and say what helps.",
    "day": "14 January 2027",
    "from": "5:30pm",
    "to": "7:30pm",
    "attendance": "both",
    "online_link": "https://meet.example.org/room-1",
    "open_to_change": "Where and when.",
    "then": "preview",
}
HOST = {"name": "Carers Exampleshire", "address": "host@example.org", "role": "host", "fee": "£200", "room": "Free"}
LIST = "/workspace/sessions"


def only_draft(database: Database, council: uuid.UUID) -> str:
    with database.read() as session:
        (draft,) = session_drafts_of(session, council)
    return draft.reference


def host_link(app: Flask, database: Database, reference: str) -> str:
    """Return the address that a host gets by mail."""
    with database.read() as session:
        draft = find_session_draft(session, find_organisation(session, "EXC").id, reference)
        (host,) = invitations_of(session, draft.session_id)
    return f"/hosting/{Signer(app.extensions['kil'].settings.secret_keys).sign('host', host.id)}"


def shown(page: str) -> str:
    found = re.search(r'name="shown" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def refused(author: FlaskClient, path: str, form: dict[str, str], status: int) -> list[str]:
    """Send a form, and return the lines of the summary of what is wrong."""
    return HtmlPage(send(author, path, form), status).texts("ul", "govuk-error-summary__list")


def test_a_session_is_written_hosted_published_moved_and_cancelled(
    app: Flask, author: FlaskClient, client: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    created = send(author, f"{LIST}/new", FORM)
    reference = only_draft(sqlite_database, council)
    path = f"{LIST}/{reference}"
    assert created.location == f"{path}/preview"
    assert client.get(f"/sessions/{reference}").status_code == 404
    assert send(author, f"{path}/publish", {"version": "1"}).status_code == 400

    assert send(author, f"{path}/hosts", HOST).location == f"{path}/hosts"
    link = host_link(app, sqlite_database, reference)
    before = client.get(link)
    assert notices_in(sqlite_database) == ["host_invitation", "host_reminder"]  # looking changes nothing
    answer = send(client, link, {"answer": "yes", "shown": shown(before.text), "note": ""}, page=link)
    assert HtmlPage(answer).texts("h1") == ["Thank you: you are its host"]
    assert notices_in(sqlite_database)[2:] == ["host_answer"]

    assert send(author, f"{path}/publish", {"version": "1"}).location == LIST
    said = HtmlPage(author.get(LIST))
    assert said.texts("p", "govuk-notification-banner__heading")[-1:] == [
        f"“What should breaks feel like?” ({reference}) is published: everybody can see it now. See its public page"
    ]
    assert said.links()["See its public page"] == f"/sessions/{reference}"
    page = HtmlPage(client.get(f"/sessions/{reference}"))
    assert page.texts("h1") == ["What should breaks feel like?"]
    assert "room-1" not in client.get(f"/sessions/{reference}").text

    assert refused(author, f"{path}/move", {"day": "21 January 2027", "from": "17:30", "to": "19:30"}, 400) == [
        "Say why: a session can be moved only with a reason that readers can see."
    ]
    moved = {"day": "21 January 2027", "from": "17:30", "to": "19:30", "why": "The hall is taken."}
    assert send(author, f"{path}/move", moved).location == LIST
    assert send(author, f"{path}/postpone", {"why": "Snow."}).location == LIST
    assert send(author, f"{path}/move", moved | {"day": "4 February 2027", "why": "It thaws."}).location == LIST
    assert HtmlPage(client.get(f"/sessions/{reference}")).texts("div", "status-reason") == [
        "Moved to a new time: It thaws. It was first planned for 14 January 2027, then for 21 January 2027."
    ]
    assert send(author, f"{path}/cancel", {"why": "Nobody can come."}).location == LIST
    assert refused(author, f"{path}/cancel", {"why": "Again."}, 409) == [
        "A session that is “Cancelled” cannot be cancelled."
    ]
    assert notices_in(sqlite_database)[3:] == [
        "host_published",
        "host_list",
        "host_list",  # moved
        "host_news",
        "host_news",  # postponed
        "host_list",  # moved again
        "host_news",
        "host_news",  # cancelled
    ]


def notices_in(database: Database) -> list[str]:
    with database.read() as session:
        return [name for name, _ in notices(session)]


def test_what_was_typed_is_all_there_after_a_mistake(author: FlaskClient) -> None:
    page = HtmlPage(send(author, f"{LIST}/new", FORM | {"day": "soon", "capacity": "lots"}), 400)
    boxes = {box.get("name"): box.get("value") for box in page.elements("input", "govuk-input")}
    assert {name: boxes[name] for name in ("title", "day", "from", "to", "online_link", "capacity")} == {
        "title": FORM["title"],
        "day": "soon",
        "from": "5:30pm",
        "to": "7:30pm",
        "online_link": FORM["online_link"],
        "capacity": "lots",
    }
    assert [area.text for area in page.elements("textarea") if area.get("name") == "purpose"] == [FORM["purpose"]]
    assert len(page.elements("*", "govuk-error-message")) == 2


def test_whoever_saves_second_is_told_and_loses_nothing(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    send(author, f"{LIST}/new", FORM)
    path = f"{LIST}/{only_draft(sqlite_database, council)}"
    assert send(author, path, FORM | {"version": "1", "title": "Theirs"}).status_code == 302
    answer = HtmlPage(send(author, path, FORM | {"version": "1", "title": "Mine"}), 409)
    assert [box.get("value") for box in answer.elements("input") if box.get("name") in ("title", "version")] == [
        "2",
        "Mine",
    ]
    assert send(author, path, FORM | {"version": "2", "title": "Mine"}).status_code == 302


def test_the_time_of_a_public_session_is_not_a_box(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        draft = a_public_session(session, council)
    path = f"{LIST}/{draft.reference}"
    names = {box.get("name") for box in HtmlPage(author.get(path)).elements("input")}
    assert names & {"day", "from", "to"} == set()
    send(
        author,
        path,
        {"version": "1", "title": "New", "purpose": "New.", "day": "1 May 2027", "from": "1am", "to": "2am"},
    )
    with sqlite_database.read() as session:
        assert find_session_draft(session, council, draft.reference).content.starts_at == draft.content.starts_at
        assert public_session(session, draft.reference).content.title == draft.content.title
    send(author, f"{path}/publish", {"version": "2", "why": "Clearer."})
    with sqlite_database.read() as session:
        assert public_session(session, draft.reference).content.title == "New"


def test_a_preview_of_what_is_not_public_leads_to_nothing_that_is_not_there(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        draft, _ = a_hosted_session(session, council)
        public = a_public_session(session, council)
    lead = ["Come to this session", "Add to calendar", "Tell me when this changes"]

    def shown(reference: str) -> list[str]:
        found = HtmlPage(author.get(f"{LIST}/{reference}/preview"))
        paths = [found.links()[text] for text in lead if text in found.links()]
        return [str(author.get(path).status_code) for path in paths]

    assert (shown(draft.reference), shown(public.reference)) == ([], ["200"] * 3)


def test_a_viewer_reads_the_list_and_is_led_to_what_a_viewer_may_see(
    app: Flask, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        draft = a_planned_session(session, council)
        public = a_public_session(session, council, title="In public")
    viewer = sign_in(app.test_client(), sqlite_database, council, Role.VIEWER)
    page = HtmlPage(viewer.get(LIST))
    assert sorted(page.texts("h2", "govuk-heading-s")) == ["In public", draft.content.title]
    inside = [path for path in page.links().values() if path.startswith((f"{LIST}/", "/sessions/"))]
    assert inside == [f"/sessions/{public.reference}"]


def test_another_place_asks_the_host_again_and_a_page_seen_before_confirms_nothing(
    app: Flask, author: FlaskClient, client: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        add_venue(session, VenueFacts("Old Mill"), now=NOW)
        draft, _ = a_hosted_session(session, council)
    path = f"{LIST}/{draft.reference}"
    send(author, path, FORM | {"version": "1", "venue": "Old Mill"})
    with sqlite_database.read() as session:
        assert [found.state for found in invitations_of(session, draft.session_id)] == [HostState.INVITED]
    link = host_link(app, sqlite_database, draft.reference)
    before = shown(client.get(link).text)
    send(author, path, FORM | {"version": "2", "venue": ""})
    answer = {"answer": "yes", "shown": before, "note": ""}
    assert HtmlPage(send(client, link, answer, page=link), 409).texts("ul", "govuk-error-summary__list") == [
        "The session has another time or place by now: see below, then answer."
    ]
    assert send(client, link, answer | {"shown": shown(client.get(link).text)}, page=link).status_code == 200
    send(author, path, FORM | {"version": "3", "title": "Only the title is another"})
    with sqlite_database.read() as session:
        assert [found.state for found in invitations_of(session, draft.session_id)] == [HostState.CONFIRMED]


def test_the_host_of_a_public_session_hears_of_another_place(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        add_venue(session, VenueFacts("Old Mill"), now=NOW)
        draft = a_public_session(session, council)
    before = len(notices_in(sqlite_database))
    path = f"{LIST}/{draft.reference}"
    send(author, path, FORM | {"version": "1", "venue": "Old Mill"})
    send(author, f"{path}/publish", {"version": "2", "why": "More room."})
    send(author, path, FORM | {"version": "2", "venue": "Old Mill", "title": "Only the title is another"})
    send(author, f"{path}/publish", {"version": "3", "why": "Clearer."})
    assert notices_in(sqlite_database)[before:] == ["host_news"]


def test_an_author_of_another_organisation_finds_nothing(
    app: Flask, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        other = add_organisation(session, name="Another", kind=OrganisationKind.COMMISSIONER, now=NOW).id
        draft = a_planned_session(session, council)
    stranger = sign_in(app.test_client(), sqlite_database, other, Role.AUTHOR)
    paths = [f"{LIST}/{draft.reference}{page}" for page in ("", "/preview", "/hosts", "/change")]
    assert [stranger.get(path).status_code for path in paths] == [404] * 4
    assert HtmlPage(stranger.get(LIST)).texts("li", "result") == []


def test_nudges_are_shown_where_one_writes_and_where_one_publishes(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        draft, _ = a_hosted_session(session, council, open_to_change="The hours.")
    for page in ("", "/preview"):
        found = HtmlPage(author.get(f"{LIST}/{draft.reference}{page}"))
        assert found.texts("div", "nudges") == [
            (
                "What might be better. None of it stops you from publishing. "
                "Nothing is sent beforehand. A page to read, or a recording, lets people come prepared. "
                "No place is named yet. People decide by the place whether they can come."
            )
        ]
    assert send(author, f"{LIST}/{draft.reference}/publish", {"version": "1"}).location == LIST


def test_a_series_makes_a_draft_for_each_date(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        draft = a_planned_session(session, council)
    path = f"{LIST}/{draft.reference}/series"
    assert refused(author, path, {"rhythm": "weekly", "times": "1"}, 400) == [
        "A series has from 2 to 52 sessions, this one counted."
    ]
    assert refused(author, path, {"rhythm": "daily", "times": "3"}, 400) == ["Choose how often it repeats."]
    assert send(author, path, {"rhythm": "fortnightly", "times": "3"}).location == LIST
    with sqlite_database.read() as session:
        days = [one.content.starts_at - draft.content.starts_at for one in session_drafts_of(session, council)]
    assert days == [timedelta(days=28), timedelta(days=14), timedelta(0)]


def test_a_copy_opens_as_a_draft_of_its_own_with_the_link(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    send(author, f"{LIST}/new", FORM)
    first = only_draft(sqlite_database, council)
    copied = send(author, f"{LIST}/{first}/copy")
    second = (copied.location or "").rpartition("/")[2]
    with sqlite_database.read() as session:
        draft = find_session_draft(session, council, second)
        assert (draft.content.title, draft.state) == (FORM["title"], SessionState.DRAFT)
        assert online_link_of(session, draft.session_id) == FORM["online_link"]


def test_a_draft_is_thrown_away_only_as_it_was_seen(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        draft = a_planned_session(session, council)
    path = f"{LIST}/{draft.reference}/discard"
    assert send(author, path, {"version": "7"}).status_code == 400
    assert send(author, path, {"version": "1"}).location == LIST
    assert author.get(f"{LIST}/{draft.reference}").status_code == 404


def test_a_session_is_marked_as_held_once_it_has_begun(
    author: FlaskClient, client: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        draft = a_public_session(session, council)
    path = f"{LIST}/{draft.reference}"
    assert "Mark it as held" not in author.get(f"{path}/change").text
    assert send(author, f"{path}/held").status_code == 409
    with sqlite_database.write() as session:  # back to before now: nobody stays signed in until January
        row, _ = load_session(session, draft.session_id)
        row.starts_at = NOW
    assert send(author, f"{path}/held").location == LIST
    assert HtmlPage(client.get(f"/sessions/{draft.reference}")).texts("div", "status-reason") == ["Held."]


def test_a_series_and_what_is_offered_show_on_the_public_page(
    client: FlaskClient, sqlite_database: Database, council: uuid.UUID, publish: Callable[..., str]
) -> None:
    entry = publish(EntryContent("Breaks for carers"))
    with sqlite_database.write() as session:
        draft = a_public_session(
            session,
            council,
            entries=(entry,),
            stage="designing",
            offers=("expenses", "involvement_payment"),
            payment="£25 an hour",
            access_offers=("captions",),
            access_contact="access@council.example.org",
            capacity=20,
            capacity_online=40,
            online=True,
            open_to_change="The hours.",
            open_why="Nothing is written yet.",
        )
    page = HtmlPage(client.get(f"/sessions/{draft.reference}"))
    assert page.texts("div", "facts__row") == [
        "Form Workshop, in person and online",
        "Stage Designing services",
        "Hosted by Carers Exampleshire",
        "What you get for coming Expenses paidA payment for taking part: £25 an hour",
        "Places In person: Places left (20 in all)Online: Places left (40 in all)",
        "Arranged for you Live captions",
        "Access needs access@council.example.org",
        "Ask plan@council.example.org",
    ]
    assert page.texts("section", "scope__part") == ["Open to change The hours. Why: Nothing is written yet."]


def test_the_form_marks_all_that_a_session_can_do_without(author: FlaskClient) -> None:
    page = HtmlPage(author.get(f"{LIST}/new"))
    sections = page.texts("h2", "govuk-fieldset__heading")
    assert sections == [
        "What it is", "When", "Where", "What can change (optional)", "What happens (optional)",
        "For those who come (optional)", "Access (optional)", "Materials (optional)",
    ]  # fmt: skip
    whole = [
        part for part in page.elements("fieldset", "entry-form__section") if "(optional)" not in text_of(part)[:40]
    ]
    labels = [
        text_of(label) for part in whole for label in part.iter("label") if "checkboxes" not in str(label.get("class"))
    ]
    assert [label for label in labels if not label.endswith("(optional)")] == [
        "Title", "What it is for", "Day", "From", "To", "How to take part",
    ]  # fmt: skip
    assert "".join(refused(author, f"{LIST}/new", {"attendance": "in_person"}, 400)) == (
        "Write what it is called. What it is for: Write in a sentence what it is for. Day: Write the day, such as "
        "14 March 2027. From: Write the time. To: Write the time."
    )


@pytest.mark.parametrize("kind", [OrganisationKind.INFRASTRUCTURE_BODY, OrganisationKind.VCSE])
def test_a_session_is_proposed_and_lands_as_a_draft_with_its_host(
    app: Flask, author: FlaskClient, sqlite_database: Database, council: uuid.UUID, kind: OrganisationKind
) -> None:
    with sqlite_database.write() as session:
        body = add_organisation(session, name="Voluntary Action Exampleshire", kind=kind, now=NOW).id
    proposer = sign_in(app.test_client(), sqlite_database, body, Role.AUTHOR)
    path = f"{LIST}/propose"
    assert refused(proposer, path, FORM, 400) == ["Choose the commissioner that you propose it to."]
    sent = FORM | {"commissioner": "exampleshire-council", "hosting": "yes"}
    assert send(proposer, path, sent).location == LIST
    reference = only_draft(sqlite_database, council)
    assert (
        HtmlPage(author.get(LIST))
        .texts("li", "result")[0]
        .endswith(
            "Waiting for its host · proposed by Voluntary Action Exampleshire "
            f"Preview {reference} · Hosts of {reference} · Move, cancel, copy {reference}"
        )
    )
    assert proposer.get(f"{LIST}/{reference}").status_code == 404
    assert notices_in(sqlite_database) == ["session_proposed"]
    assert send(author, f"{LIST}/{reference}/publish", {"version": "1"}).location == LIST
    with sqlite_database.read() as session:
        assert public_session(session, reference).content.host == "Voluntary Action Exampleshire"


def test_an_address_that_is_none_is_refused_and_what_was_typed_stays(
    author: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    with sqlite_database.write() as session:
        draft = a_planned_session(session, council)
    answer = HtmlPage(send(author, f"{LIST}/{draft.reference}/hosts", HOST | {"address": "nobody"}), 400)
    boxes = {box.get("name"): box.get("value") for box in answer.elements("input", "govuk-input")}
    assert boxes == {"name": HOST["name"], "address": "nobody", "fee": "£200", "room": "Free"}
