"""The plan as a table: its headings sort by links, so that they work without scripts and have addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kil_pipeline.plan.queries import Order

Direction = Literal["ascending", "descending"]
COLUMNS: tuple[tuple[str, dict[Order, Direction]], ...] = (
    ("Planned opportunity", {Order.HEADLINE: "ascending", Order.HEADLINE_DOWN: "descending"}),
    ("Commissioner", {Order.COMMISSIONER: "ascending", Order.COMMISSIONER_DOWN: "descending"}),
    ("Where", {}),
    ("How much", {Order.VALUE: "ascending", Order.VALUE_DOWN: "descending"}),
    ("Opens", {Order.SOONEST: "ascending", Order.LATEST: "descending"}),
    ("Can we go for it?", {}),
    ("Last changed", {Order.UPDATED: "descending", Order.STALEST: "ascending"}),
)
"""Each column with its orders, if it has any: that of the first click first."""


@dataclass(frozen=True)
class Heading:
    """The heading of a column."""

    text: str
    href: str = ""
    """Where a click leads: empty for a column that does not sort."""
    sorted: Direction | None = None
    """How the table is sorted by this column now, if it is."""


def make_headings(order: Order, href: Callable[..., str]) -> tuple[Heading, ...]:
    """Return the headings of a table sorted in `order`. `href(order=…)` gives the address of another order."""
    return tuple(_heading(text, orders, order, href) for text, orders in COLUMNS)


def _heading(text: str, orders: dict[Order, Direction], order: Order, href: Callable[..., str]) -> Heading:
    if not orders:
        return Heading(text)
    first, second = orders
    return Heading(text, href(order=second if order is first else first), orders.get(order))
