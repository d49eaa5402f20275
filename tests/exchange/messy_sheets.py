"""A plan of two hundred rows as a busy team keeps it: headings over headings, blanks, totals, and words of its own."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.exchange.sheets import a_book

ROWS = 200
HEADINGS = (
    "Ref ", "Project / Service", "Dept", "Description of need", "Category", "Ward / Locality", "Annual Value (£)",
    "Procurement Rte", "Expected advert", "Contract Start Dt", "End", "Current Supplier", "RAG", "Comments",
)  # fmt: skip
_DATES = (
    "Q3 26/27", "Summer 2027", "TBC", "01/04/2027", date(2027, 4, 1), datetime(2027, 6, 1), "Apr-27", "Spring 27",
    "ASAP", "2027/28", "Autumn 2027 (tbc)", "n/a", "", "Q1", "1st Sept 2027", "Jan / Feb 2027", "06.09.27",
    "Subject to Cabinet", "rolling",
)  # fmt: skip
_MONEY = (
    "£1.2m pa", "c. 40k", "£250,000", 180000, "£400-650k p.a.", "TBC", "", "circa £2m over 4 yrs", "£60k", "up to 75k",
    "Commercial in confidence", "see business case", "0", "£50k x 3 years", "250000 (inc VAT)", 96000.5, "£ 120,000",
)  # fmt: skip
_ROUTES = ("Open tender", "TBC", "PSR direct award C", "Framework call-off", "Grant", "", "Mini comp", "PSR - MSP",
           "Quotes x3", "Provider Selection Regime", "Restricted")  # fmt: skip
_PLACES = ("Leeds", "Leeds ", "LS11", "All wards", "West Yorks", "Bradford; Leeds", "Leeds/Bradford", "", "Inner South")
_KINDS = ("ASC", "Public Health", "Mental Health", "", "Carers", "VCS", "Corporate")
_TITLES = ("Befriending for older people", "Carers’ breaks", "  Community transport ", "Debt advice – outreach",
           "Mental health drop-in", "Falls prevention", "Young people’s counselling")  # fmt: skip


def messy_rows() -> Iterator[Sequence[Any]]:
    """Yield all rows of the sheet, the headings in the fifth."""
    yield ("EXAMPLESHIRE COMMISSIONING WORKPLAN 2026/27 (DRAFT v7 FINAL)",)
    yield ("Last updated: 12/11/2026", "", "", "Owner: Commissioning Team")
    yield ()
    yield ("", "Service", "", "", "", "", "Money", "", "Dates")
    yield HEADINGS
    parts = itertools.cycle(("ADULT SOCIAL CARE", "PUBLIC HEALTH", "CHILDREN’S SERVICES"))
    for n in range(ROWS):
        if n % 70 == 0:
            yield (next(parts),)
        if n % 30 == 29:
            yield ()
        if n % 66 == 65:
            yield "", "Total", "", "", "", "", 1_000_000 + n
        if n == 100:
            yield HEADINGS
        yield _row(n)
    yield "", "TOTAL (all directorates)", "", "", "", "", "=SUM(G6:G210)"
    yield ("Notes: figures are indicative and subject to budget setting.",)


def _row(n: int) -> Sequence[Any]:
    title = _TITLES[n % len(_TITLES)]
    own = title if n in (40, 47) else f"{title} {n // len(_TITLES) + 1}"
    dates = (_DATES[(n * step) % len(_DATES)] for step in (1, 2, 3))
    supplier = ("In-house", "Example Care CIC", "New service", "", "tbc")[n % 5]
    return (
        f"WP/{n:03d}" if n % 5 and n not in (40, 47) else "", own, "ASC", "", _KINDS[n % len(_KINDS)],
        _PLACES[n % len(_PLACES)], _MONEY[n % len(_MONEY)], _ROUTES[n % len(_ROUTES)], *dates, supplier, "A",
        "see email",
    )  # fmt: skip


def write_messy_workbook(path: Path) -> Path:
    """Write it as a workbook of several sheets, with merged headings and a hidden sheet."""
    book, first = a_book()
    first.title = "READ ME"
    first.append(["Update monthly. Do not share."])
    plan = book.create_sheet("Workplan 26-27")
    for cells in messy_rows():
        plan.append(list(cells))
    for merged in ("A1:N1", "B4:F4", "G4:H4", "I4:K4"):
        plan.merge_cells(merged)
    book.create_sheet("Lookups").append(["Category", "Code"])
    hidden = book.create_sheet("old")
    hidden.append(["Title"])
    hidden.sheet_state = "hidden"
    book.save(path)
    return path


def messy_csv_rows() -> Iterator[list[str]]:
    """Yield the rows as a spreadsheet program writes them into CSV: some days as bare numbers."""
    for cells in messy_rows():
        yield [_csv_cell(cell) for cell in cells]


def _csv_cell(cell: Any) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y}"
    return str((cell - date(1899, 12, 30)).days) if isinstance(cell, date) else str(cell)
