"""A venue as search engines read it: a schema.org Place, in JSON-LD."""

from typing import Any

from kil_pipeline.engagement.venues import ACCESS_QUESTIONS, Known, PublicVenue


def place_data(venue: PublicVenue, address: str) -> dict[str, Any]:
    """Return a venue as a schema.org Place. `address`: that of its page. What is not known is left out."""
    facts = venue.facts
    place: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Place",
        "@id": address,
        "url": address,
        "name": facts.name,
        "description": facts.about,
        "address": _postal_address(venue),
        "amenityFeature": [
            {"@type": "LocationFeatureSpecification", "name": ACCESS_QUESTIONS[fact.question], "value": value}
            for fact in facts.access
            if (value := {Known.YES: True, Known.NO: False}.get(fact.answer)) is not None
        ],
    }
    capacities = [space.capacity for space in facts.spaces if space.capacity]
    if capacities:
        place["maximumAttendeeCapacity"] = max(capacities)
    if facts.latitude is not None and facts.longitude is not None:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": facts.latitude, "longitude": facts.longitude}
    return {key: value for key, value in place.items() if value not in ("", [], {})}


def _postal_address(venue: PublicVenue) -> dict[str, str]:
    facts = venue.facts
    parts = {"streetAddress": facts.address, "addressLocality": facts.town, "postalCode": facts.postcode}
    given = {key: value for key, value in parts.items() if value}
    return {"@type": "PostalAddress", **given, "addressCountry": "GB"} if given else {}
