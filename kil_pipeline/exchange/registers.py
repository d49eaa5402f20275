"""A contracts register, which many commissioners keep: a contract that ends soon becomes a draft of what follows."""

import re
from collections.abc import Mapping
from datetime import date

from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.columns import EXTENSION, PROVIDER, REFERENCE, Columns
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.expected_dates import describe_span
from kil_pipeline.plan.money import describe
from kil_pipeline.plan.money_parsing import parse_money
from kil_pipeline.plan.unknowns import is_unknown
from kil_pipeline.text import clean_line

MONTHS_AHEAD = 24
"""How far ahead a contract's end makes a draft."""
NOT_DECIDED = "not decided yet"
KEPT = (REFERENCE, "summary", "themes", "areas", "cpv", "contact")
"""What is taken over from the register as it stands."""


_NOBODY = re.compile(
    r"new(?: service)?|in[- ]?house(?: service| team)?|various(?: providers)?|nobody|no provider", re.IGNORECASE
)
"""What stands in a column of providers and is none."""
TAKEN = (*KEPT, "headline", "service_ends", "value", PROVIDER, EXTENSION)
"""All that is read from a register."""
AHEAD = ("opens", "bids_due", "decision", "engagement_opens", "engagement_closes", "intention_notice", "status")
"""Fields that a forward plan has and a register has not."""


def is_register(columns: Columns) -> bool:
    """Tell whether a sheet is a contracts register: providers and end dates, and nothing of what is planned."""
    plans = any(columns.has(field) for field in AHEAD) or any(key and ":" in key for key in columns.keys)
    return columns.has(PROVIDER) and columns.has("service_ends") and not plans


def not_taken_from(columns: Columns) -> tuple[str, ...]:
    """Return the headings of a register that nothing is read from: they are about the old contract alone."""
    unread = (h for h, key in zip(columns.headings, columns.keys, strict=True) if key is not None and key not in TAKEN)
    return (*unread, *columns.left_out)


def answers_beside_provider(raw: Mapping[str, str]) -> dict[str, str]:
    """Return a row of a forward plan with its provider of today, and its extension, as what is there now."""
    answers = {key: cell for key, cell in raw.items() if key not in (PROVIDER, EXTENSION)}
    provider = raw.get(PROVIDER, "")
    said = [] if not provider or is_unknown(provider) else [f"Provided now by {provider}."]
    if _NOBODY.fullmatch(provider):
        said = [f"{provider[0].upper()}{provider[1:]}."]
    if raw.get(EXTENSION) and not is_unknown(raw[EXTENSION]):
        said.append(f"Extension of the current contract: {raw[EXTENSION]}.")
    if said and not any(key.partition(":")[0] == "current" for key in answers):
        answers["current"] = clean_line(" ".join(said))
    return answers


def register_answers(raw: Mapping[str, str], today: date) -> dict[str, str] | str:
    """Return a row of a register as answers (see `plan.answers`), or why it makes no draft.

    The value of the old contract says nothing of the next one: it goes into what is there now. How much, how and when
    are "not decided yet".
    """
    if not raw.get("service_ends") or is_unknown(raw["service_ends"]):
        return "no end date"
    try:
        ends = parse_expected_date(raw["service_ends"], today=today)
    except DomainError:
        return dict(raw)  # the row is refused with the reason, like any other row
    if ends.latest < today:
        return "it has ended already"
    if ends.earliest > _months_later(today, MONTHS_AHEAD):
        return f"it ends more than {MONTHS_AHEAD} months from now"
    answers = {key: raw[key] for key in KEPT if raw.get(key)}
    answers["headline"] = clean_line(raw.get("headline", ""))
    answers["current"] = _what_is_there(raw, describe_span(ends))
    answers["service_ends"] = raw["service_ends"]
    for field in ("value", "route", "opens"):
        answers[f"{field}: why not"] = NOT_DECIDED
    return answers


def _what_is_there(raw: Mapping[str, str], ends: str) -> str:
    provider = clean_line(raw.get(PROVIDER, "")) or "a provider"
    parts = [f"A contract with {provider}, which ends: {ends}."]
    if raw.get("value") and not is_unknown(raw["value"]):
        parts.append(f"It is worth {_worth(raw['value'])}.")
    if raw.get(EXTENSION) and not is_unknown(raw[EXTENSION]):
        parts.append(f"Extension: {clean_line(raw[EXTENSION])}.")
    return " ".join(parts)


def _worth(text: str) -> str:
    try:
        return describe(parse_money(text))
    except DomainError:
        return clean_line(text)


def _months_later(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, min(day.day, 28))
