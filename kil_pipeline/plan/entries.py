"""The tables of the plan. What is private and what is public never share a table (withheld values: `plan.withheld`)."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kil_pipeline.database import Base, new_id
from kil_pipeline.organisations.members import User
from kil_pipeline.organisations.organisations import Organisation


class Entry(Base):
    """One planned purchase or grant. Its reference is permanent."""

    __tablename__ = "entry"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(30), unique=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), index=True)
    status: Mapped[str] = mapped_column(sa.String(20), index=True)
    source_key: Mapped[str | None] = mapped_column(sa.String(200), unique=True)
    """Where an import got it from, such as ocds:ocds-h6vhtk-068ae4: the same source finds the same entry again."""
    source_digest: Mapped[str | None] = mapped_column(sa.String(64))
    """Hash of what the import read last, so that reading it again changes nothing."""
    source_version: Mapped[int | None]
    """The working copy's version after that: a higher one was saved by hand since."""
    created_at: Mapped[datetime]


class WorkingCopy(Base):
    """What the author is writing: the public half of an entry before it is public."""

    __tablename__ = "working_copy"

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    version: Mapped[int]
    """Counts up at every save: two people never overwrite each other silently."""
    published_version: Mapped[int | None]
    content: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    updated_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(User.id))


class Revision(Base):
    """One publication of an entry: what it said, who published it, when, what changed and why. Public content only."""

    __tablename__ = "revision"
    __table_args__ = (sa.UniqueConstraint("entry_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("entry.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    sentences: Mapped[list[str]]
    """What changed, in sentences."""
    why: Mapped[str] = mapped_column(sa.Text)
    minor: Mapped[bool]
    published_at: Mapped[datetime]
    published_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(User.id))


class EntryHandover(Base):
    """That an entry went from one body to another. Kept as long as the entry."""

    __tablename__ = "entry_handover"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("entry.id"), index=True)
    from_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    to_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    revision: Mapped[int | None]
    """The number of the publication that tells of it; None where nothing of the entry was public."""
    at: Mapped[datetime]


_UNDATED = sa.text("(opens_on = '9999-12-31')")
_VALUE = sa.text("coalesce(value_most, value_least)")
_VALUELESS = sa.text(f"({_VALUE} IS NULL)")


class PublicEntryRow(Base):
    """The public view of an entry, recomputed at every publication; the other `public_…` tables are its indexes.

    The indexes of an order hold the key too: with a filter, a list is walked in its order without reading other rows.
    `narrow` holds what searches rank by and what is counted: a whole row fills a page of SQLite's.
    """

    __tablename__ = "public_entry"
    __table_args__ = (
        sa.Index("ix_public_entry_soonest", "ended", "stale", "opens_on", "reference", "entry_id"),
        sa.Index("ix_public_entry_stale", "stale", "opens_until"),
        sa.Index("ix_public_entry_newest", "first_published_at", "reference", "entry_id"),
        sa.Index("ix_public_entry_updated", "updated_at", "reference", "entry_id"),
        sa.Index("ix_public_entry_latest", "ended", _UNDATED, sa.text("opens_on DESC"), "reference", "entry_id"),
        sa.Index("ix_public_entry_headline", "headline_key", "reference", "entry_id"),
        sa.Index("ix_public_entry_value", _VALUELESS, _VALUE, "reference", "entry_id"),
        sa.Index("ix_public_entry_value_down", _VALUELESS, sa.text(f"{_VALUE} DESC"), "reference", "entry_id"),
        sa.Index(
            "ix_public_entry_organisation",
            *("organisation_id", "ended", "stale", "opens_on", "reference", "entry_id", "revision"),
        ),
        sa.Index(
            "ix_public_entry_narrow", "entry_id", "ended", "reference", "status", "route", "chance", "organisation_id"
        ),
        sa.Index(
            "ix_public_entry_figures",
            *("organisation_id", "status", "notice_weeks"),
            *("fields_stated", "fields_undecided", "fields_withheld", "dates_stated"),
        ),
    )

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("entry.id"), primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(30), unique=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    revision: Mapped[int]
    content: Mapped[dict[str, Any]]
    headline_key: Mapped[str] = mapped_column(sa.Text)
    """Its headline in small letters: what a table is sorted by."""
    status: Mapped[str] = mapped_column(sa.String(20), index=True)
    ended: Mapped[bool]
    stale: Mapped[bool]
    """Its opening has passed, and nobody said that it opened. The turn of the day sets it (`turn_day`)."""
    route: Mapped[str | None] = mapped_column(sa.String(40), index=True)
    chance: Mapped[str] = mapped_column(sa.String(20), index=True)
    value_least: Mapped[int | None] = mapped_column(sa.BigInteger)
    value_most: Mapped[int | None] = mapped_column(sa.BigInteger)
    opens_on: Mapped[date]
    """Earliest day of the opening (or of the intention notice); 9999-12-31 where none is stated, to sort last."""
    opens_until: Mapped[date]
    """Latest day of the same; 9999-12-31 where none is stated."""
    first_published_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    formerly: Mapped[list[str]] = mapped_column(default=list)
    """The names of those who planned it before, the first one first (see `plan.handovers`)."""
    notice_weeks: Mapped[int | None]
    """What it adds to its commissioner's figures, as the four below (see `plan.entry_figures`); None adds nothing."""
    fields_stated: Mapped[int] = mapped_column(default=0)
    fields_undecided: Mapped[int] = mapped_column(default=0)
    fields_withheld: Mapped[int] = mapped_column(default=0)
    dates_stated: Mapped[int | None]
    """None where none of the five was counted yet: it was published by a version that did not keep them."""


