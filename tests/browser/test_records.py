"""A record in a real browser: written on a phone without scripts, checked from a mail, answered, and read by all."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.engagement.record_notices import owner_path
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.engagement.venue_corrections import VenueContact, set_contact
from kil_pipeline.settings import load_settings
from tests.browser.conftest import Site
from tests.browser.mailbox import follow_link, open_mail
from tests.browser.test_commissioners import sign_in

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]
NewAuthor = Callable[[str], str]
TITLE = "Diabetes: what peer support should be"


@pytest.fixture
def held(site: Site) -> str:
    """The address of the record of a session that is over now."""
    database = Database(f"sqlite:///{site.var}/kil.db")
    with database.write() as session:
        row = next(r for r in session.scalars(sa.select(SessionRow)) if r.content["title"] == TITLE)
        row.state, reference = "held", row.reference
    database.close()
    return f"/workspace/sessions/{reference}/record"


@pytest.mark.parametrize(("width", "javascript"), [(375, False), (1280, True)])
def test_a_point_is_written_and_checked_by_somebody_who_came(
    page_at: OpenPage, assert_accessible: Check, new_author: NewAuthor, held: str, width: int, javascript: bool
) -> None:
    page, address = page_at(width, javascript=javascript), f"came{width}@example.org"
    sign_in(page, new_author("EXI"))
    page.goto(held)
    assert_accessible(page)
    page.get_by_role("button", name="Add a point").click()
    page.get_by_label("Idea").check()
    page.get_by_label("In plain words").fill(f"Meet where people pray, said at {width}")
    assert_accessible(page)
    page.get_by_role("button", name="Save and go back").click()
    expect(page.get_by_text(f"Meet where people pray, said at {width}")).to_be_visible()
    page.get_by_label("They can check it until").fill(str((datetime.now(UTC) + timedelta(days=14)).date()))
    page.get_by_label("Email addresses of others who came").fill(address)
    page.get_by_role("button", name="Ask those who came").click()
    assert_accessible(page)
    page.get_by_label("I have read it through").check()
    page.get_by_role("button", name="Ask those who came").click()
    expect(page.get_by_text("1 email leaves soon")).to_be_visible()
    assert_accessible(page)
    open_mail(page, f"Is this right? What was said at “{TITLE}”", address)
    follow_link(page, "/records/check/")
    assert_accessible(page)
    page.get_by_role("button", name="This is right").click()
    expect(page.get_by_text("You have said that it is right.")).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize(("width", "javascript"), [(375, False), (1280, True)])
def test_an_answer_moves(
    page_at: OpenPage, assert_accessible: Check, new_author: NewAuthor, width: int, javascript: bool
) -> None:
    page = page_at(width, javascript=javascript)
    sign_in(page, new_author("EXI"))
    page.goto("/workspace/sessions/EXI-S0010/files")
    assert_accessible(page)
    page.goto("/workspace/records")
    assert_accessible(page)
    page.get_by_role("link", name="Link workers: what works in Saltmarsh").click()
    assert_accessible(page)
    page.get_by_role("link", name="to point 3").click()
    page.get_by_label("What you did, or will do").fill(f"A list is on our site, since {width}.")
    page.get_by_label("Considering it").check()
    page.get_by_label("By when").fill("")
    page.get_by_role("button", name="Save and publish the answer").click()
    expect(page.get_by_role("link", name="Give a day by which this is to be done or decided.")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Done", exact=True).check()
    page.get_by_role("button", name="Save and publish the answer").click()
    expect(page.get_by_text("It is public now, and those who came are told.")).to_be_visible()
    page.goto("/sessions/EXI-S0010")
    expect(page.get_by_text(f"A list is on our site, since {width}.")).to_be_visible()


@pytest.mark.parametrize(("width", "javascript"), [(375, False), (1280, True)])
def test_a_venue_is_corrected_by_its_owner(
    page_at: OpenPage, assert_accessible: Check, site: Site, width: int, javascript: bool
) -> None:
    database = Database(f"sqlite:///{site.var}/kil.db")
    with database.write() as session:
        set_contact(session, "st-agnes-village-hall", f"owner{width}@example.org")
        contact = session.scalars(sa.select(VenueContact)).one()
        signer = Signer(load_settings({"KIL_ENV": "development"}).secret_keys)
        path = owner_path(signer, contact.venue_id, contact.round)
    database.close()
    page = page_at(width, javascript=javascript)
    page.goto(path)
    assert_accessible(page)
    page.locator("#hoist_note").fill(f"Ask for it, said at {width}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It is public now.")).to_be_visible()
    page.goto("/venues/st-agnes-village-hall")
    expect(page.get_by_text(f"Ask for it, said at {width}").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Email the owner a link").click()
    assert_accessible(page)


def test_what_is_typed_is_kept_until_it_is_saved(
    page_at: OpenPage, assert_accessible: Check, new_author: NewAuthor, held: str
) -> None:
    page, text = page_at(375), "Somebody rang in the middle of this"
    sign_in(page, new_author("EXI"))
    page.goto(f"{held}/parts/point")
    page.get_by_label("Idea").check()
    page.get_by_label("In plain words").fill(text)
    page.goto("/workspace")
    page.goto(f"{held}/parts/point")
    expect(page.get_by_label("In plain words")).to_have_value(text)
    expect(page.get_by_label("Idea")).to_be_checked()
    expect(page.get_by_text("This is what you typed here before.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Save and add another").click()
    expect(page.get_by_label("In plain words")).to_have_value("")
    expect(page.get_by_text("This is what you typed here before.")).to_be_hidden()
