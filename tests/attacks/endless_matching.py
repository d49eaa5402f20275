"""Runs our regular expressions and readers on text that is made to go badly. A program of its own: tests end it."""

import importlib
import pkgutil
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import feeds
import kil_pipeline
import web
from kil_pipeline.engagement.file_types import PDF, clean_name
from kil_pipeline.engagement.record_contents import find_personal
from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.amount_headings import complete_amount
from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.exchange.xlsx_files import xlsx_rows
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.money_parsing import parse_money
from kil_pipeline.text import MAX_TEXT, clean_text, find_words, parse_query, tokens
from tests.exchange.sheets import write_xlsx

PUMPS = (
    "a", "1", " ", "\n", "(", "[", "<", "<a ", "</", "<!--", "&", "&#", '"', "-", "'", "a'", "a@", "@a.", "a.", "1,",
    "1.", "£1", "£ ", "1k ", "#", "to ", "and ", "1 to ", "/", "a/", "=", "*", "1/", "2027 ", "may ", "vat ", "inc ",
)  # fmt: skip
OPENINGS = ("", "a@", "<", "£", "1")
SHORT = 1_000
"""Characters for each expression on its own: one that is more than quadratic does not come through."""
SHEET = 1 << 20
SHEETS = ("<c ", "<c ><f/>", "<c ><f>", "<c r='A1'><f></f><v>")


def expressions() -> dict[re.Pattern[Any], str]:
    """Return every expression that a module of ours keeps, with where it is."""
    found: dict[re.Pattern[Any], str] = {}
    for package in (kil_pipeline, feeds, web):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                values = vars(importlib.import_module(module.name)).items()
                found |= {kept: f"{module.name}.{name}" for name, value in values for kept in inside(value)}
    return found


def inside(value: object) -> Iterator[re.Pattern[Any]]:
    """Yield the expressions in a value of a module."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from inside(part)


def hostile(length: int) -> Iterator[str]:
    """Yield texts of about this length that go round in circles, and end as nothing wants."""
    for pump in PUMPS:
        for opening in OPENINGS:
            yield opening + pump * (length // len(pump)) + "\x00"


def read_all(text: str) -> None:
    """Let each reader of what is typed or sent have a text; what it says of it is of no interest here."""
    readers: tuple[Callable[[str], object], ...] = (
        clean_text,
        tokens,
        parse_query,
        find_personal,
        normalise_address,
        parse_money,
        lambda typed: parse_expected_date(typed, today=date(2026, 11, 23)),
    )
    for read in readers:
        with suppress(DomainError, ValueError):
            read(text)
    find_words(text, parse_query("a"))
    complete_amount(text, "1")
    complete_amount("Value", f"1{text}")
    clean_name(f"{text}.pdf", PDF)


def read_sheet(folder: Path, pump: str) -> None:
    """Read a spreadsheet whose one sheet is nothing but openings."""
    plain = write_xlsx(folder / "plain.xlsx", ["Headline"])
    bad = folder / "bad.xlsx"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            body = source.read(name)
            target.writestr(name, pump * (SHEET // len(pump)) if name == "xl/worksheets/sheet1.xml" else body)
    with suppress(UnreadableFile):
        list(xlsx_rows(bad, "Plan"))


def main(folder: Path) -> None:
    """Do all of it, and say how many expressions there were."""
    known = expressions()
    for expression in known:
        for text in hostile(SHORT):
            given = text.encode() if isinstance(expression.pattern, bytes) else text
            expression.search(given)
            expression.fullmatch(given)
    for text in hostile(MAX_TEXT):
        read_all(text)
    for pump in SHEETS:
        read_sheet(folder, pump)
    print(len(known))  # noqa: T201  # for the test that started this


if __name__ == "__main__":
    main(Path(sys.argv[1]))
