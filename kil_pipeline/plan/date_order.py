"""Key dates that come in an order that nobody can mean: said to their author before readers plan by them."""

from itertools import combinations

from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.expected_dates import describe
from kil_pipeline.reference.milestones import milestone_kind

IN_ORDER = ("engagement_opens", "engagement_closes", "opens", "bids_due", "decision", "service_starts")
"""Each comes after those before it. (The end of a contract may be that of the one before.)"""


def misplaced_dates(content: EntryContent) -> tuple[str, ...]:
    """Return, in sentences, which key dates come before those that they must follow, whatever their precision."""
    pairs = [*combinations(IN_ORDER, 2), ("service_starts", "service_ends")]
    found = []
    for first, then in pairs:
        one, other = content.milestone(first), content.milestone(then)
        if one is not None and other is not None and other.latest < one.earliest:
            names = milestone_kind(then).label, milestone_kind(first).label
            found.append(f"“{names[0]}” ({describe(other)}) comes before “{names[1]}” ({describe(one)}).")
    return tuple(found)
