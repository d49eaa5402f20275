"""The admin's page of people, invitations from the mail on, and proofs for what is dangerous."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.alerts.letters import NoticeLetter, SignInLetter
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.people import colleagues
from tests.alerts.sinks import Post
from tests.web.conftest import NOW, Clock
from tests.web.forms import Form
from tests.web.html import HtmlPage

SignIn = Callable[..., FlaskClient]
DEE = "dee@council.example.org"


@pytest.fixture
def admin(sign_in: SignIn) -> FlaskClient:
    """A browser in which an admin is signed in."""
    return sign_in("admin@council.example.org", Role.ADMIN)


@pytest.fixture
def post(sqlite_database: Database) -> Post:
    """The post office."""
    return Post(sqlite_database)


def invite(admin: FlaskClient, role: Role = Role.AUTHOR, email: str = DEE) -> HtmlPage:
    form = Form(HtmlPage(admin.get("/workspace/people")), "/workspace/people")
    assert form.send(admin, {"email": email, "role": role.value}).location == "/workspace/people"
    return HtmlPage(admin.get("/workspace/people"))


def invitation_path(post: Post) -> str:
    post.tick(NOW)
    letter = post.letters[-1]
    assert isinstance(letter, NoticeLetter)
    return letter.buttons[0][1]


def roles(database: Database, council: uuid.UUID) -> dict[str, str]:
    with database.read() as session:
        return {one.email: one.role.value for one in colleagues(session, council)}


def test_from_the_invitation_to_the_workspace(
    app: Flask, admin: FlaskClient, post: Post, sqlite_database: Database, council: uuid.UUID
) -> None:
    page = invite(admin)
    assert page.texts("p", "govuk-notification-banner__heading") == [
        f"An invitation is on its way to {DEE}. It works for seven days."
    ]
    path, newcomer = invitation_path(post), app.test_client()
    assert [outgoing.to for outgoing in post.sent] == [DEE]
    for _ in range(3):  # a mail scanner looks, too
        shown = HtmlPage(newcomer.get(path))
    assert roles(sqlite_database, council) == {"admin@council.example.org": "admin"}
    assert Form(shown, path).send(newcomer).location == "/workspace"
    HtmlPage(newcomer.get("/workspace/entries/new"))
    assert roles(sqlite_database, council) == {"admin@council.example.org": "admin", DEE: "author"}
    HtmlPage(newcomer.get(path), 410)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (
            {"email": "dee", "role": "author"},
            "Error: Enter a mail address in the usual form, such as name@example.org.",
        ),
        ({"email": DEE, "role": "emperor"}, "Error: Choose a role."),
        (
            {"email": "admin@council.example.org", "role": "viewer"},
            "Error: admin@council.example.org is a member already. Change their role in the list.",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    admin: FlaskClient, typed: dict[str, str], problem: str
) -> None:
    form = Form(HtmlPage(admin.get("/workspace/people")), "/workspace/people")
    page = HtmlPage(form.send(admin, typed), 400)
    assert page.texts("p", "govuk-error-message") == [problem]
    assert Form(page, "/workspace/people").fields["email"] == typed["email"]


def test_to_make_an_admin_asks_for_a_proof_and_holds_what_was_typed(
    admin: FlaskClient, post: Post, clock: Clock
) -> None:
    clock.moment = NOW + timedelta(minutes=11)
    form = Form(HtmlPage(admin.get("/workspace/people")), "/workspace/people")
    held = HtmlPage(form.send(admin, {"email": DEE, "role": "admin"}), 403)
    assert held.texts("h1") == ["Show that it is you"]
    page = HtmlPage(Form(HtmlPage(admin.get("/workspace/prove")), "/workspace/prove/send").send(admin))
    post.tick(clock.moment)
    letter = post.letters[-1]
    assert isinstance(letter, SignInLetter)
    HtmlPage(Form(page, "/workspace/prove").send(admin, {"code": "0"}), 400)
    assert Form(page, "/workspace/prove").send(admin, {"code": letter.code}).location == "/workspace"
    assert Form(held, "/workspace/people").send(admin).location == "/workspace/people"
    post.tick(clock.moment)
    assert post.sent[-1].to == DEE


def test_less_dangerous_roles_ask_for_no_proof(admin: FlaskClient, clock: Clock) -> None:
    clock.moment = NOW + timedelta(minutes=11)
    invite(admin, Role.APPROVER)


def test_a_member_gets_another_role_and_is_signed_out(
    admin: FlaskClient, author: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    path = HtmlPage(admin.get("/workspace/people")).links()["author@council.example.org"]
    form = Form(HtmlPage(admin.get(path)), f"{path}/role")
    assert form.send(admin, {"role": "viewer"}).location == "/workspace/people"
    assert author.get("/workspace").status_code == 302
    assert roles(sqlite_database, council)["author@council.example.org"] == "viewer"


def test_a_member_is_removed_and_signed_out(
    admin: FlaskClient, author: FlaskClient, sqlite_database: Database, council: uuid.UUID, clock: Clock
) -> None:
    path = HtmlPage(admin.get("/workspace/people")).links()["author@council.example.org"]
    form = Form(HtmlPage(admin.get(path)), f"{path}/remove")
    clock.moment = NOW + timedelta(minutes=11)
    HtmlPage(form.send(admin), 403)
    clock.moment = NOW
    assert form.send(admin).location == "/workspace/people"
    assert author.get("/workspace").status_code == 302
    assert roles(sqlite_database, council) == {"admin@council.example.org": "admin"}


def test_another_role_and_a_removal_are_told_by_mail(
    admin: FlaskClient, author: FlaskClient, post: Post, sqlite_database: Database
) -> None:
    path = HtmlPage(admin.get("/workspace/people")).links()["author@council.example.org"]
    for role in ("viewer", "viewer", "author"):  # the same one again is no news
        Form(HtmlPage(admin.get(path)), f"{path}/role").send(admin, {"role": role})
        post.tick(NOW)
    Form(HtmlPage(admin.get(path)), f"{path}/remove").send(admin)
    post.tick(NOW)
    assert [(mail.to, letter.heading) for mail, letter in zip(post.sent, post.letters, strict=True)] == [  # type: ignore[union-attr]  # notices alone
        ("author@council.example.org", "You have another role"),
        ("author@council.example.org", "You have another role"),
        ("author@council.example.org", "Your role has ended"),
    ]


def test_an_admin_who_accepts_is_told_to_the_others(admin: FlaskClient, app: Flask, post: Post) -> None:
    invite(admin, Role.ADMIN)
    path, newcomer = invitation_path(post), app.test_client()
    assert Form(HtmlPage(newcomer.get(path)), path).send(newcomer).location == "/workspace"
    post.tick(NOW)
    assert [mail.to for mail in post.sent] == [DEE, "admin@council.example.org"]


@pytest.mark.parametrize("how", ["removed", "left"])
def test_what_they_were_writing_is_on_an_admins_list(admin: FlaskClient, author: FlaskClient, how: str) -> None:
    form = Form(HtmlPage(author.get("/workspace/entries/new")), "/workspace/entries/new")
    assert form.send(author, {"headline": "Breaks for carers"}).status_code == 302
    if how == "left":
        Form(HtmlPage(author.get("/workspace/account/leave")), "/workspace/account/leave").send(author)
    else:
        path = HtmlPage(admin.get("/workspace/people")).links()["author@council.example.org"]
        Form(HtmlPage(admin.get(path)), f"{path}/remove").send(admin)
        (said,) = HtmlPage(admin.get("/workspace/people")).texts("p", "govuk-notification-banner__heading")
        assert said.endswith("In your list now: 1 planned opportunity that they changed last.")
    assert "Breaks for carers" in HtmlPage(admin.get("/workspace?show=mine")).links()


def test_the_last_admin_stays(admin: FlaskClient, sqlite_database: Database, council: uuid.UUID) -> None:
    path = HtmlPage(admin.get("/workspace/people")).links()["admin@council.example.org"]
    page = HtmlPage(admin.get(path))
    for answer in (
        Form(page, f"{path}/role").send(admin, {"role": "viewer"}),
        Form(page, f"{path}/remove").send(admin),
        Form(HtmlPage(admin.get("/workspace/account/leave")), "/workspace/account/leave").send(admin),
    ):
        shown = HtmlPage(answer, 409)
        assert shown.texts("p", "govuk-error-message") == [
            "Error: This is the only admin. Make somebody else an admin first."
        ]
    assert roles(sqlite_database, council) == {"admin@council.example.org": "admin"}


def test_one_leaves_and_is_signed_out(author: FlaskClient, sqlite_database: Database, council: uuid.UUID) -> None:
    form = Form(HtmlPage(author.get("/workspace/account/leave")), "/workspace/account/leave")
    assert form.send(author).location == "/"
    assert author.get("/workspace").status_code == 302
    assert roles(sqlite_database, council) == {}


def test_an_invitation_is_taken_back(admin: FlaskClient, app: Flask, post: Post) -> None:
    page, path = invite(admin), invitation_path(post)
    (action,) = [a for f in page.elements("form") if (a := f.get("action") or "").endswith("/withdraw")]
    assert Form(page, action).send(admin).location == "/workspace/people"
    HtmlPage(app.test_client().get(path), 410)
