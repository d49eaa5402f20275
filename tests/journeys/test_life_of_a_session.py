"""The whole life of one session: planned, hosted, come to, moved, held, recorded, checked, and answered in the plan."""

from datetime import UTC, datetime

import icalendar
import pytest

from kil_pipeline.engagement.venues import VenueFacts, add_venue
from tests.factories import NOW
from tests.journeys.conftest import OFFICER
from tests.journeys.visitors import Visitor
from tests.journeys.worlds import World

TITLE = "Falls classes: when and where?"
PUBLIC, DESK = "/sessions/EXC-S0003", "/workspace/sessions/EXC-S0003"
FOLLOWER = "follower@example.org"
WISH = "Classes in the morning and the evening."
UNCOUNTED = "How many asked for it is not recorded."
DONE = "Done It opens a month earlier. What changed: EXC-0001, publication 2 Last moved 8 February 2027"
WILL_DO = "Will do, by 1 May 2027 Both are in the contract. Ageing Well team · last moved 8 February 2027"
ANSWERS = [
    f"Said · point 2 June is too late. {UNCOUNTED} {DONE}",
    f"Idea · point 1 {WISH} {UNCOUNTED} {WILL_DO}",
]
MOVED = "Applications or bids open: moved from 1 June 2027 to 1 May 2027, four weeks earlier."
TOLD = [
    f"* {MOVED}",
    "* Applications or bids open in 81 days: 1 May 2027.",
    "The reason given: People said that June is too late.",
    f"* You said (point 1): {WISH} Our answer: will do, by 1 May 2027. Both are in the contract.",
    "* You said (point 2): June is too late. Our answer: done. It opens a month earlier.",
]
"""What the follower's digest says of the answers, and of the plan."""


@pytest.fixture
def life(world: World) -> World:
    """The street with a place to meet, and somebody who follows falls."""
    with world.database.write() as session:
        add_venue(session, VenueFacts("Old Mill", town="Leeds"), now=NOW)
    world.subscribe(FOLLOWER, frequency="daily", theme=["falls"])
    return world


def let_pass(world: World, month: int, day: int, hour: int, minute: int = 0) -> None:
    """Let days pass until a moment of this winter, when London keeps UTC."""
    world.pass_days(datetime(2026 if month > 10 else 2027, month, day, hour, minute, tzinfo=UTC))