class PublicArea(Base):
    """An area of a public entry."""

    __tablename__ = "public_area"
    __table_args__ = (sa.Index("ix_public_area_code", "code", "entry_id"),)

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("public_entry.entry_id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12), primary_key=True)


class PublicTheme(Base):
    """A theme of a public entry."""

    __tablename__ = "public_theme"
    __table_args__ = (sa.Index("ix_public_theme_code", "code", "entry_id"),)

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("public_entry.entry_id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(60), primary_key=True)


class PublicCpv(Base):
    """A CPV code (8 digits) of a public entry."""

    __tablename__ = "public_cpv"
    __table_args__ = (sa.Index("ix_public_cpv_code", "code", "entry_id"),)

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("public_entry.entry_id"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(8), primary_key=True)


class PublicMilestone(Base):
    """A key date of a public entry, stated or computed from one (`representations_close`)."""

    __tablename__ = "public_milestone"
    __table_args__ = (
        # Only what is still to be told of: a tick reads what is due, however many key dates there are.
        sa.Index(
            "ix_public_milestone_alert_on",
            "alert_on",
            "entry_id",
            "kind",
            "earliest",
            sqlite_where=sa.text("alert_on IS NOT NULL"),
            postgresql_where=sa.text("alert_on IS NOT NULL"),
        ),
        sa.Index("ix_public_milestone_span", "earliest", "latest", "entry_id"),
    )

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("public_entry.entry_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    earliest: Mapped[date]
    latest: Mapped[date] = mapped_column(index=True)
    alert_on: Mapped[date | None]
    """When it is looked at next for an alert that it approaches (`plan.approaching_dates`); None where none is left."""


class PublicDisclosure(Base):
    """A field of a public entry that has a reason instead of a value."""

    __tablename__ = "public_disclosure"

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("public_entry.entry_id"), primary_key=True)
    path: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    expected_by: Mapped[date | None] = mapped_column(index=True)


class PublicLink(Base):
    """That a public entry replaces, follows or was split from another: found from the other one's page by this."""

    __tablename__ = "public_link"

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("public_entry.entry_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(30), primary_key=True, index=True)


class PublicSlip(Base):
    """That a key date of a public entry moved later, from one publication to the next."""

    __tablename__ = "public_slip"
    __table_args__ = (sa.Index("ix_public_slip_figures", "organisation_id", "indicative", "days"),)

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("public_entry.entry_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 for the entry's first."""
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id))
    """Of who plans the entry now: in whose figures it counts."""
    days: Mapped[int]
    indicative: Mapped[bool]


MOST_SORTED = 200
"""Characters of a headline that decide its place in a list: PostgreSQL's indexes take no long texts."""
NO_OPENING = date(9999, 12, 31)
"""`PublicEntryRow.opens_on` where no opening is stated. It sorts, and is never shown."""
