"""The plan as OCDS 1.1: a release package of the planning stage, with nothing in it that is not known."""

import io
import json
import re
from datetime import date
from typing import Any

import pytest

from kil_pipeline.database import Database
from kil_pipeline.exchange.exports import EXTENSIONS, export_ocds
from kil_pipeline.plan.contents import EntryContent, Notice
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.expected_dates import Confidence, Precision
from kil_pipeline.plan.money import Money, Period, Vat
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.reference.cpv import cpv_label
from tests.conftest import AUTHORITY
from tests.factories import NOW, a_commissioner, a_milestone, publish, republish, some_content

BASE = "https://plan.example.org"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")
DATES = {"date", "publishedDate", "datePublished", "dueDate", "startDate", "endDate"}


def package(database: Database) -> dict[str, Any]:
    """Return the plan as OCDS."""
    out = io.StringIO()
    with database.read() as session:
        export_ocds(session, Criteria(), out, base_url=BASE, now=NOW)
    found = json.loads(out.getvalue())
    assert isinstance(found, dict)
    return found


def release_of(database: Database, content: EntryContent, **withheld: str) -> dict[str, Any]:
    """Publish an entry and return its release."""
    with database.write() as session:
        council = a_commissioner(session, prefix="EXA")
        draft = create_entry(session, council.id, content, withheld=withheld, now=NOW)
        publish_entry(session, draft.entry_id, now=NOW)
    (release,) = package(database)["releases"]
    assert isinstance(release, dict)
    return release


def walk(value: object, key: str = "") -> list[tuple[str, object]]:
    """Return everything in JSON data with the key under which it stands."""
    inner = (
        value.items() if isinstance(value, dict) else [(key, item) for item in value] if isinstance(value, list) else []
    )
    return [(key, value), *(found for k, v in inner for found in walk(v, k))]


def test_an_empty_plan_is_a_whole_package(database: Database) -> None:
    assert package(database) == {
        "uri": f"{BASE}/data",
        "version": "1.1",
        "extensions": list(EXTENSIONS),
        "publishedDate": "2026-11-23T10:00:00+00:00",
        "publisher": {"name": "Keep it Local forward plan", "uri": BASE},
        "license": "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "releases": [],
    }


def test_a_headline_alone_makes_a_release_without_a_mask(database: Database) -> None:
    release = release_of(database, some_content("Rides"))
    buyer = {"id": "exampleshire-council", "name": "Exampleshire Council"}
    entry_id = release["ocid"].removeprefix("ocds-kil000-")
    unstated = release.pop("kil_notStated")
    assert release == {
        "ocid": f"ocds-kil000-{entry_id}",
        "id": "EXA-0001-1",
        "date": "2026-11-23T10:00:00+00:00",
        "tag": ["planning"],
        "initiationType": "tender",
        "language": "en",
        "parties": [{**buyer, "roles": ["buyer"]}],
        "buyer": buyer,
        "planning": {"rationale": DISCLAIMER},
        "tender": {"id": "EXA-0001", "title": "Rides", "status": "planned"},
        "kil_page": f"{BASE}/entries/EXA-0001",
        "kil_tag": f"tag:{AUTHORITY}:entry/{entry_id}",
    }
    assert unstated[:3] == ["summary", "areas", "value"]


def test_a_day_is_a_date_and_a_quarter_is_never_one(sqlite_database: Database) -> None:
    content = some_content(
        milestones=(
            a_milestone("opens", date(2027, 5, 1), Precision.QUARTER, Confidence.INDICATIVE),
            a_milestone("bids_due", date(2027, 7, 2)),
            a_milestone("service_starts", date(2028, 1, 10)),
        )
    )
    release = release_of(sqlite_database, content)
    opens, due, _ = release["planning"]["milestones"]
    assert opens == {
        "id": "opens",
        "title": "Applications or bids open",
        "type": "preProcurement",
        "description": "about April to June 2027, not certain",
        "kil_earliest": "2027-04-01",
        "kil_latest": "2027-06-30",
        "kil_precision": "quarter",
        "kil_confidence": "indicative",
    }
    assert due["dueDate"] == "2027-07-02T23:59:59+01:00"
    assert release["tender"]["tenderPeriod"] == {"endDate": "2027-07-02T23:59:59+01:00"}
    assert release["tender"]["contractPeriod"] == {"startDate": "2028-01-10T00:00:00+00:00"}


@pytest.mark.parametrize(
    ("money", "said"),
    [
        (Money(1_000, 5_050, Period.TOTAL, Vat.INCLUDED), {"minValue": 10.0, "value": 50.5}),
        (Money(None, 5_050), {"value": 50.5}),
        (Money(1_000, None, Period.TOTAL), {"minValue": 10.0}),
        (Money(1_000, 1_000, Period.YEAR), {}),
    ],
)
def test_value_is_the_upper_end_of_a_total_and_nothing_else(
    sqlite_database: Database, money: Money, said: dict[str, float]
) -> None:
    tender = release_of(sqlite_database, some_content(value=money))["tender"]
    assert {name: tender[name] for name in ("minValue", "value") if name in tender} == {
        name: {"amount": amount, "currency": "GBP"} for name, amount in said.items()
    }
    assert (tender["kil_valuePeriod"], tender["kil_valueVat"]) == (money.period.value, money.vat.value)


