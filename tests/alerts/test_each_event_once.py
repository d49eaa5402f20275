"""The law of alerts: every event reaches exactly those whose criteria it meets, each exactly once.

Whatever the plan, the wishes, the order of ticks and the changes of frequency; the oracle asks every criteria of every
event, without any index, table or clock.
"""

import itertools
import shutil
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kil_pipeline.alerts.erasure import MATCHES_KEPT
from kil_pipeline.alerts.letters import DigestLetter, Frequency
from kil_pipeline.alerts.matching import explain_match, tells_anyone
from kil_pipeline.alerts.news_kinds import kinds_of
from kil_pipeline.alerts.subscribers import change_alerts
from kil_pipeline.database import Database
from kil_pipeline.events.log import events_after
from kil_pipeline.events.types import PublicEvent
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.criteria import Criteria
from tests.alerts.sinks import Post
from tests.alerts.strategies import contents, frequencies, wide_criteria
from tests.factories import EIGHT, NOW, a_commissioner, a_subscriber, publish, republish

Told = Counter[tuple[str, str, str]]
"""How often an address was told a sentence about a reference."""


@dataclass(frozen=True)
class Publish:
    content: EntryContent


@dataclass(frozen=True)
class Edit:
    entry: int
    content: EntryContent
    minor: bool


@dataclass(frozen=True)
class Tick:
    after: timedelta


@dataclass(frozen=True)
class ChangeFrequency:
    reader: int
    frequency: Frequency
    weekday: int


Step = Publish | Edit | Tick | ChangeFrequency
numbers, weekdays = st.integers(0, 5), st.integers(0, 4)
waits = st.sampled_from([timedelta(minutes=m) for m in (0, 1, 14, 16, 61, 24 * 60)] + [MATCHES_KEPT + timedelta(1)])
steps = st.one_of(
    st.builds(Publish, contents),
    st.builds(Edit, numbers, contents, st.booleans()),
    st.builds(Tick, waits),
    st.builds(Tick, waits),
    st.builds(ChangeFrequency, numbers, frequencies, weekdays),
)


@dataclass
class Story:
    """A plan, its readers, and what happens to them."""

    database: Database
    readers: list[tuple[Criteria, ...]]
    now: datetime = NOW
    entries: list[uuid.UUID] = field(default_factory=list)
    ids: list[uuid.UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.post = Post(self.database)
        self._numbers = itertools.count(1)
        with self.database.write() as session:
            self.council = a_commissioner(session, prefix="EXC").id
            for number, wishes in enumerate(self.readers):
                self.ids.append(a_subscriber(session, *wishes, email=f"{number}@example.org"))

    def take(self, step: Step) -> None:
        """Let one thing happen."""
        if isinstance(step, Tick):
            self.now += step.after
            self.post.tick(self.now)
            return
        with self.database.write() as session:
            if isinstance(step, Publish):
                self.entries.append(publish(session, self.council, self._never_alike(step.content), at=self.now))
            elif isinstance(step, Edit) and self.entries:
                entry = self.entries[step.entry % len(self.entries)]
                republish(session, entry, self._never_alike(step.content), at=self.now, minor=step.minor)
            elif isinstance(step, ChangeFrequency):
                reader = step.reader % len(self.ids)
                change_alerts(
                    session,
                    self.ids[reader],
                    criteria=self.readers[reader],
                    frequency=step.frequency,
                    weekday=step.weekday,
                    digest_hour=EIGHT,
                    now=self.now,
                )

    def _never_alike(self, content: EntryContent) -> EntryContent:
        return replace(content, length=f"{next(self._numbers)} years")

    def told(self) -> Told:
        """Return what was told to whom, by the letters; of what is in the log once only."""
        known = {(event.facets.reference, event.sentence) for event in self._events()}
        return Counter(
            (mail.to, item.reference, sentence)
            for mail, letter in zip(self.post.sent, self.post.letters, strict=True)
            if isinstance(letter, DigestLetter)  # after eight silent weeks a note comes too
            for item in letter.items
            for sentence in item.sentences
            if (item.reference, sentence) in known
        )

    def due(self) -> Told:
        """Return what was to be told to whom, by asking everything of everybody."""
        return Counter(
            (f"{number}@example.org", event.facets.reference, event.sentence)
            for event in self._events()
            for number, wishes in enumerate(self.readers)
            if any(_asked_for(event, wish) and explain_match(event.facets, wish) is not None for wish in wishes)
        )

    def _events(self) -> list[PublicEvent]:
        """Return the events that tell anyone, save those whose sentence comes again: a digest says it once."""
        with self.database.read() as session:
            logged = [entry.event for entry in events_after(session, 0, limit=10_000)]
        events = [event for event in logged if isinstance(event, PublicEvent) and tells_anyone(event)]
        times = Counter((event.facets.reference, event.sentence) for event in events)
        return [event for event in events if times[event.facets.reference, event.sentence] == 1]


def _asked_for(event: PublicEvent, wish: Criteria) -> bool:
    return not wish.kinds or any(kind in wish.kinds for kind in kinds_of(event))


@pytest.mark.slow
@given(
    readers=st.lists(st.lists(wide_criteria, min_size=1, max_size=3).map(tuple), min_size=1, max_size=4),
    happening=st.lists(steps, min_size=1, max_size=14),
)
@settings(max_examples=60, phases=[Phase.generate])  # shrinking a story would outlast the time that a test has
def test_every_event_reaches_exactly_those_whose_criteria_it_meets_exactly_once(
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    readers: list[tuple[Criteria, ...]],
    happening: list[Step],
) -> None:
    path = tmp_path_factory.mktemp("story") / "kil.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    story = Story(database, readers)
    for step in happening:
        story.take(step)
    for _ in range(12):  # past every quiet period, every weekday and every holiday
        story.take(Tick(timedelta(days=1)))
    assert story.told() == story.due()
    database.close()
