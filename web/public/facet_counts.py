"""The numbers beside the choices of the plan's filters, kept in memory until something public changes."""

from collections import OrderedDict
from threading import Lock
from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from kil_pipeline.events.log import public_version
from kil_pipeline.plan.choice_counts import Counts
from kil_pipeline.plan.criteria import Criteria
from web.context import context

MOST_KEPT = 256
"""For how many choices from the plan one process keeps the numbers: some 10 KB each."""


class KeptCounts:
    """Counts for one database. They depend on the filters and on the public version alone, so both are the key."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, Criteria], Counts] = OrderedDict()
        self._lock = Lock()

    def read(self, session: Session, criteria: Criteria) -> Counts:
        """Return how many entries meet `criteria`, and how many each choice would leave under the other filters."""
        key = (public_version(session).n, criteria)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        counts = context().plan_index.count(session, criteria)
        with self._lock:
            self._kept[key] = counts
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return counts


def kept_counts() -> KeptCounts:
    """Return what the running app keeps."""
    return cast(KeptCounts, current_app.extensions.setdefault("kil_counts", KeptCounts()))