def test_an_amount_a_year_stands_apart(sqlite_database: Database) -> None:
    tender = release_of(sqlite_database, some_content(value=Money(1_000, 2_000, Period.YEAR)))["tender"]
    assert tender["kil_yearlyValue"] == {
        "minValue": {"amount": 10.0, "currency": "GBP"},
        "value": {"amount": 20.0, "currency": "GBP"},
    }


def test_what_cannot_be_told_is_explained_and_never_there(sqlite_database: Database) -> None:
    content = some_content(
        disclosures=(
            Disclosure("value", DisclosureState.WITHHELD, "withheld.commercial", who_decides="The board",
                       expected_by=date(2027, 1, 31)),
        )
    )  # fmt: skip
    release = release_of(sqlite_database, content, value="£777,777")
    assert "777" not in json.dumps(release).replace(release["ocid"], "").replace(release["kil_tag"], "")
    assert release["kil_disclosures"] == {
        "value": {
            "state": "withheld",
            "reason": "withheld.commercial",
            "reasonTitle": "Publishing it now would harm someone’s commercial interests",
            "legalHook": "Procurement Act 2023, section 94(1)(b); Freedom of Information Act 2000, section 43",
            "explanation": None,
            "whoDecides": "The board",
            "expectedBy": "2027-01-31",
        }
    }
    assert "value" not in release["tender"]


def test_a_later_revision_is_an_update_with_an_id_of_its_own(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        entry_id = publish(session, a_commissioner(session, prefix="EXA").id, some_content())
        republish(session, entry_id, some_content(length="Two years"), at=NOW)
    (release,) = package(sqlite_database)["releases"]
    assert (release["id"], release["tag"]) == ("EXA-0001-2", ["planningUpdate"])


@pytest.mark.parametrize(("status", "code"), [(Status.PUBLISHED, "planned"), (Status.OPEN, "active"),
                                              (Status.ON_HOLD, "planned"), (Status.CANCELLED, "cancelled"),
                                              (Status.CONCLUDED, "complete")])  # fmt: skip
def test_a_status_is_a_code_of_the_standard(sqlite_database: Database, status: Status, code: str) -> None:
    release = release_of(sqlite_database, some_content(status=status, status_reason="Because."))
    assert release["tender"]["status"] == code


def test_why_a_route_was_chosen_is_its_rationale_and_what_the_standard_has_no_place_for_is_ours(
    sqlite_database: Database,
) -> None:
    content = some_content(route_why="A grant was set aside.", years_and_vat="Three years.", guidance="Ask us.")
    tender = release_of(sqlite_database, content)["tender"]
    kept = ("procurementMethodRationale", "kil_yearsAndVat", "kil_guidance")
    assert [tender[key] for key in kept] == ["A grant was set aside.", "Three years.", "Ask us."]


def test_the_rest_stands_where_the_standard_puts_it(sqlite_database: Database) -> None:
    content = some_content(
        summary="By volunteers.", cpv=("60130000",), areas=("E08000035",), route="pa.open", portal="By e-mail.",
        notices=(Notice("UK2", "000001-2026", "https://example.org/n", date(2026, 8, 10)),),
    )  # fmt: skip
    release = release_of(sqlite_database, content)
    assert release["planning"]["documents"] == [
        {
            "id": "000001-2026",
            "documentType": "marketEngagementNotice",
            "title": "UK2 notice 000001-2026",
            "url": "https://example.org/n",
            "datePublished": "2026-08-10T00:00:00+01:00",
        }
    ]
    assert release["tender"] == {
        "id": "EXA-0001",
        "title": "Community transport",
        "description": "By volunteers.",
        "status": "planned",
        "items": [
            {
                "id": "1",
                "additionalClassifications": [
                    {"scheme": "CPV", "id": "60130000", "description": cpv_label("60130000")}
                ],
                "deliveryAddresses": [{"region": "E08000035", "description": "Leeds"}],
            }
        ],
        "procurementMethodDetails": "Procurement Act 2023: open procedure",
        "submissionMethodDetails": "By e-mail.",
        "kil_route": "pa.open",
    }  # fmt: skip


def test_dates_ids_and_amounts_have_the_types_of_the_standard(sqlite_database: Database) -> None:
    content = some_content(
        value=Money(1, 33), cpv=("60130000",), areas=("UK",), milestones=(a_milestone("opens", date(2027, 5, 1)),),
        notices=(Notice("UK3", "000001-2026", "", date(2026, 12, 10)),),
    )  # fmt: skip
    release_of(sqlite_database, content)
    found = walk(package(sqlite_database))
    assert [value for key, value in found if key in DATES and not RFC_3339.fullmatch(str(value))] == []
    assert [value for key, value in found if key in ("id", "ocid") and not isinstance(value, str)] == []
    assert [value for key, value in found if key == "amount"] == [0.01, 0.33]
    assert [key for key, value in found if value in ("", {})] == []
