"""The body of the sample that became another on the last 1 April."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.exchange.mergers import merge_organisation
from kil_pipeline.exchange.sample_deeds import Deed, SamplePast
from kil_pipeline.times import at_london

MORNING = time(7)


class SampleMergers(SamplePast):
    """Turns the sample's mergers into deeds."""

    def merger_deeds(self, table: Mapping[str, Any]) -> Iterator[Deed]:
        """Yield what each body became."""
        year = self.today.year if self.today > date(self.today.year, 4, 1) else self.today.year - 1
        on = date(year, 4, 1)
        for row in table["organisation"]:
            if "became" in row:
                old, new = self.organisations[row["key"]], self.organisations[row["became"]]
                yield Deed(at_london(on, MORNING), _merger(old, new, on))


def _merger(old: uuid.UUID, new: uuid.UUID, on: date) -> Callable[[Session, datetime], None]:
    def do(session: Session, at: datetime) -> None:
        merge_organisation(session, old, new, on, now=at)

    return do
