"""Key dates in order: those an author states, and those that a rule computes from them."""

import functools

from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.expected_dates import ExpectedDate, Precision
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.reference.routes import route
from kil_pipeline.reference.statutory_dates import representations_close

REPRESENTATIONS_CLOSE = "representations_close"
"""The milestone kind that is never typed in: the last day on which representations can be made (PSR reg 12)."""


def key_dates(content: EntryContent) -> tuple[Milestone, ...]:
    """Return an entry's key dates in the order of the commissioning cycle, computed ones among them."""
    stated = list(content.milestones)
    closing = _representations_close(content)
    if closing is not None:
        stated.append(Milestone(REPRESENTATIONS_CLOSE, closing))
    order = _order()
    return tuple(sorted(stated, key=lambda milestone: order[milestone.kind]))


@functools.cache
def _order() -> dict[str, int]:
    return {kind.code: place for place, kind in enumerate(milestone_kinds(computed=True))}


def opening_of(content: EntryContent) -> ExpectedDate | None:
    """Return when one can first act on it: the opening, or the intention notice of a route that never tenders."""
    known = route(content.route) if content.route else None
    first, second = ("opens", "intention_notice") if known is None or known.tenders else ("intention_notice", "opens")
    return content.milestone(first) or content.milestone(second)


def _representations_close(content: EntryContent) -> ExpectedDate | None:
    notice = content.milestone("intention_notice")
    if notice is None or notice.precision is not Precision.DAY:
        return None  # a rule that counts days cannot start from a month
    closing = representations_close(notice.earliest).on
    return ExpectedDate(closing, closing, Precision.DAY, notice.confidence)
