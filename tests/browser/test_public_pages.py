"""The public pages in a real browser: on a desk, on a phone, without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]
Check = Callable[[Page], None]

PATHS = [
    "/",
    "/plan",
    "/plan?q=no-such-words",
    "/plan?chance=grant&area=X-EXA",
    "/plan?view=timeline",
    "/plan?view=timeline&page=2",
    "/commissioners",
    "/commissioners/nhs-exampleshire-integrated-care-board",
    "/plan?q=carers+support",
    "/plan?view=print&commissioner=exampleborough-council",
    "/plan?view=table&order=value-down",
    "/plan?view=month&month=2027-01",
    "/plan?view=month&month=2027-01&area=X-EXA&q=no-such-words",
    "/sessions",
    "/sessions?past=yes",
    "/sessions/EXI-S0010",
    "/sessions/EXI-S0010/record",
    "/venues",
    "/venues?access=step_free&access=lift&community=yes&area=X-EXA",
    "/venues?q=no-such-words",
    "/venues/st-agnes-village-hall",
    "/feeds",
    "/bulletins",
    "/bulletins?theme=carers&view=month",
    "/bulletins/print",
    "/bulletins/embed",
    "/webhooks/new",
    "/feeds?theme=carers&theme=falls&area=X-EXA&q=breaks",
    "/about",
    "/data",
    "/api/v1/docs",
    "/accessibility",
    "/privacy",
    "/no-such-page",
]


@pytest.mark.parametrize("width", [1280, 375])
def test_pages_are_accessible(page_at: OpenPage, assert_accessible: Check, width: int) -> None:
    page = page_at(width)
    for path in PATHS:
        page.goto(path)
        assert_accessible(page)


@pytest.mark.parametrize("width", [1280, 375])
def test_a_planned_opportunity_and_its_history_are_accessible(
    page_at: OpenPage, assert_accessible: Check, width: int
) -> None:
    page = page_at(width)
    page.goto("/plan?q=neighbourhood")
    page.get_by_role("link", name="Neighbourhood mental health support, ages 16 to 25").click()
    expect(page.get_by_role("heading", name="What we cannot tell you yet, and why")).to_be_visible()
    assert_accessible(page)
    page.locator(".changes__when a").last.click()
    expect(page.get_by_role("heading", name="What changed")).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize("width", [1280, 375])
def test_two_publications_side_by_side_are_accessible(page_at: OpenPage, assert_accessible: Check, width: int) -> None:
    page = page_at(width)
    page.goto("/plan?q=neighbourhood")
    page.get_by_role("link", name="Neighbourhood mental health support, ages 16 to 25").click()
    page.locator(".changes__compare a").first.click()
    assert_accessible(page)
    page.locator(".compare__same summary").click()
    expect(page.get_by_role("table", name="Fields that are the same in both")).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize("width", [1280, 375])
def test_a_session_is_accessible(page_at: OpenPage, assert_accessible: Check, width: int) -> None:
    page = page_at(width)
    page.goto("/sessions")
    page.get_by_role("link", name="What should good support feel like?").click()
    assert_accessible(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_filters_stand_open_on_a_desk(page_at: OpenPage, javascript: bool) -> None:
    page = page_at(1280, javascript=javascript)
    page.goto("/plan")
    expect(page.get_by_label("Topic")).to_be_visible()
    expect(page.locator(".filters__summary")).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False])
def test_filters_are_closed_on_a_phone_and_open_on_request(page_at: OpenPage, javascript: bool) -> None:
    page = page_at(375, javascript=javascript)
    page.goto("/plan")
    expect(page.get_by_label("Topic")).to_be_hidden()
    page.locator(".filters__summary").click()
    page.get_by_label("Yes, a grant").check()
    page.get_by_role("button", name="Show results").click()
    expect(page.get_by_role("list", name="Filters in use").get_by_role("listitem")).to_have_count(2)
    assert "chance=grant" in page.url


def test_a_list_is_searched_without_javascript_at_the_narrowest_width(page_at: OpenPage) -> None:
    page = page_at(320, javascript=False)
    page.goto("/")
    page.get_by_role("searchbox").fill("carers")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Carers' support and breaks").click()
    expect(page.get_by_text("Can we go for it?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_call_to_action_is_on_the_first_screen_of_a_phone(page_at: OpenPage) -> None:
    page = page_at(375)
    page.goto("/plan?q=carers")
    page.get_by_role("link", name="Carers' support and breaks").click()
    box = page.get_by_role("link", name="Tell me when this changes").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 812  # a usual phone's height


@pytest.mark.parametrize(("width", "table", "entries"), [(1280, True, False), (375, False, True)])
def test_the_plan_by_quarter_is_a_table_or_a_list(page_at: OpenPage, width: int, table: bool, entries: bool) -> None:
    page = page_at(width)
    page.goto("/plan?view=timeline")
    expect(page.locator("table.timeline")).to_be_visible(visible=table)
    expect(page.locator("ol.timeline-narrow")).to_be_visible(visible=entries)


def test_the_keyboard_reaches_the_content_at_once(page_at: OpenPage) -> None:
    page = page_at(1280)
    page.goto("/plan")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()


def test_forced_colours_and_print_keep_every_word(page_at: OpenPage) -> None:
    page = page_at(1280)
    page.goto("/plan?view=timeline")
    bar = page.locator(".bar").first
    words = bar.inner_text()
    page.emulate_media(forced_colors="active")
    assert bar.evaluate("e => getComputedStyle(e).borderTopStyle") != "none"
    page.emulate_media(media="print")
    expect(bar).to_be_visible()
    assert bar.inner_text() == words