class Post:
    """Reads the mails that came since it last looked, but for links to sign in."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.read = len(world.mails)

    def look(self) -> list[tuple[str, str, str]]:
        """Return when each came, to whom, and its subject ("…" is the session's title)."""
        new, self.read = self.world.mails[self.read :], len(self.world.mails)
        told = [mail for mail in new if not mail.subject.startswith("Your link to sign in")]
        return [(f"{m.at:%d %b %H:%M}", m.to.partition("@")[0], m.subject.replace(TITLE, "…")) for m in told]


def at_desk(world: World, page: str) -> Visitor:
    """Return the officer, signed in, at a page of the session’s workspace."""
    officer = world.sign_in(OFFICER)
    officer.open(DESK + page)
    return officer


def at_own_page(world: World, name: str, path: str) -> Visitor:
    """Return somebody at the page that the link of their newest mail opens."""
    visitor = world.visitor()
    visitor.open(world.mail_to(f"{name}@example.org").link(path))
    return visitor


def come(world: World, name: str, link: str = "Come to this session") -> str:
    """Ask for a place and confirm it. Returns what one's own page says."""
    visitor = world.visitor()
    visitor.open(PUBLIC)
    visitor.follow(link)
    visitor.press("Ask for a place", name=name.capitalize(), email=f"{name}@example.org")
    world.wait(minutes=1)
    heading = at_own_page(world, name, "/coming/").press("Yes, I am coming").texts("h1")[0]
    world.wait(minutes=1)
    return heading


def invitation(world: World, name: str) -> tuple[str, int, str]:
    """Return what the newest mail puts into somebody's calendar: its method, its SEQUENCE, its start."""
    parts = world.mail_to(f"{name}@example.org").message.walk()
    (text,) = (part.get_content() for part in parts if part.get_content_type() == "text/calendar")
    calendar = icalendar.Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return str(calendar["METHOD"]), int(str(event["SEQUENCE"])), f"{event.start:%d %b %H:%M}"


def plan_and_host(world: World, post: Post) -> None:
    """Plan it, ask a host, hear their answer, publish."""
    officer = world.sign_in(OFFICER)
    officer.open("/workspace/sessions/new")
    where = {"attendance": "in_person", "venue": "Old Mill", "capacity": "2"}
    when = {"day": "14 January 2027", "from": "17:30", "to": "19:30"}
    officer.press("Save and preview", title=TITLE, purpose="Say what would help.", entries="EXC-0001", **when, **where)
    assert officer.page.texts("button", "govuk-button") == []  # it cannot be published yet
    officer.open(DESK + "/hosts")
    officer.press("Ask them", name="Carers Exampleshire", address="host@example.org", fee="£200", room="Free to us")
    world.wait(minutes=1)
    host = at_own_page(world, "host", "/hosting/")
    assert host.page.texts("div", "facts__row") == [
        "When Thursday 14 January 2027, 5:30pm to 7:30pm",
        "Where Old Mill, Leeds",
        "Your fee £200",
        "The room Free to us",
    ]
    host.press("Yes, we host it")
    world.wait(minutes=1)
    assert world.visitor().get(PUBLIC).status_code == 404
    officer.open(DESK + "/preview")
    officer.press("Publish")
    assert post.look() == [
        ("23 Nov 10:01", "host", "Would you host this session? …"),
        ("23 Nov 10:02", "officer", "Carers Exampleshire has confirmed: …"),
    ]


def fill_and_move_up(world: World, post: Post) -> None:
    """Let three come where there are two places; one leaves, and the third moves up."""
    headings = [come(world, "ann"), come(world, "bob"), come(world, "cat", "Join the waiting list")]
    assert headings == ["You have a place", "You have a place", "You are number 1 on the waiting list"]
    let_pass(world, 11, 24, 10)
    at_own_page(world, "bob", "/coming/").press("I am not coming")
    world.wait(minutes=1)
    assert at_own_page(world, "cat", "/coming/").press("Take the place").texts("h1") == ["You have a place"]
    world.wait(minutes=1)
    assert post.look() == [
        ("23 Nov 10:03", "host", "It is public: …"),
        ("23 Nov 10:03", "ann", "Please confirm that you are coming: …"),
        ("23 Nov 10:04", "ann", "You have a place: …"),
        ("23 Nov 10:04", "officer", "50 per cent full: …"),
        ("23 Nov 10:05", "bob", "Please confirm that you are coming: …"),
        ("23 Nov 10:06", "bob", "You have a place: …"),
        ("23 Nov 10:06", "officer", "Full: …"),
        ("23 Nov 10:07", "cat", "Please confirm that you are coming: …"),
        ("23 Nov 10:08", "cat", "You are on the waiting list: …"),
        ("24 Nov 08:00", "follower", "New session: …"),
        ("24 Nov 10:01", "bob", "You are not coming: …"),
        ("24 Nov 10:01", "cat", "A place is free for you: …"),
        ("24 Nov 10:02", "cat", "You have a place: …"),
    ]


def move_it(world: World, post: Post) -> None:
    """Give it another time. Each hears once, and reminders go by the new one."""
    before = [invitation(world, "ann"), invitation(world, "cat")]
    desk, time = at_desk(world, "/change"), {"day": "21 January 2027", "from": "17:30", "to": "19:30"}
    desk.press("Set the new time", why="The hall is taken.", **time)
    world.wait(minutes=1)
    after = [invitation(world, "ann"), invitation(world, "cat")]
    assert (before, after) == ([("REQUEST", 0, "14 Jan 17:30")] * 2, [("REQUEST", 1, "21 Jan 17:30")] * 2)
    for day in (14, 20, 21):
        let_pass(world, 1, day, 17, 30)
    assert post.look() == [
        ("24 Nov 10:03", "host", "Moved to a new time: …"),
        ("24 Nov 10:03", "ann", "Moved to a new time: …"),
        ("24 Nov 10:03", "cat", "Moved to a new time: …"),
        ("25 Nov 08:00", "follower", "Session moved: …"),
        ("03 Dec 08:00", "follower", "Opens 1 June 2027: Falls classes"),
        ("14 Jan 17:30", "ann", "In a week: …"),
        ("14 Jan 17:30", "cat", "In a week: …"),
        ("20 Jan 07:30", "host", "Who comes to your session: …"),
        ("20 Jan 17:30", "ann", "Tomorrow: …"),
        ("20 Jan 17:30", "cat", "Tomorrow: …"),
    ]


def hold_and_record(world: World, post: Post) -> None:
    """Check in who comes; the next morning write down what was said, and ask those who came."""
    desk = at_desk(world, "")
    desk.follow("Who is coming")
    desk.follow("Check people in")
    for button in ("Here: Ann", "Here: Cat", "One more"):
        desk.press(button)
    assert desk.page.texts("p", "govuk-body-l") == ["2 of 2 are here, and 1 who had not registered."]
    let_pass(world, 1, 22, 9, 30)
    desk = at_desk(world, "/change")
    desk.press("Mark it as held")
    desk.follow("Record of EXC-S0003")
    desk.press("Save who came", came_people="3")
    desk.open(f"{DESK}/record/parts/point")
    desk.press("Save and add another", kind="idea", text="Classes in the morning.")
    desk.press("Save and go back", kind="said", text="June is too late.")
    desk.press("Ask those who came", until="2027-02-05", identifies="no")
    world.wait(minutes=1)
    assert post.look() == [
        ("22 Jan 09:31", "ann", "Is this right? What was said at “…”"),
        ("22 Jan 09:31", "cat", "Is this right? What was said at “…”"),
    ]


def check_and_correct(world: World, post: Post) -> None:
    """Let one say that it is right, and one correct it; the author takes that up. After its day it is final."""
    at_own_page(world, "ann", "/records/check/").press("This is right")
    at_own_page(world, "cat", "/records/check/").press("Send to the author", text="In the evening too.")
    desk = at_desk(world, "/record")
    desk.press("Dealt with: In the evening too.")
    assert desk.page.texts("div", "suggestion") == ["Point 1 · 22 January 2027 · dealt with In the evening too."]
    desk.open(f"{DESK}/record/parts/1")
    desk.press("Save", text=WISH)
    let_pass(world, 2, 5, 23)
    assert world.visitor().get(f"{PUBLIC}/record").status_code == 404
    let_pass(world, 2, 8, 9)
    assert post.look() == [
        ("29 Jan 08:00", "follower", "Nothing new for eight weeks: we still watch for you"),
        ("06 Feb 07:30", "ann", "Public now: what was said at “…”"),
        ("06 Feb 07:30", "cat", "Public now: what was said at “…”"),
        ("08 Feb 08:00", "follower", "What was said: …"),
    ]


def answer_it(world: World, post: Post) -> None:
    """Move the date in the plan, and answer both points: with a promise, and with that publication."""
    officer = world.sign_in(OFFICER)
    officer.open("/workspace/entries/EXC-0001")
    officer.press("Save and preview", opens="1 May 2027")
    officer.press("Publish", why="People said that June is too late.")
    save, answers = "Save and publish the answer", f"{DESK}/record/responses"
    officer.open(f"{answers}/1")
    officer.press(save, state="will_do", text="Both are in the contract.", owner="Ageing Well team", due="2027-05-01")
    officer.open(f"{answers}/2")
    officer.press(save, state="done", text="It opens a month earlier.", entry="EXC-0001", revision="2")
    let_pass(world, 2, 9, 9)
    told = [line.strip() for line in world.mail_to(FOLLOWER).text.replace("\n     ", " ").splitlines()]
    assert [line for line in told if line.startswith(("* ", "The reason"))] == TOLD
    assert post.look() == [
        ("09 Feb 07:30", "ann", "You said, we did: “…”"),
        ("09 Feb 07:30", "cat", "You said, we did: “…”"),
        ("09 Feb 08:00", "follower", "Opens 1 May 2027: Falls classes, and 1 more"),
    ]


def test_a_session_from_its_plan_to_what_came_of_it(life: World) -> None:
    post = Post(life)
    for stage in (plan_and_host, fill_and_move_up, move_it, hold_and_record, check_and_correct, answer_it):
        stage(life, post)
    reader = life.visitor()
    for page in (PUBLIC, f"{PUBLIC}/record", "/entries/EXC-0001"):
        reader.open(page)
        assert (page, reader.page.texts("li", "point")) == (page, ANSWERS)
        assert reader.follow("EXC-0001, publication 2").texts("ul", "govuk-list--bullet") == [MOVED]
