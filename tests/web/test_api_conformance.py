"""The API keeps what its own OpenAPI document promises, whatever it is asked."""

from datetime import UTC, date, datetime, timedelta

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import announce_session
from kil_pipeline.engagement.record_checks import finish_checks, start_check
from kil_pipeline.engagement.record_contents import Outcome, Point
from kil_pipeline.engagement.records import add_part
from kil_pipeline.engagement.response_contents import ResponseContent, ResponseState
from kil_pipeline.engagement.responses import save_response
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.engagement.venues import AccessFact, Known, VenueFacts, add_venue
from kil_pipeline.organisations.api_tokens import Scope, make_api_token
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.plan.contents import EntryContent, EntryLink, LinkKind, Notice
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.money import Money
from tests.engagement.held import a_held_session
from tests.factories import NOW, a_commissioner, a_milestone, publish, republish

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
FULL = EntryContent(
    "Breaks for carers",
    summary="Time off for those who care.",
    stage="designing",
    themes=("carers",),
    cpv=("85000000",),
    areas=("E08000035",),
    benefits=("prevention",),
    value=Money(1_000, None),
    route="psr.most-suitable-provider",
    milestones=(a_milestone("opens", date(2027, 3, 1)),),
    disclosures=(Disclosure("lots", DisclosureState.UNDECIDED, "undecided.codesign"),),
    links=(EntryLink(LinkKind.REPLACES, "EXC-0001"),),
    notices=(Notice("UK2", "1-2026", "https://example.org/1-2026", date(2026, 9, 1)),),
)
OPERATIONS = (
    "list_entries", "show_entry", "list_revisions", "list_commissioners", "list_sessions", "show_session",
    "list_reasons", "list_areas", "list_themes", "list_routes",
)  # fmt: skip
WRITING = ("create_draft", "show_draft", "change_draft", "publish_draft")


@pytest.fixture
def described(app: Flask, sqlite_database: Database) -> OpenApiSchema:
    """The API's own document, over a plan with something in every field, and with nothing in any."""
    with sqlite_database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        full = publish(session, council, FULL)
        publish(session, council, EntryContent("Only a headline"))
        republish(session, full, EntryContent("Breaks for all carers"), at=NOW + timedelta(days=1), why="Asked for.")
        publish(session, council, FULL)
        venue = add_venue(session, VenueFacts("Mill Hall", access=(AccessFact("lift", Known.YES),)), now=NOW)
        starts = datetime(2027, 1, 14, 18, tzinfo=UTC)
        about = SessionContent("Carers", "To listen.", starts, starts + timedelta(hours=2), host="Mill Hall Trust")
        announce_session(session, council, about, venue_id=venue.id, now=NOW)
        announce_session(session, council, about, venue_id=None, now=NOW)
        held = a_held_session(session, council)
        add_part(session, held, Point("Open before work"), now=NOW)
        add_part(session, held, Outcome("Fewer missed visits"), now=NOW)
        until = NOW.date() + timedelta(days=1)
        start_check(session, held, until=until, addresses=("ann@example.org",), identifies_nobody=True, now=NOW)
        finish_checks(session, NOW + timedelta(days=2))
        answer = ResponseContent(ResponseState.DONE, "It opens at 7am now.")
        save_response(session, held, 1, answer, address="", version=0, now=NOW + timedelta(days=2))
    found = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    assert isinstance(found, OpenApiSchema)
    return found


def test_the_list_of_operations_is_whole(described: OpenApiSchema) -> None:
    operations = [
        operation["operationId"]
        for item in described.raw_schema["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    assert sorted(operations) == sorted((*OPERATIONS, *WRITING))


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
def test_answers_are_as_described_whatever_is_asked(described: OpenApiSchema, name: str) -> None:
    operation = described.find_operation_by_id(name)

    @settings(max_examples=25, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
    @given(st.data())
    def check(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        if "reference" in (case.path_parameters or {}):  # else chance would hardly ever meet one that is there
            case.path_parameters["reference"] = data.draw(
                st.sampled_from(["EXC-0001", "EXC-0002", "EXC-S0004", "EXC-S0005", "EXC-S0006"])
                | st.just(case.path_parameters["reference"])
            )
        case.call_and_validate(checks=CHECKS)

    check()


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITING)
def test_writing_is_answered_as_described_whatever_is_sent(
    described: OpenApiSchema, sqlite_database: Database, name: str
) -> None:
    operation = described.find_operation_by_id(name)
    with sqlite_database.write() as session:
        council = find_organisation(session, "EXC").id
        member = add_member(session, email="p@example.org", organisation_id=council, role=Role.APPROVER, now=NOW)
        token, _ = make_api_token(
            session,
            organisation_id=council,
            made_by=member.user_id,
            name="A program",
            scopes=Scope,
            lives=timedelta(days=90),
            now=NOW,
        )

    @settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
    @given(st.data())
    def check(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        if "reference" in (case.path_parameters or {}):
            case.path_parameters["reference"] = data.draw(
                st.sampled_from(["EXC-0001", "EXC-0002"]) | st.just(case.path_parameters["reference"])
            )
        if "If-Match" in (case.headers or {}):
            case.headers["If-Match"] = data.draw(
                st.sampled_from(['"1"', '"2"', "*"]) | st.just(case.headers["If-Match"])
            )
        if data.draw(st.booleans()):
            case.headers["Authorization"] = f"Bearer {token}"
        case.call_and_validate(checks=CHECKS)

    check()
