"""The navigation of the workspace: where each role and each kind of organisation can go."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.contents import EntryContent
from tests.support.test_patches import LEEDS, a_body
from tests.web.forms import Form
from tests.web.html import HtmlPage, text_of
from tests.web.visitors import sign_in as sign_in_to
from tests.web.visitors import sign_in_operator

SignIn = Callable[..., FlaskClient]
LINKS = "a", "govuk-service-navigation__link"


def here(page: HtmlPage) -> list[str]:
    return [text_of(link) for link in page.elements(*LINKS) if link.get("aria-current")]


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (Role.VIEWER, ["Your plan", "Approvals", "Sessions", "Records", "Your account"]),
        (
            Role.ENGAGEMENT_LEAD,
            ["Your plan", "Approvals", "Sessions", "Who is coming", "Records", "Your account"],
        ),
        (
            Role.ADMIN,
            [
                "Your plan",
                "Approvals",
                "Answers",
                "Sessions",
                "Who is coming",
                "Records",
                "Organisation",
                "Your account",
            ],
        ),
    ],
)
def test_each_role_sees_where_it_may_go_and_gets_there(sign_in: SignIn, role: Role, shown: list[str]) -> None:
    browser = sign_in(role=role)
    page = HtmlPage(browser.get("/workspace"))
    assert page.texts(*LINKS) == shown
    for link in page.elements(*LINKS):
        assert here(HtmlPage(browser.get(link.get("href") or ""))) == [text_of(link)]
    assert page.texts("button", "workspace-out__button") == ["Sign out"]


def test_a_local_support_organisation_has_its_own(app: Flask, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        body = a_body(session, "Body of Leeds", LEEDS)
    adviser = sign_in_to(app.test_client(), sqlite_database, body, Role.AUTHOR)
    page = HtmlPage(adviser.get("/workspace"))
    own = ["Your patch", "Bulletin", "Requests for help", "What you offer"]
    assert page.texts(*LINKS) == [*own, "Sessions", "Who is coming", "Records", "Your account"]
    for link in page.elements(*LINKS):
        assert here(HtmlPage(adviser.get(link.get("href") or ""))) == [text_of(link)]
    breadcrumbs = HtmlPage(adviser.get("/workspace/sessions/propose")).texts("a", "govuk-breadcrumbs__link")
    assert breadcrumbs == ["Your patch", "Sessions"]


def test_whoever_runs_the_site_and_is_no_member_sees_the_site_alone(app: Flask, sqlite_database: Database) -> None:
    operator = sign_in_operator(app.test_client(), sqlite_database)
    assert HtmlPage(operator.get("/workspace/operator")).texts(*LINKS) == ["This site", "Your account"]
    breadcrumbs = HtmlPage(operator.get("/workspace/account/second-factor")).texts("a", "govuk-breadcrumbs__link")
    assert breadcrumbs == ["This site", "Your account"]


@pytest.mark.parametrize("path", ["/workspace/people", "/workspace/settings", "/workspace/tokens", "/workspace/audit"])
def test_what_an_admin_looks_after_is_on_one_page(sign_in: SignIn, path: str) -> None:
    admin = sign_in(role=Role.ADMIN)
    assert path in HtmlPage(admin.get("/workspace/organisation")).links().values()
    assert here(HtmlPage(admin.get(path))) == ["Organisation"]


def test_public_pages_are_the_same_for_whoever_is_signed_in(author: FlaskClient, client: FlaskClient) -> None:
    assert HtmlPage(author.get("/plan")).texts(*LINKS) == HtmlPage(client.get("/plan")).texts(*LINKS)


def test_viewers_read_the_plan_as_it_is_worked_on_and_get_no_buttons(
    author: FlaskClient, sign_in: SignIn, publish: Callable[..., str]
) -> None:
    reference = publish(EntryContent("Breaks for carers"))
    viewer = sign_in("viewer@council.example.org", Role.VIEWER)
    page = HtmlPage(viewer.get("/workspace"))
    assert page.links()["Breaks for carers"] == f"/workspace/entries/{reference}/preview"
    assert page.elements("a", "govuk-button") == []
    preview = f"/workspace/entries/{reference}/preview"
    assert [e.get("action") for e in HtmlPage(viewer.get(preview)).elements("form")] == ["/sign-out"]
    assert "Go on writing" not in HtmlPage(viewer.get(preview)).links()
    assert HtmlPage(author.get(preview)).links()["Go on writing"] == f"/workspace/entries/{reference}"


SIGN_IN = "Sign in, for commissioners and local support organisations"


def way_in(browser: FlaskClient, path: str) -> list[str]:
    """Return the links at the end of a page that lead to the workspace."""
    footer = HtmlPage(browser.get(path)).elements("ul", "site-footer__links")[0]
    return [text_of(link) for link in footer.iter("a") if link.get("href") == "/workspace"]


def test_the_end_of_each_page_leads_to_signing_in_or_once_signed_in_to_the_workspace(
    client: FlaskClient, sign_in: SignIn
) -> None:
    browser = sign_in(role=Role.VIEWER)
    assert [way_in(client, path) for path in ("/plan", "/sign-in")] == [[SIGN_IN]] * 2
    assert [way_in(browser, path) for path in ("/plan", "/workspace")] == [["Your workspace"]] * 2
    Form(HtmlPage(browser.get("/workspace")), "/sign-out").send(browser)
    assert way_in(browser, "/plan") == [SIGN_IN]
