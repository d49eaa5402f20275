"""What a person answers once for a whole sheet: which column is what, what its words mean, why its blanks are blank.

An organisation's last answers are kept, so that next month's sheet, and one of corrected rows, is read the same way.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from kil_pipeline.codec import from_json, to_json
from kil_pipeline.database import Base
from kil_pipeline.exchange.mappings import topics_told
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.unknowns import is_unknown, say_none
from kil_pipeline.text import clean_line

ANYTHING = "*"
"""Stands for every other word of a column that cannot be read."""
MOST_KEPT = 1_000
"""Words that are kept for the next sheet; where there would be more, those of before are forgotten."""
BLANK = "blank"
REASON = "reason:"
READ = "read:"
"""What is done with a word: left blank, replaced by a reason, or read as another word."""


class ImportChoice(Base):
    """How an organisation's sheets were read last. Nothing personal. Kept until the next one says otherwise."""

    __tablename__ = "import_choice"

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Organisation.id), primary_key=True)
    choices: Mapped[dict[str, Any]]


@dataclass(frozen=True)
class BlankReason:
    """Why whatever is blank in a column is blank. All of it is public."""

    reason: str
    who_decides: str = ""
    expected_by: str = ""


@dataclass(frozen=True)
class ImportChoices:
    """The answers for a sheet."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Plain heading → what the column holds; empty: it is left out."""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field → word, as `plain_word` gives it → what is done with it."""
    blanks: Mapping[str, BlankReason] = field(default_factory=dict)
    """Field → why it is blank, or says no more than “TBC”."""
    same_headlines: bool = False
    """Whether rows with the headline of an earlier row are planned opportunities of their own."""
    without_bare: bool = False
    """Whether rows that hold a headline and nothing else are left out."""
    topics: bool = False
    """Whether a row without a topic gets those that its headline and its CPV codes tell of."""

    def mend(self, raw: Mapping[str, str]) -> dict[str, str]:
        """Return a row's answers with its words read as they were chosen to be."""
        mended = dict(raw)
        for name, words in self.words.items():
            deed = words.get(plain_word(raw.get(name, "")), "") if raw.get(name) else ""
            if deed:
                _apply(mended, name, deed)
        return mended

    def mend_rest(self, raw: Mapping[str, str], unread: str) -> dict[str, str]:
        """Return the answers without a word that could not be read, where something was chosen for all such words."""
        mended = dict(raw)
        deed = self.words.get(unread, {}).get(ANYTHING, "")
        if deed and mended.get(unread):
            _apply(mended, unread, deed)
        return mended

    def fill(self, raw: Mapping[str, str]) -> dict[str, str]:
        """Return the answers with topics, and with the reasons for what is blank."""
        filled = dict(raw)
        if self.topics and not raw.get("themes"):
            filled |= topics_told(raw.get("headline", ""), raw.get("cpv", ""))
        for name, blank in self.blanks.items():
            unsaid = is_unknown(say_none(name, raw.get(name, "?")))
            if unsaid and not any(key.startswith(f"{name}:") for key in raw):
                filled[f"{name}: why not"] = blank.reason
                filled |= {f"{name}: who decides": blank.who_decides} if blank.who_decides else {}
                filled |= {f"{name}: expected by": blank.expected_by} if blank.expected_by else {}
        return filled


def _apply(raw: dict[str, str], name: str, deed: str) -> None:
    raw.pop(name)
    if deed.startswith(READ):
        raw[name] = deed.removeprefix(READ)
    elif deed.startswith(REASON):
        raw[f"{name}: why not"] = deed.removeprefix(REASON)


def plain_word(cell: str) -> str:
    """Return a cell without what differs between spellings of the same word."""
    return clean_line(cell).casefold()


def last_choices(session: Session, organisation_id: uuid.UUID) -> ImportChoices:
    """Return how an organisation's sheets were read the last time; nothing chosen where there was none."""
    kept = session.get(ImportChoice, organisation_id)
    return from_json(ImportChoices, kept.choices) if kept else ImportChoices()


def keep_choices(session: Session, organisation_id: uuid.UUID, choices: ImportChoices) -> None:
    """Keep how an organisation's sheet was read, beside what was chosen before for other columns and words."""
    last = last_choices(session, organisation_id)
    words: Mapping[str, Mapping[str, str]] = {
        name: {**last.words.get(name, {}), **choices.words.get(name, {})} for name in {**last.words, **choices.words}
    }
    if sum(map(len, words.values())) > MOST_KEPT:
        words = choices.words
    kept = replace(choices, columns={**last.columns, **choices.columns}, words=words)
    session.merge(ImportChoice(organisation_id=organisation_id, choices=to_json(kept)))


NOTHING_CHOSEN = ImportChoices()
