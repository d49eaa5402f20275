"""Venues as HSDS and back, from what others publish, and as schema.org places."""

import json
import uuid
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kil_pipeline.database import Database
from kil_pipeline.engagement.venue_directory import VenueCriteria, VenuePage, public_venues
from kil_pipeline.engagement.venues import AccessFact, Known, PublicVenue, Space, VenueFacts, add_venue
from kil_pipeline.exchange.hsds import hsds_location, hsds_page
from kil_pipeline.exchange.place_data import place_data
from kil_pipeline.exchange.reports import ImportReport, UnreadableFile
from kil_pipeline.exchange.venue_import import VenueOptions, import_venues
from tests.factories import NOW

ID = uuid.UUID("01940000-0000-7000-8000-000000000001")
FULL = VenueFacts(
    "Village Hall",
    owner="Village Hall Charity",
    community_owned=False,
    about="A hall with a garden.",
    address="Church Lane",
    town="Sale",
    postcode="M33 3NH",
    uprn="100011223344",
    areas=("E08000009", "E08000035"),
    latitude=53.42467,
    longitude=-2.315949,
    travel="Bus 4.\nA car park for 20.",
    spaces=(Space("Main hall", 80), Space("Garden")),
    access=(
        AccessFact("step_free", Known.YES, "Ramp: 1 in 12"),
        AccessFact("lift", Known.NO),
        AccessFact("wifi", Known.NOT_KNOWN),
    ),
    access_note="Lift",
    checked_on=date(2026, 3, 3),
)


def import_json(database: Database, folder: Path, data: Any, **options: Any) -> ImportReport:
    path = folder / "venues.json"
    path.write_text(json.dumps(data), "utf-8")
    return import_venues(database, path, VenueOptions(**options), now=NOW)


def all_venues(database: Database) -> tuple[PublicVenue, ...]:
    with database.read() as session:
        return public_venues(session, VenueCriteria()).venues


@pytest.mark.parametrize("facts", [FULL, VenueFacts("Hall"), replace(FULL, community_owned=True, owner="")])
def test_a_venue_goes_from_one_site_to_another_whole(
    sqlite_database: Database, tmp_path: Path, facts: VenueFacts
) -> None:
    page = hsds_page(VenuePage((PublicVenue(ID, facts, "hall"),), total=1, page=1, per_page=100))
    report = import_json(sqlite_database, tmp_path, page)
    assert [venue.facts for venue in all_venues(sqlite_database)] == [facts]
    assert list(report.lines()) == ["1 new, 0 changed, 0 unchanged."]
    assert list(import_json(sqlite_database, tmp_path, page).lines()) == ["0 new, 0 changed, 1 unchanged."]


