"""Polls, and the pre-election period before each (see `config/polls.toml`)."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kil_pipeline.reference.areas import related_areas
from kil_pipeline.reference.code_lists import read_code_list
from kil_pipeline.reference.statutory_dates import StatutoryDate, latest_notice_of_election, nhs_pre_election_starts

Body = Literal["council", "nhs"]
BODIES: dict[Body, str] = {"council": "A council", "nhs": "An NHS body"}
"""Whom a period is for: the law binds councils, guidance the NHS."""


@dataclass(frozen=True)
class Poll:
    """A day on which people vote."""

    code: str
    name: str
    on: date
    bodies: tuple[Body, ...]
    areas: tuple[str, ...] = ()
    """Where; empty for all of England."""

    def starts(self, body: Body) -> StatutoryDate:
        """Return the first day of the pre-election period: by the latest notice of election, or NHS guidance."""
        return latest_notice_of_election(self.on) if body == "council" else nhs_pre_election_starts(self.on)

    @property
    def lifts_on(self) -> date:
        """The day after the poll."""
        return self.on + timedelta(days=1)


@functools.cache
def _polls() -> Mapping[str, Poll]:
    return read_code_list("polls.toml", Poll)


def polls_for(body: Body, area: str | None = None) -> tuple[Poll, ...]:
    """Return the polls that concern a body, in order. `area`: its own; None where it is not known: all of them."""
    around = related_areas(area) | {area} if area else None
    concerned = (
        poll
        for poll in _polls().values()
        if body in poll.bodies and (not poll.areas or around is None or around & set(poll.areas))
    )
    return tuple(sorted(concerned, key=lambda poll: poll.on))


def pre_election_poll(body: Body, area: str | None, today: date) -> Poll | None:
    """Return the poll in whose pre-election period a day is; of several, the last."""
    running = [poll for poll in polls_for(body, area) if poll.starts(body).on <= today <= poll.on]
    return running[-1] if running else None
