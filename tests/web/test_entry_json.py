"""One planned opportunity as JSON."""

from collections.abc import Callable
from datetime import date

from flask.testing import FlaskClient

from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.expected_dates import Confidence, Precision, expected_span

Publish = Callable[..., str]

CARERS = EntryContent(
    "Breaks for carers",
    route="psr.most-suitable-provider",
    milestones=(Milestone("opens", expected_span(date(2027, 5, 1), Precision.QUARTER, Confidence.INDICATIVE)),),
    disclosures=(
        Disclosure(
            "value",
            DisclosureState.WITHHELD,
            "withheld.commercial",
            explanation="Bids are being compared elsewhere.",
            who_decides="Procurement manager",
            expected_by=date(2027, 2, 1),
            review_on=date(2027, 1, 4),
            public_interest="Better prices for all.",
        ),
    ),
)


def test_json_says_what_the_page_says_and_null_with_a_reason_otherwise(client: FlaskClient, publish: Publish) -> None:
    reference = publish(CARERS)
    response = client.get(f"/entries/{reference}.json")
    body = response.get_json()
    assert response.content_type == "application/json; charset=utf-8"
    assert body["value"] is None
    assert body["can_we_go_for_it"] == {"code": "no_tender", "words": "Chosen without a tender, so make yourself known"}
    assert [field for field in body["fields"] if field["path"] == "value"] == [
        {
            "path": "value",
            "label": "How much",
            "state": "withheld",
            "text": None,
            "reason": "withheld.commercial",
            "reason_label": "Publishing it now would harm someone’s commercial interests",
            "hook": "Procurement Act 2023, section 94(1)(b); Freedom of Information Act 2000, section 43",
            "explanation": "Bids are being compared elsewhere.",
            "who_decides": "Procurement manager",
            "expected_by": "2027-02-01",
            "review_on": "2027-01-04",
            "how_you_could_help": "",
            "public_interest": "Better prices for all.",
        }
    ]
    assert body["milestones"] == [
        {
            "kind": "opens",
            "name": "Applications or bids open",
            "when": {
                "earliest": "2027-04-01",
                "latest": "2027-06-30",
                "precision": "quarter",
                "confidence": "indicative",
                "words": "about April to June 2027, not certain",
            },
        }
    ]


def test_json_is_not_sent_again_to_who_has_it(client: FlaskClient, publish: Publish) -> None:
    path = f"/entries/{publish(CARERS)}.json"
    etag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
