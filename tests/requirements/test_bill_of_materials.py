"""The bill of materials: valid, the same twice, and whole."""

import json
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from requirements.bill_of_materials import render
from requirements.pins import REQUIREMENTS, NpmPackage, Pin, read_npm_lock, read_pins

SMALL = (
    Pin("flask", "3.1", "", ("1" * 64,), ("-r requirements/runtime.in", "flask-wtf")),
    Pin("flask-wtf", "1.3", "", ("2" * 64,), ("-r requirements/runtime.in",)),
    Pin("colorama", "0.4", "sys_platform == 'win32'", ("3" * 64, "4" * 64), ("flask",)),
)
NPM = (NpmPackage("govuk-frontend", "6.3.0", "MIT", "5" * 128),)


def bill() -> dict[str, Any]:
    return dict(json.loads(render("1.2.3", SMALL, NPM)))


def test_it_names_each_component_with_its_hashes() -> None:
    found = {
        one["purl"]: [
            h["content"] for about in (one, *one.get("externalReferences", ())) for h in about.get("hashes", ())
        ]
        for one in bill()["components"]
    }
    assert found == {
        "pkg:pypi/flask@3.1": ["1" * 64],
        "pkg:pypi/flask-wtf@1.3": ["2" * 64],
        "pkg:pypi/colorama@0.4": ["3" * 64, "4" * 64],
        "pkg:npm/govuk-frontend@6.3.0": ["5" * 128],
    }


def test_it_says_what_needs_what() -> None:
    assert {one["ref"]: one.get("dependsOn", []) for one in bill()["dependencies"]} == {
        "kil-pipeline": ["pkg:npm/govuk-frontend@6.3.0", "pkg:pypi/flask-wtf@1.3", "pkg:pypi/flask@3.1"],
        "pkg:pypi/flask@3.1": ["pkg:pypi/colorama@0.4"],
        "pkg:pypi/flask-wtf@1.3": ["pkg:pypi/flask@3.1"],
        "pkg:pypi/colorama@0.4": [],
        "pkg:npm/govuk-frontend@6.3.0": [],
    }


def test_of_this_checkout_it_is_whole_valid_and_the_same_twice() -> None:
    pins, packages = read_pins(REQUIREMENTS / "runtime.txt"), read_npm_lock()
    text = render("1.2.3", pins, packages)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == render("1.2.3", tuple(reversed(pins)), packages)
    assert len(json.loads(text)["components"]) == len(pins) + len(packages)
    assert "timestamp" not in json.loads(text)["metadata"]


def test_another_version_has_another_number() -> None:
    numbers = {json.loads(render(version, SMALL, NPM))["serialNumber"] for version in ("1.2.3", "1.2.4")}
    assert len(numbers) == 2
