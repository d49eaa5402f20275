"""Two weeks of a busy plan: six readers, who each want something else, hear exactly that, and when they want to."""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from kil_pipeline.alerts.webhooks import WebhookAnswer, WebhookCall
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.drafts import read_draft
from kil_pipeline.plan.money_parsing import parse_money
from kil_pipeline.plan.statuses import Status
from tests.factories import a_milestone, publish, republish, some_content
from tests.journeys.worlds import World

LEEDS, BRADFORD = "E08000035", "E08000032"
QUARTER = timedelta(minutes=15)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of the two weeks, in which London keeps UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


MAILS = {
    "once": [
        ("23 Nov 11:15", "New: Breaks"),
        ("24 Nov 09:15", "New: Day centre"),
        ("25 Nov 14:25", "Updated: Breaks"),  # both changes, a quarter of an hour after the second
        ("26 Nov 08:05", "Updated: Day centre"),
        ("30 Nov 12:15", "Cancelled: Breaks"),
        ("03 Dec 00:15", "Opens 1 June 2027: Falls classes"),
        ("04 Dec 16:15", "New: Advice"),
    ],
    "daily": [
        ("24 Nov 08:00", "New: Breaks"),
        ("25 Nov 08:00", "New: Day centre"),
        ("26 Nov 08:00", "Updated: Breaks"),
        ("27 Nov 08:00", "Updated: Day centre"),  # it had not settled the morning before
        ("01 Dec 08:00", "Cancelled: Breaks"),
        ("03 Dec 08:00", "Opens 1 June 2027: Falls classes"),
        ("07 Dec 08:00", "New: Advice"),  # not on a Saturday
    ],
    "thursday": [
        ("26 Nov 08:00", "2 new planned opportunities: Breaks; Day centre"),
        ("03 Dec 08:00", "Opens 1 June 2027: Falls classes, and 2 more"),
    ],
    "small": [  # what is new or stops, up to £50,000
        ("23 Nov 11:15", "New: Breaks"),
        ("30 Nov 12:15", "Cancelled: Breaks"),
        ("04 Dec 16:15", "New: Advice"),
    ],
    "bulletin": [  # of Leeds, on Mondays
        ("30 Nov 08:00", "Bulletin: New: Breaks"),
        ("07 Dec 08:00", "Bulletin: Opens 1 June 2027: Falls classes, and 2 more"),
    ],
}
"""Who hears of what, and when."""
CALLS = [
    ("23 Nov 11:15", "Breaks", "First published."),
    ("24 Nov 09:15", "Day centre", "First published."),
    ("25 Nov 14:25", "Breaks", "What it is: Nights too."),
    ("25 Nov 14:25", "Breaks", "Applications or bids open: 1 October 2027."),
    ("26 Nov 08:05", "Day centre", "What it is: Five days a week."),
    ("30 Nov 12:15", "Breaks", "It was cancelled."),
    ("03 Dec 00:15", "Falls classes", "Applications or bids open in 180 days: 1 June 2027."),
    ("04 Dec 16:15", "Advice", "First published."),
]
"""What the webhook is told: one call for each event."""


@dataclass
class Receiver:
    """A program at the end of a webhook: echoes the challenge, and notes when it was told what."""

    world: World
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def __call__(self, call: WebhookCall) -> WebhookAnswer:
        data = json.loads(call.body)["data"]
        if "challenge" in data:
            return WebhookAnswer(200, data["challenge"].encode())
        self.told.append((f"{self.world.now:%d %b %H:%M}", data["title"], data["what_happened"]))
        return WebhookAnswer(204)


class Plan:
    """The commissioner's side: publishes entries, and publishes them again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.entries: dict[str, uuid.UUID] = {}

    def new(self, headline: str, area: str, value: str) -> None:
        """Publish a new entry."""
        content = some_content(headline, areas=(area,), value=parse_money(value))
        with self.world.database.write() as session:
            council = session.scalars(sa.select(Organisation.id).where(Organisation.prefix == "EXC")).one()
            self.entries[headline] = publish(session, council, content, at=self.world.now)

    def change(self, headline: str, **parts: Any) -> None:
        """Publish an entry again, with other content."""
        with self.world.database.write() as session:
            content = replace(read_draft(session, self.entries[headline]).content, **parts)
            republish(session, self.entries[headline], content, at=self.world.now)


def opens(day: date) -> dict[str, Any]:
    """Return the part of an entry that says when it opens."""
    return {"milestones": (a_milestone("opens", day),)}


def what_happens(plan: Plan) -> dict[datetime, Callable[[], None]]:
    """Return the deeds of the two weeks. Besides, on 3 December “Falls classes” opens in 180 days."""
    off = {"status": Status.CANCELLED, "status_reason": "The money went elsewhere."}
    return {
        at(11, 23, 11): lambda: plan.new("Breaks", LEEDS, "£30,000"),
        at(11, 24, 9): lambda: plan.new("Day centre", BRADFORD, "£900,000"),
        at(11, 25, 14): lambda: plan.change("Breaks", summary="Nights too."),
        at(11, 25, 14, 10): lambda: plan.change("Breaks", **opens(date(2027, 10, 1))),
        at(11, 26, 7, 50): lambda: plan.change("Day centre", summary="Five days a week."),
        at(11, 30, 12): lambda: plan.change("Breaks", **off),
        at(12, 4, 16): lambda: plan.new("Advice", LEEDS, "£45,000"),
    }


def live(world: World) -> None:
    """Let the two weeks pass: a tick at each deed, just before its quiet period ends, at its end, and each morning."""
    deeds = what_happens(Plan(world))
    moments = {deed + wait for deed in deeds for wait in (timedelta(0), QUARTER - timedelta(minutes=1), QUARTER)}
    for days in range(1, 15):
        morning = at(11, 23, 0) + timedelta(days=days)
        moments |= {morning, morning + QUARTER, morning + timedelta(hours=8)}
    for moment in sorted(moments):
        world.now = moment
        deeds.get(moment, lambda: None)()
        world.tick()


def heard(world: World) -> dict[str, list[tuple[str, str]]]:
    """Return what each reader got after the confirmation: when, and its subject."""
    mails: dict[str, list[tuple[str, str]]] = {}
    for mail in world.mails:
        if mail.message["List-Id"]:
            mails.setdefault(mail.to.partition("@")[0], []).append((f"{mail.at:%d %b %H:%M}", mail.subject))
    return mails


def test_six_readers_hear_exactly_what_they_want_when_they_want_it(world: World) -> None:
    receiver = Receiver(world)
    world.jobs = replace(world.jobs, post=receiver)
    world.subscribe("once@example.org", frequency="at_once")
    world.subscribe("daily@example.org", frequency="daily")
    world.subscribe("thursday@example.org", frequency="weekly", weekday="3")
    world.subscribe("small@example.org", frequency="at_once", kind=["new", "stopped"], value_to="£50,000")
    world.subscribe("bulletin@example.org", frequency="bulletin", weekday="0", area=[LEEDS])
    program = world.visitor()
    program.open("/webhooks/new")
    program.press("Add it", address="https://example.org/hook")
    world.tick()
    live(world)
    assert heard(world) == MAILS
    assert world.mail_to("thursday@example.org").titles == ("Falls classes", "Breaks", "Day centre")
    headings = re.findall(r"(?m)^[A-Z0-9 ]+: [A-Z ]+$", world.mail_to("bulletin@example.org").text)
    assert headings == ["OPENS 1 JUNE 2027: FALLS CLASSES", "CANCELLED: BREAKS", "NEW: ADVICE"]
    assert receiver.told == CALLS