def test_what_a_site_published_itself_changes_nothing_there(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        add_venue(session, FULL, now=NOW)
        page = hsds_page(public_venues(session, VenueCriteria()))
    assert list(import_json(database, tmp_path, page).lines()) == ["0 new, 0 changed, 1 unchanged."]
    assert len(all_venues(database)) == 1


def test_a_location_has_what_hsds_asks_for() -> None:
    location = hsds_location(PublicVenue(ID, FULL, "village-hall"))
    assert {key: location[key] for key in ("id", "location_type", "name", "latitude", "longitude")} == {
        "id": str(ID),
        "location_type": "physical",
        "name": "Village Hall",
        "latitude": 53.42467,
        "longitude": -2.315949,
    }
    assert (location["external_identifier"], location["external_identifier_type"]) == ("100011223344", "UPRN")
    (address,) = location["addresses"]
    assert {key: value for key, value in address.items() if key not in ("id", "location_id")} == {
        "address_1": "Church Lane",
        "city": "Sale",
        "state_province": "Trafford; Leeds",
        "postal_code": "M33 3NH",
        "country": "GB",
        "address_type": "physical",
    }
    assert [(item["description"], item.get("details")) for item in location["accessibility"]] == [
        ("Step-free entrance: yes", "Ramp: 1 in 12"),
        ("Lift: no", None),
        ("Wifi: not known", None),
        ("About access", "Lift"),
    ]
    assert {item["label"]: item["value"] for item in location["attributes"]} == {
        "Owner": "Village Hall Charity",
        "Community owned": "no",
        "Spaces": "Main hall: 80; Garden",
        "Access checked on": "2026-03-03",
    }


def test_every_id_in_a_location_is_its_own() -> None:
    location = hsds_location(PublicVenue(ID, FULL))
    ids = [item["id"] for part in ("addresses", "accessibility", "attributes") for item in location[part]]
    assert len({uuid.UUID(text) for text in [*ids, location["id"]]}) == len(ids) + 1


def test_services_as_open_referral_uk_first_had_them_are_read_for_their_places(
    sqlite_database: Database, tmp_path: Path
) -> None:
    place = {
        "id": "a",
        "name": "Example Centre",
        "physical_addresses": [{"address_1": "1 Example Street", "city": "Manchester", "postal_code": "ZZ1 1ZZ"}],
        "accessibility_for_disabilities": [{"accessibility": "Hearing loop"}, {"accessibility": "Ask at the desk"}],
    }
    service = {"id": "s", "name": "Lunch club", "service_at_locations": [{"id": "x", "location": place}]}
    import_json(sqlite_database, tmp_path, {"totalElements": 2, "content": [service, service]})
    assert [venue.facts for venue in all_venues(sqlite_database)] == [
        VenueFacts(
            "Example Centre",
            address="1 Example Street",
            town="Manchester",
            postcode="ZZ1 1ZZ",
            access=(AccessFact("hearing_loop", Known.YES),),
            access_note="Ask at the desk",
        )
    ]


def test_places_on_the_web_are_no_venues(sqlite_database: Database, tmp_path: Path) -> None:
    places = [{"id": "a", "location_type": kind, "name": kind} for kind in ("virtual", "postal", "physical")]
    import_json(sqlite_database, tmp_path, places)
    assert [venue.facts for venue in all_venues(sqlite_database)] == [VenueFacts("physical")]


def test_the_area_is_the_councils_as_the_address_names_it(sqlite_database: Database, tmp_path: Path) -> None:
    address = {"address_1": "1 Example Street", "city": "Leeds", "state_province": "Narnia", "region": "Trafford"}
    import_json(sqlite_database, tmp_path, {"id": "a", "name": "Hall", "addresses": [address]})
    assert [venue.facts.areas for venue in all_venues(sqlite_database)] == [("E08000009",)]


def test_a_location_without_a_name_is_told_of_and_the_others_go_in(sqlite_database: Database, tmp_path: Path) -> None:
    places = [{"id": str(n), "location_type": "physical", "name": name} for n, name in enumerate(["", "Hall"])]
    report = import_json(sqlite_database, tmp_path, places)
    assert [problem.line() for problem in report.problems] == ["Row 1, Name: A venue needs a name."]
    assert [venue.facts.name for venue in all_venues(sqlite_database)] == ["Hall"]
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == []


@pytest.mark.parametrize(
    "data", [{}, [], 7, None, "x", [[[[[[[[{"location_type": "physical"}]]]]]]]], {"contents": [1, None]}]
)
def test_a_file_without_places_is_refused(sqlite_database: Database, tmp_path: Path, data: object) -> None:
    with pytest.raises(UnreadableFile):
        import_json(sqlite_database, tmp_path, data)


@pytest.mark.parametrize("odd", [None, 7, [], {}, ["x"], True, "\u202e<script>", 1e300])
def test_odd_values_never_stop_an_import(sqlite_database: Database, tmp_path: Path, odd: object) -> None:
    keys = ("id", "description", "transportation", "latitude", "addresses", "accessibility", "attributes")
    places = [{"name": "Hall", "location_type": "physical", key: odd} for key in keys]
    report = import_json(sqlite_database, tmp_path, places)
    assert report.created + report.unchanged + report.changed + report.bad_rows == len(keys)


def test_a_venue_is_a_place_of_schema_org() -> None:
    assert place_data(PublicVenue(ID, FULL, "village-hall"), "https://example.org/venues/village-hall") == {
        "@context": "https://schema.org",
        "@type": "Place",
        "@id": "https://example.org/venues/village-hall",
        "url": "https://example.org/venues/village-hall",
        "name": "Village Hall",
        "description": "A hall with a garden.",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "Church Lane",
            "addressLocality": "Sale",
            "postalCode": "M33 3NH",
            "addressCountry": "GB",
        },
        "amenityFeature": [
            {"@type": "LocationFeatureSpecification", "name": "Step-free entrance", "value": True},
            {"@type": "LocationFeatureSpecification", "name": "Lift", "value": False},
        ],
        "maximumAttendeeCapacity": 80,
        "geo": {"@type": "GeoCoordinates", "latitude": 53.42467, "longitude": -2.315949},
    }


def test_what_is_not_known_of_a_place_is_not_there() -> None:
    address = "https://example.org/venues/hall"
    assert place_data(PublicVenue(ID, VenueFacts("Hall"), "hall"), address) == {
        "@context": "https://schema.org",
        "@type": "Place",
        "@id": address,
        "url": address,
        "name": "Hall",
    }
