"""The entries of the sample plan, published and published again as it happened."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.exchange.sample_deeds import Deed, SamplePast, known
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.expected_dates import Confidence, ExpectedDate, Precision, expected_span
from kil_pipeline.plan.money_parsing import parse_money
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.areas import find_area
from kil_pipeline.reference.reasons import reason
from kil_pipeline.reference.themes import find_theme


class SamplePlan(SamplePast):
    """Turns the sample's entries into deeds."""

    def __init__(self, organisations: Mapping[str, uuid.UUID], now: datetime) -> None:
        super().__init__(organisations, now)
        self.references: dict[str, str] = {}
        """The reference of each entry by its headline, once it is there."""

    def plan_deeds(self, table: Mapping[str, Any]) -> Iterator[Deed]:
        """Yield the publications of the sample's entries."""
        for row in table["entry"]:
            first = self.ago(row.get("first", 5))
            keys: dict[str, uuid.UUID] = {}
            yield Deed(first, self._first_publication(row, keys))
            for later in row.get("then", []):
                yield Deed(self.ago(later["days_ago"]), self._later_publication(later, keys))

    def _first_publication(self, row: Mapping[str, Any], keys: dict[str, uuid.UUID]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            content = self._content(EntryContent(row["headline"]), row)
            draft = create_entry(session, self.organisations[row["by"]], content, now=at)
            keys["id"] = draft.entry_id
            self.references[row["headline"]] = draft.reference
            if not row.get("draft"):
                publish_entry(session, draft.entry_id, now=at)

        return do

    def _later_publication(self, row: Mapping[str, Any], keys: dict[str, uuid.UUID]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            draft = read_draft(session, keys["id"])
            save_draft(session, keys["id"], self._content(draft.content, row), version=draft.version, now=at)
            publish_entry(session, keys["id"], why=row.get("why", ""), now=at)

        return do

    def _content(self, base: EntryContent, row: Mapping[str, Any]) -> EntryContent:
        """Return `base` with what a table changes. A field that gets a value loses its reason for having none."""
        changes: dict[str, Any] = {
            name: row[name]
            for name in (
                "summary",
                "stage",
                "years_and_vat",
                "route",
                "route_why",
                "length",
                "lots",
                "current",
                "suitability",
                "portal",
                "guidance",
                "contact",
                "status_reason",
            )
            if name in row
        }
        if "status" in row:
            changes["status"] = Status(row["status"])
            changes.setdefault("status_reason", "")
        if "value" in row:
            changes["value"] = parse_money(row["value"])
        if "themes" in row:
            changes["themes"] = tuple(known(find_theme(name), name).code for name in row["themes"])
        if "areas" in row:
            changes["areas"] = tuple(known(find_area(name), name).code for name in row["areas"])
        if "benefits" in row:
            changes["benefits"] = tuple(row["benefits"])
        if "milestones" in row:
            changes["milestones"] = tuple(Milestone(kind, self._when(text)) for kind, text in row["milestones"].items())
        said = {d.path: d for d in base.disclosures} | dict(self._why_not(row))
        stated = set(changes) | {f"milestones.{m.kind}" for m in changes.get("milestones", ())}
        return replace(base, **changes, disclosures=tuple(d for path, d in said.items() if path not in stated))

    def _why_not(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Disclosure]]:
        for path, told in row.get("why_not", {}).items():
            yield (
                path,
                Disclosure(
                    path=path,
                    state=DisclosureState(reason(told["reason"]).state),
                    reason=told["reason"],
                    explanation=told["explanation"],
                    who_decides=told["who"],
                    expected_by=self.today + timedelta(days=told["in"]),
                    review_on=self.today + timedelta(days=told["review"]) if "review" in told else None,
                    how_you_could_help=told.get("help", ""),
                    public_interest=told.get("public_interest", ""),
                ),
            )

    def _when(self, text: str) -> ExpectedDate:
        months, precision, confidence = text.split()
        day = self.today + timedelta(days=round(float(months) * 30.44))
        return expected_span(day, Precision(precision), Confidence(confidence))
