"""The query string of the directory of venues: read and written in one place."""

from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from kil_pipeline.engagement.venue_directory import VenueCriteria
from kil_pipeline.engagement.venues import ACCESS_QUESTIONS
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.reference.areas import find_area
from kil_pipeline.text import clean_line
from web.queries import MOST_WORDS, QueryNotUnderstood

MOST_PAGES = 100_000


@dataclass(frozen=True)
class VenueQuery:
    """What to show, and which page of it."""

    criteria: VenueCriteria
    page: int = 1


def read_venue_query(arguments: MultiDict[str, str]) -> VenueQuery:
    """Read the filters of a query string; empty values count as not given. Raises `QueryNotUnderstood`."""
    given = {name: [line for value in values if (line := clean_line(value))] for name, values in arguments.lists()}
    words, area, page = (next(iter(given.get(name, ())), "") for name in ("q", "area", "page"))
    problems: dict[str, list[str]] = {}
    if len(words) > MOST_WORDS:
        problems["q"] = [f"Search for at most {MOST_WORDS} characters."]
    found = find_area(area) if area else None
    if area and found is None:
        problems["area"] = [f"We know no area “{area[:60]}”. Choose one from the list, or try a council’s name."]
    access = tuple(question for question in ACCESS_QUESTIONS if question in given.get("access", ()))
    strange = set(given.get("access", ())) - set(access)
    if strange:
        problems["access"] = [f"We know no access need “{min(strange)[:60]}”. Choose from the list."]
    if page and not (page.isascii() and page.isdecimal() and 1 <= int(page[:7]) <= MOST_PAGES):
        problems["page"] = ["The page must be a number, such as 2."]
    if problems:
        raise QueryNotUnderstood(problems, Criteria())
    criteria = VenueCriteria(words, access, bool(given.get("community")), found.code if found else "")
    return VenueQuery(criteria, int(page or 1))


def write_venue_query(criteria: VenueCriteria, page: int = 1) -> str:
    """Return the query string (with its `?`, or empty) that reads back as `criteria`."""
    pairs = [("q", criteria.words), *(("access", question) for question in criteria.access)]
    pairs += [("community", "yes" if criteria.community_owned else ""), ("area", criteria.area)]
    pairs += [("page", str(page) if page > 1 else "")]
    kept = [(name, value) for name, value in pairs if value]
    return "?" + urlencode(kept) if kept else ""
