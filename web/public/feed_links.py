"""The addresses of feeds and calendars for a choice from the plan: for `<link rel="alternate">` and for people."""

from dataclasses import dataclass
from urllib.parse import urlencode

from kil_pipeline.plan.criteria import Criteria
from web.context import absolute
from web.queries import write_plan_query


@dataclass(frozen=True)
class FeedLink:
    """One feed or calendar."""

    href: str
    type: str
    title: str
    alternate: bool = True
    """Whether programs find it by themselves in the page's head."""
    listed: bool = True
    """Whether people see it where there is room for a few."""


def feed_links(criteria: Criteria) -> tuple[FeedLink, ...]:
    """Return every way to follow the planned opportunities that meet `criteria`, besides mail."""
    query = write_plan_query(criteria)
    of_plan = write_plan_query(criteria.without_kinds())
    calendar = absolute(f"/calendars/milestones.ics{of_plan}")
    return (
        FeedLink(f"/feeds/entries.atom{of_plan}", "application/atom+xml", "Feed (Atom)"),
        FeedLink(f"/feeds/entries.rss{of_plan}", "application/rss+xml", "Feed (RSS)"),
        FeedLink(f"/feeds/entries.json{of_plan}", "application/feed+json", "Feed (JSON)"),
        FeedLink(f"/feeds/changes.atom{query}", "application/atom+xml", "Every change (Atom)", listed=False),
        FeedLink(f"/feeds/changes.rss{query}", "application/rss+xml", "Every change (RSS)"),
        FeedLink(f"/feeds/changes.json{query}", "application/feed+json", "Every change (JSON)", listed=False),
        FeedLink(f"/calendars/milestones.ics{of_plan}", "text/calendar", "Calendar of key dates (file)"),
        FeedLink(webcal(calendar), "text/calendar", "Subscribe in your calendar", alternate=False),
        FeedLink(f"/feeds{query}", "text/html", "Which of these to use, and how", alternate=False),
    )


def session_links(criteria: Criteria) -> tuple[FeedLink, ...]:
    """Return every way to follow the sessions that meet `criteria`, besides mail."""
    path = f"/calendars/sessions.ics{write_plan_query(session_criteria(criteria))}"
    return (
        FeedLink(path, "text/calendar", "Calendar of sessions (file)"),
        FeedLink(webcal(absolute(path)), "text/calendar", "Subscribe in your calendar", alternate=False),
    )


def session_criteria(criteria: Criteria) -> Criteria:
    """Return what of `criteria` chooses sessions: the rest asks for things that a session has not."""
    return Criteria(
        areas=criteria.areas,
        themes=criteria.themes,
        commissioners=criteria.commissioners,
        references=criteria.references,
        exactly=criteria.exactly,
    )


def calendar_ways(address: str, name: str) -> tuple[tuple[str, str], ...]:
    """Return the ways to subscribe to a calendar with one click: what each is for, and its address.

    `address`: the calendar's own, whole; `name`: what it is called there.
    """
    outlook = "/calendar/0/addfromweb?" + urlencode({"url": address, "name": name})
    return (
        ("Google Calendar", "https://calendar.google.com/calendar/render?" + urlencode({"cid": webcal(address)})),
        ("Outlook.com", "https://outlook.live.com" + outlook),
        ("Outlook at work", "https://outlook.office.com" + outlook),
        ("iPhone, iPad, Mac or another program", webcal(address)),
    )


def webcal(address: str) -> str:
    """Return an address that calendar programs subscribe to, where a browser would only download it."""
    return "webcal" + address.removeprefix("https").removeprefix("http")
