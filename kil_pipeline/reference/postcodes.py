"""Postcodes, where somebody loaded them: the council that each lies in (ONS Postcode Directory)."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.database import Base, Database
from kil_pipeline.errors import DomainError
from kil_pipeline.reference.areas import Area, area, areas

BATCH = 5_000
"""Rows in one transaction."""
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
_POSTCODE_COLUMNS = ("pcds", "pcd", "pcd7", "pcd8")
_COUNCIL_COLUMN = re.compile(r"oslaua|laua|lad(?:\d\dcd)?")


class UnreadablePostcodes(DomainError):
    """A file that is no postcode directory."""


class Postcode(Base):
    """A postcode in use and its council. Public reference data; replaced by the next import."""

    __tablename__ = "postcode"

    postcode: Mapped[str] = mapped_column(sa.String(7), primary_key=True)
    area_code: Mapped[str] = mapped_column(sa.String(12))


@dataclass
class PostcodeReport:
    """What an import did."""

    stored: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """Yield the report, a line at a time."""
        yield f"{self.stored} postcodes stored."
        yield from (f"{number} left out: {reason}" for reason, number in sorted(self.skipped.items()))


def plain_postcode(text: str) -> str:
    """Return a postcode without spaces, in capitals; empty where a text has not the form of one."""
    plain = "".join(text.upper().split())
    return plain if _POSTCODE.fullmatch(plain) else ""


def find_postcode(session: Session, text: str) -> Area | None:
    """Return the council that a postcode lies in; None where it is not known, or none were loaded."""
    row = session.get(Postcode, plain_postcode(text)) if plain_postcode(text) else None
    return area(row.area_code) if row is not None and row.area_code in areas() else None


def import_postcodes(database: Database, path: Path) -> PostcodeReport:
    """Load the ONS Postcode Directory (CSV), a batch in a transaction. Raises `UnreadablePostcodes`.

    Postcodes that are not in use any more are left out, and so are those of places that our lists have not.
    """
    report = PostcodeReport()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            codes, councils = _columns(path, reader.fieldnames or ())
            pairs = _pairs(reader, codes, councils, report)
            while batch := dict(islice(pairs, BATCH)):
                _store(database, batch)
                report.stored += len(batch)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadablePostcodes(f"{path.name} cannot be read: {type(error).__name__}.") from error
    return report


def _columns(path: Path, headings: Sequence[str]) -> tuple[str, str]:
    names = {name.strip().lower(): name for name in headings}
    codes = next((names[name] for name in _POSTCODE_COLUMNS if name in names), None)
    councils = next((names[name] for name in names if _COUNCIL_COLUMN.fullmatch(name)), None)
    if codes is None or councils is None:
        raise UnreadablePostcodes(
            f"{path.name} is no ONS Postcode Directory: it needs a column pcds, and one oslaua or lad25cd."
        )
    return codes, councils


def _pairs(
    rows: Iterator[Mapping[str, str]], codes: str, councils: str, report: PostcodeReport
) -> Iterator[tuple[str, str]]:
    for row in rows:
        postcode, council = plain_postcode(row[codes] or ""), (row[councils] or "").strip()
        if (row.get("doterm") or "").strip():
            report.skipped["not in use any more"] += 1
        elif not postcode:
            report.skipped["no postcode"] += 1
        elif council not in areas():
            report.skipped["in a council that we have not"] += 1
        else:
            yield postcode, council


def _store(database: Database, batch: Mapping[str, str]) -> None:
    with database.write() as session:
        session.execute(sa.delete(Postcode).where(Postcode.postcode.in_(list(batch))))
        rows = [{"postcode": postcode, "area_code": council} for postcode, council in batch.items()]
        session.execute(sa.insert(Postcode), rows)
