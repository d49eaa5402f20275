"""OCDS records: merging the releases of an entry, by the rules of the standard, gives its compiled release."""

import uuid
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ocdsmerge import Merger

from kil_pipeline.exchange.ocds import make_release
from kil_pipeline.exchange.ocds_answers import make_answers_release
from kil_pipeline.exchange.ocds_records import WHOLE_LISTS, make_record, make_releases
from kil_pipeline.organisations.organisations import PublicOrganisation
from kil_pipeline.plan.contents import EntryContent, Notice
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.plan.histories import PublicHistory
from kil_pipeline.plan.money import Money
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import PublicRevision
from kil_pipeline.support.public_answers import PublicAnswer
from tests.factories import NOW, a_milestone

BASE, AUTHORITY = "https://plan.example.org", "example.org,2026-01-01"
COUNCIL = PublicOrganisation(uuid.UUID(int=1), "Exampleshire Council", "exampleshire-council", "commissioner")
Flat = dict[tuple[str, ...], object]

dates = st.lists(
    st.builds(
        a_milestone,
        st.sampled_from(["opens", "bids_due", "service_starts", "service_ends"]),
        st.dates(date(2027, 1, 1), date(2027, 4, 1)),
        st.sampled_from([Precision.DAY, Precision.QUARTER]),
    ),
    max_size=4,
    unique_by=lambda milestone: milestone.kind,
).map(tuple)
reasons = st.lists(
    st.sampled_from(["length", "lots", "portal"]).map(
        lambda path: Disclosure(path, DisclosureState.UNDECIDED, "undecided.budget", explanation=path)
    ),
    max_size=3,
    unique_by=lambda disclosure: disclosure.path,
).map(tuple)
contents = st.builds(
    EntryContent,
    headline=st.sampled_from(["Rides", "Transport"]),
    summary=st.sampled_from([None, "What it is."]),
    value=st.sampled_from([None, Money(100_00, 200_00), Money(None, 500_00)]),
    cpv=st.lists(st.sampled_from(["60130000", "85000000", "80000000"]), unique=True).map(tuple),
    areas=st.lists(st.sampled_from(["E08000035", "E12000003"]), unique=True).map(tuple),
    notices=st.sampled_from([(), (Notice("UK2", "000001-2026", "", date(2026, 11, 1)),)]),
    milestones=dates,
    disclosures=reasons,
)


def a_history(*said: EntryContent) -> PublicHistory:
    moments = [NOW + timedelta(hours=number) for number in range(len(said))]
    revisions = tuple(
        PublicRevision(number, moments[number - 1], (), "", False, content) for number, content in enumerate(said, 1)
    )
    entry = PublicEntry(uuid.UUID(int=2), "EXA-0001", len(said), said[-1], COUNCIL, NOW, moments[-1])
    return PublicHistory(entry, revisions)


def flatten(value: dict[str, Any], at: tuple[str, ...] = ()) -> Flat:
    """Return JSON by paths, as the standard's reference implementation does: items of a list are found by their id."""
    flat: Flat = {}
    for name, inner in value.items():
        path = (*at, name)
        if isinstance(inner, dict):
            flat |= flatten(inner, path)
        elif isinstance(inner, list) and name not in WHOLE_LISTS and inner and isinstance(inner[0], dict):
            for item in inner:
                flat |= flatten(item, (*path, item["id"]))
        else:
            flat[path] = inner
    return flat


RULES: dict[tuple[str, ...], str] = {
    **{("tender", "items", name): "wholeListMerge" for name in WHOLE_LISTS},
    ("parties", "roles"): "wholeListMerge",
    ("id",): "omitWhenMerged",
    ("date",): "omitWhenMerged",
    ("tag",): "omitWhenMerged",
}
"""What the schemas of the standard and of its location extension say of the lists that we have."""


def an_answer(said: str) -> PublicAnswer:
    return PublicAnswer("value", "How much?", "Ann", said, "Thank you.", NOW + timedelta(minutes=90), number=1)


@given(st.lists(contents, min_size=1, max_size=4), st.lists(st.just(an_answer("A lot.")), max_size=1))
def test_the_reference_implementation_merges_the_releases_into_the_compiled_release(
    said: list[EntryContent], answers: list[PublicAnswer]
) -> None:
    history = a_history(*said)
    releases = list(make_releases(history, authority=AUTHORITY, base_url=BASE))
    answered = make_answers_release(history.entry, answers, ocid=releases[0]["ocid"])
    merged = Merger(merge_rules=RULES).create_compiled_release([*releases, *([answered] if answered else [])])
    assert make_record(history, answers, authority=AUTHORITY, base_url=BASE)["compiledRelease"] == merged


@given(st.lists(contents, min_size=1, max_size=4))
def test_the_compiled_release_says_what_the_last_publication_says_and_nothing_older(said: list[EntryContent]) -> None:
    history = a_history(*said)
    plain = make_release(history.states()[-1], authority=AUTHORITY, base_url=BASE)
    compiled = make_record(history, authority=AUTHORITY, base_url=BASE)["compiledRelease"]
    now = {path: value for path, value in flatten(plain).items() if value is not None}
    then = flatten(compiled)
    left = {path for path in then if path not in now}
    assert {path[-1] for path in left} <= {"id", "title", "state"}
    assert {then[path] for path in left if path[-1] == "state"} <= {"stated", "not_stated"}
    assert {path: then[path] for path in now if path not in {("id",), ("tag",)}} == {
        path: value for path, value in now.items() if path not in {("id",), ("tag",)}
    }


def test_a_first_release_says_nothing_of_what_went() -> None:
    history = a_history(EntryContent("Rides"))
    (release,) = make_releases(history, authority=AUTHORITY, base_url=BASE)
    assert release == make_release(history.entry, authority=AUTHORITY, base_url=BASE)


def test_a_record_links_each_release_where_it_is() -> None:
    record = make_record(a_history(EntryContent("Rides"), EntryContent("Trips")), authority=AUTHORITY, base_url=BASE)
    assert record["releases"] == [
        {
            "url": f"{BASE}/data/releases/EXA-0001/1.json#EXA-0001-1",
            "date": "2026-11-23T10:00:00+00:00",
            "tag": ["planning"],
        },
        {
            "url": f"{BASE}/data/releases/EXA-0001/2.json#EXA-0001-2",
            "date": "2026-11-23T11:00:00+00:00",
            "tag": ["planningUpdate"],
        },
    ]
    assert record["compiledRelease"]["tag"] == ["compiled"]


def test_a_value_that_was_taken_out_is_null_in_the_next_release_and_gone_from_the_compiled_one() -> None:
    history = a_history(EntryContent("Rides", summary="Old.", value=Money(1_00, 1_00)), EntryContent("Rides"))
    release = make_releases(history, authority=AUTHORITY, base_url=BASE)[-1]
    assert release["tender"]["description"] is None
    assert release["tender"]["value"] == {"amount": None, "currency": None}
    compiled = make_record(history, authority=AUTHORITY, base_url=BASE)["compiledRelease"]
    assert compiled["tender"] == {"id": "EXA-0001", "title": "Rides", "status": "planned", "value": {}, "minValue": {}}
