"""Venues as locations of the Human Services Data Specification (HSDS 3.0), of which Open Referral UK is a profile.

What HSDS has no field for (owner, spaces, when access was checked) stands in attributes with a label of ours. Each
answer about access is an item of `accessibility`: "Hearing loop: yes", with its note as the details.
"""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

from kil_pipeline.engagement.venue_directory import VenuePage
from kil_pipeline.engagement.venues import ACCESS_QUESTIONS, Known, PublicVenue, VenueFacts
from kil_pipeline.exchange.json_files import get, get_list, get_text
from kil_pipeline.exchange.venue_fields import FIELDS
from kil_pipeline.reference.areas import area, find_area
from kil_pipeline.text import clean_line

ANSWERS = {Known.YES: "yes", Known.NO: "no", Known.NOT_KNOWN: "not known"}
_BY_LABEL = {words.casefold(): question for question, words in ACCESS_QUESTIONS.items()}
_ATTRIBUTES = ("owner", "community_owned", "spaces", "checked_on")


def hsds_page(page: VenuePage) -> dict[str, Any]:
    """Return one page of the directory in HSDS's envelope for lists."""
    return {
        "total_items": page.total,
        "total_pages": page.pages,
        "page_number": page.page,
        "size": len(page.venues),
        "first_page": page.page == 1,
        "last_page": page.page == page.pages,
        "empty": not page.venues,
        "contents": [hsds_location(venue) for venue in page.venues],
    }


def hsds_location(venue: PublicVenue) -> dict[str, Any]:
    """Return a venue as a location."""
    facts = venue.facts
    location: dict[str, Any] = {"id": str(venue.id), "location_type": "physical", "name": facts.name}
    location["description"] = facts.about
    location["transportation"] = facts.travel
    if facts.latitude is not None and facts.longitude is not None:
        location |= {"latitude": facts.latitude, "longitude": facts.longitude}
    if facts.uprn:
        location |= {"external_identifier": facts.uprn, "external_identifier_type": "UPRN"}
    location["addresses"] = [_address(venue)] if facts.where else []
    location["accessibility"] = list(_accessibility(venue))
    location["attributes"] = list(_attributes(venue))
    return {key: value for key, value in location.items() if value not in ("", [])}


def _address(venue: PublicVenue) -> dict[str, str]:
    facts = venue.facts
    return {
        "id": _id(venue, "address"),
        "location_id": str(venue.id),
        "address_1": facts.address,
        "city": facts.town,
        "state_province": "; ".join(area(code).name for code in facts.areas),
        "postal_code": facts.postcode,
        "country": "GB",
        "address_type": "physical",
    }


def _accessibility(venue: PublicVenue) -> Iterator[dict[str, str]]:
    for fact in venue.facts.access:
        described = f"{ACCESS_QUESTIONS[fact.question]}: {ANSWERS[fact.answer]}"
        item = {"id": _id(venue, fact.question), "location_id": str(venue.id), "description": described}
        yield item | ({"details": fact.note} if fact.note else {})
    if venue.facts.access_note:
        item = {"id": _id(venue, "note"), "location_id": str(venue.id), "description": FIELDS["access_note"]}
        yield item | {"details": venue.facts.access_note}


def _attributes(venue: PublicVenue) -> Iterator[dict[str, str]]:
    for field in _ATTRIBUTES:
        value = _attribute(venue.facts, field)
        if value:
            yield {
                "id": _id(venue, field),
                "link_id": str(venue.id),
                "link_entity": "location",
                "label": FIELDS[field],
                "value": value,
            }


def _attribute(facts: VenueFacts, field: str) -> str:
    value = getattr(facts, field)
    if field == "spaces":
        return "; ".join(s.name if s.capacity is None else f"{s.name}: {s.capacity}" for s in facts.spaces)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else value or ""


def _id(venue: PublicVenue, part: str) -> str:
    return str(uuid.uuid5(venue.id, part))


def locations_of(data: object) -> tuple[Any, ...]:
    """Return the locations of a file: a list, a page of a list, services with theirs, or one location alone."""
    found: dict[str, Any] = {}
    for number, location in enumerate(_locations(data, 0)):  # several services may be at one place
        found.setdefault(get_text(location, "id") or str(number), location)
    return tuple(found.values())


def _locations(data: object, depth: int) -> Iterator[Any]:
    if depth > 6:  # a page holds services, which hold places at locations: nobody nests deeper
        return
    if isinstance(data, list):
        for item in data:
            yield from _locations(item, depth + 1)
    elif isinstance(data, dict):
        if _is_location(data):
            yield data
        for part in ("contents", "content", "locations", "service_at_locations", "location"):
            yield from _locations(data.get(part), depth + 1)


def _is_location(data: dict[str, Any]) -> bool:
    kind = data.get("location_type")
    return kind == "physical" or (kind is None and bool({"addresses", "physical_addresses", "latitude"} & set(data)))


def read_location(location: object) -> dict[str, str]:
    """Return a location as cells (see `venue_fields.FIELDS`). Earlier Open Referral UK names are understood too."""
    address = get(location, "addresses", 0) or get(location, "physical_addresses", 0)
    raw = {
        "name": get_text(location, "name"),
        "about": get_text(location, "description"),
        "travel": get_text(location, "transportation"),
        "latitude": _number(get(location, "latitude")),
        "longitude": _number(get(location, "longitude")),
        "address": ", ".join(part for key in ("address_1", "address_2") if (part := get_text(address, key))),
        "town": get_text(address, "city"),
        "postcode": get_text(address, "postal_code"),
        "areas": _area_of(address),
    }
    if get_text(location, "external_identifier_type").upper().endswith("UPRN"):
        raw["uprn"] = get_text(location, "external_identifier")
    by_label = {FIELDS[field]: field for field in _ATTRIBUTES}
    for attribute in get_list(location, "attributes"):
        if (label := get_text(attribute, "label")) in by_label:
            raw[by_label[label]] = get_text(attribute, "value")
    return {key: text for key, text in (raw | _read_accessibility(location)).items() if text}


def _read_accessibility(location: object) -> dict[str, str]:
    raw: dict[str, str] = {}
    notes = []
    for item in (*get_list(location, "accessibility"), *get_list(location, "accessibility_for_disabilities")):
        said = get_text(item, "description") or get_text(item, "accessibility")
        if said == FIELDS["access_note"]:
            notes.append(get_text(item, "details"))
            continue
        label, _, answer = said.rpartition(": ") if ": " in said else (said, "", "yes")
        question = _BY_LABEL.get(clean_line(label).casefold())
        if question is None or answer not in ANSWERS.values():
            notes.append(". ".join(part for part in (said, get_text(item, "details")) if part))
            continue
        raw |= {question: answer, f"{question}: note": get_text(item, "details")}
    return raw | {"access_note": "\n".join(notes)}


def _area_of(address: object) -> str:
    """Return the first part of an address that names an area of ours; what names none is no mistake."""
    for part in ("state_province", "region"):  # not the city: a post town is no council
        names = [name.strip() for name in get_text(address, part).split(";") if name.strip()]
        if names and all(find_area(name) for name in names):
            return "; ".join(names)
    return ""


def _number(value: object) -> str:
    return str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
