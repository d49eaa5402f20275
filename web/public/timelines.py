"""The plan by quarter: which key date may fall where. An imprecise date covers every quarter it may fall in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from kil_pipeline.plan.disclosures import Disclosure
from kil_pipeline.plan.expected_dates import (
    Confidence,
    ExpectedDate,
    Precision,
    financial_year,
    quarter_of,
    quarter_starts,
    quarters_between,
)
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.reference.routes import route
from web.pages import SURENESS, day

QUARTERS = 8
"""How many quarters are drawn, from the present one on. What comes after stands in one last column."""

LABELS = {
    "engagement_opens": "Have your say, from",
    "engagement_closes": "Have your say, until",
    "representations_close": "Last day to object",
}
"""What a narrow cell says in place of a longer label."""

MONTHS = {1: "April to June", 2: "July to September", 3: "October to December", 4: "January to March"}
"""The months of each financial quarter."""


@dataclass(frozen=True)
class Column:
    """One quarter, or all that comes later."""

    months: str
    """ "April to June", or empty for what comes later."""
    year: str
    """The calendar year, or "Later"."""


@dataclass(frozen=True)
class Bar:
    """One key date as drawn: from column `first` on, over `span` columns."""

    kind: str
    label: str
    words: str
    """When, in words, as precisely as it is known and no more."""
    sureness: str
    confidence: Confidence
    first: int
    span: int

    @property
    def last(self) -> int:
        """The last column that it covers."""
        return self.first + self.span - 1


@dataclass(frozen=True)
class Cell:
    """One cell of a lane: bars that cover exactly these columns, or none."""

    span: int
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True)
class Row:
    """One planned opportunity: lanes of cells, and what has no date."""

    entry: PublicEntry
    lanes: tuple[tuple[Cell, ...], ...]
    bars: tuple[Bar, ...]
    missing: str
    """Why no opening can be drawn, in words; empty where one is."""


@dataclass(frozen=True)
class Timeline:
    """Some planned opportunities over the same quarters."""

    columns: tuple[Column, ...]
    years: tuple[tuple[str, int], ...]
    """Each financial year with the number of its columns; "Later" is in none."""
    rows: tuple[Row, ...]

    def starting(self, column: int) -> list[tuple[Bar, PublicEntry]]:
        """Return what may first happen in a column, for the list that narrow screens get."""
        return [(bar, row.entry) for row in self.rows for bar in row.bars if bar.first == column]

    def covered(self, column: int) -> bool:
        """Tell whether something that may happen earlier may happen in this column too."""
        return any(bar.first < column <= bar.last for row in self.rows for bar in row.bars)


def draw_timeline(entries: Iterable[PublicEntry], today: date) -> Timeline:
    """Lay out `entries` over the quarters from `today` on."""
    year, number = quarter_of(today)
    end = quarter_starts((year + QUARTERS // 4, number))
    quarters = quarters_between(today, end)[:QUARTERS]
    columns = (*(_column(quarter) for quarter in quarters), Column("", "Later"))
    names = [financial_year(quarter_starts(quarter)) for quarter in quarters]
    years = tuple((name, names.count(name)) for name in dict.fromkeys(names))
    return Timeline(columns, years, tuple(_row(entry, quarters, today) for entry in entries))


def _column(quarter: tuple[int, int]) -> Column:
    first = quarter_starts(quarter)
    return Column(MONTHS[quarter[1]], str(first.year))


def _row(entry: PublicEntry, quarters: tuple[tuple[int, int], ...], today: date) -> Row:
    if entry.content.status.ended:
        return Row(entry, (), (), f"{entry.content.status.label}. Nothing more is expected of it.")
    bars = tuple(sorted(_bars(entry, quarters, today), key=lambda bar: (bar.first, bar.last)))
    return Row(entry, _pack(bars, len(quarters) + 1), bars, _missing_opening(entry, today))


def _bars(entry: PublicEntry, quarters: tuple[tuple[int, int], ...], today: date) -> Iterator[Bar]:
    content = entry.content
    opens, closes = content.milestone("engagement_opens"), content.milestone("engagement_closes")
    merged = opens is not None and closes is not None and opens.earliest <= closes.latest
    if opens is not None and closes is not None and merged:
        sure = min(opens.confidence, closes.confidence, key=list(Confidence).index)
        words = f"{_short(opens)} until {_short(closes)}"
        if closes.latest >= today:
            yield _bar("engagement", "Have your say", words, sure, opens.earliest, closes.latest, quarters)
    for milestone in entry.key_dates():
        when = milestone.when
        if when.latest < today or (merged and milestone.kind.startswith("engagement_")):
            continue
        label = LABELS.get(milestone.kind) or milestone_kind(milestone.kind).short
        yield _bar(milestone.kind, label, _short(when), when.confidence, when.earliest, when.latest, quarters)


def _bar(
    kind: str,
    label: str,
    words: str,
    confidence: Confidence,
    earliest: date,
    latest: date,
    quarters: tuple[tuple[int, int], ...],
) -> Bar:
    first, last = _place(earliest, quarters), _place(latest, quarters)
    return Bar(kind, label, words, SURENESS[confidence], confidence, first, last - first + 1)


def _short(when: ExpectedDate) -> str:
    """Say a date as `describe_span` does, with short names of months, for narrow cells."""
    first, last = when.earliest, when.latest
    if when.precision is Precision.DAY:
        return f"{first.day} {first:%b %Y}"
    if when.precision is Precision.MONTH:
        return f"{first:%b %Y}"
    return f"{first:%b} to {last:%b %Y}" if first.year == last.year else f"{first:%b %Y} to {last:%b %Y}"


def _place(at: date, quarters: tuple[tuple[int, int], ...]) -> int:
    quarter = quarter_of(at)
    return 0 if quarter < quarters[0] else quarters.index(quarter) if quarter in quarters else len(quarters)


def _pack(bars: tuple[Bar, ...], width: int) -> tuple[tuple[Cell, ...], ...]:
    """Lay bars side by side where they do not overlap. Bars over the same columns share a cell."""
    together: dict[tuple[int, int], list[Bar]] = {}
    for bar in bars:
        together.setdefault((bar.first, bar.last), []).append(bar)
    lanes: list[list[tuple[int, int]]] = []
    for first, last in together:
        lane = next((lane for lane in lanes if lane[-1][1] < first), None)
        if lane is None:
            lanes.append([(first, last)])
        else:
            lane.append((first, last))
    return tuple(tuple(_cells(lane, together, width)) for lane in lanes)


def _cells(lane: list[tuple[int, int]], bars: dict[tuple[int, int], list[Bar]], width: int) -> Iterator[Cell]:
    at = 0
    for first, last in lane:
        if first > at:
            yield Cell(first - at)
        yield Cell(last - first + 1, tuple(bars[(first, last)]))
        at = last + 1
    if at < width:
        yield Cell(width - at)


def _missing_opening(entry: PublicEntry, today: date) -> str:
    content = entry.content
    known = route(content.route) if content.route else None
    if content.milestone("opens") is not None:
        return ""
    if known is not None and not known.tenders:
        return "" if content.milestone("intention_notice") else f"No call for bids. {known.plain}"
    label = milestone_kind("opens").label
    disclosure = content.disclosure("milestones.opens")
    if disclosure is None:
        return f"{label}: not filled in"
    return f"{label}: {_explain(disclosure, today)}"


def _explain(disclosure: Disclosure, today: date) -> str:
    state = "not decided yet" if disclosure.state.value == "undecided" else "can’t say yet"
    if disclosure.expected_by is None:
        return state
    if disclosure.overdue(today):
        return f"{state}; an answer was due by {day(disclosure.expected_by)}"
    return f"{state}; an answer is expected by {day(disclosure.expected_by)}"
