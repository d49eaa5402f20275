"""What the parts of the sample plan share: deeds at moments of its past, and the names of our lists."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kil_pipeline.times import london_day


@dataclass(frozen=True)
class Deed:
    """One thing to do at one moment of the sample's past."""

    at: datetime
    do: Callable[[Session, datetime], None]


class SamplePast:
    """Turns a part of the sample's tables into deeds, in the past of `now`."""

    def __init__(self, organisations: Mapping[str, UUID], now: datetime) -> None:
        self.organisations = organisations
        self.now = now
        self.today = london_day(now)

    def ago(self, days: float) -> datetime:
        """Return a moment so many days ago."""
        return self.now - timedelta(days=days)


def known(found: Any, name: str) -> Any:
    """Return what a list of ours knows by a name. Raises `LookupError` where it knows nothing."""
    if found is None:
        raise LookupError(f"the sample names “{re.sub(r'[^ -~]', '?', name)}”, which is in none of our lists")
    return found
