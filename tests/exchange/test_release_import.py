"""Find a Tender's notices: a process is an entry, a notice a revision; what is no plan is left out, with the reason."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from kil_pipeline.database import Database
from kil_pipeline.exchange.release_import import import_releases
from kil_pipeline.exchange.releases import ReleaseNotUnderstood, kind_of_release, read_release
from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.contents import EntryContent, Milestone, Notice
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.entries import Revision
from kil_pipeline.plan.expected_dates import Confidence, Precision, expected_span
from kil_pipeline.plan.money import Money, Period, Vat
from kil_pipeline.plan.queries import all_public_entries
from tests.exchange.sheets import a_release, contents, counts, import_notices, snapshot
from tests.factories import NOW

LATER = {"id": "000002-2026", "date": "2026-09-01T09:00:00+01:00", "tag": ["planningUpdate"]}


def import_raw(database: Database, path: Path) -> None:
    """Import a file as it is."""
    import_releases(database, path, now=NOW)


def day(kind: str, when: date, confidence: Confidence = Confidence.INDICATIVE) -> Milestone:
    """Return a key date known to the day."""
    return Milestone(kind, expected_span(when, Precision.DAY, confidence))


def test_a_notice_becomes_an_entry(database: Database, tmp_path: Path) -> None:
    report = import_notices(database, tmp_path, a_release(), publish=True)
    assert (counts(report), report.published) == ((1, 0, 0, 0), 1)
    assert contents(database) == {
        "Community transport": EntryContent(
            "Community transport",
            summary="Rides to appointments & clubs.\nBy volunteers.",
            themes=("transport",),
            cpv=("60130000",),
            areas=("E08000035",),
            value=Money(40_000_000, 40_000_000, Period.TOTAL, Vat.EXCLUDED),
            length="Can be extended to 31 August 2032.",
            suitability="The notice says that it suits VCSE organisations.",
            milestones=(
                day("engagement_closes", date(2026, 9, 30), Confidence.EXPECTED),
                day("opens", date(2027, 3, 1)),
                day("service_starts", date(2027, 9, 1)),
                day("service_ends", date(2030, 8, 31)),
            ),
            notices=(
                Notice(
                    "UK3",
                    "000001-2026",
                    "https://www.find-tender.service.gov.uk/Notice/000001-2026",
                    date(2026, 8, 10),
                ),
            ),
        )
    }
    with database.read() as session:
        assert session.scalars(sa.select(Organisation.name)).all() == ["Exampleshire County Council"]


def test_the_notice_that_readers_get_counts_from_the_day_of_the_notice(
    sqlite_database: Database, tmp_path: Path
) -> None:
    import_notices(sqlite_database, tmp_path, a_release(), publish=True)
    with sqlite_database.read() as session:
        (entry,) = all_public_entries(session, Criteria())
    assert (entry.first_told_on(), entry.notice_weeks()) == (date(2026, 8, 10), (29, 29))


def test_the_same_notices_again_change_nothing(database: Database, tmp_path: Path) -> None:
    notices = (a_release(), a_release(**LATER))
    import_notices(database, tmp_path, *notices, publish=True)
    before = snapshot(database)
    report = import_notices(database, tmp_path, *notices, publish=True)
    assert list(report.lines()) == ["0 new, 0 changed, 2 unchanged."]
    assert snapshot(database) == before


def test_a_later_notice_is_a_revision_that_says_why(database: Database, tmp_path: Path) -> None:
    change = {"amendments": [{"id": "1", "description": "The budget\u2028was cut."}],
              "value": {"amount": 300000, "currency": "GBP"}}  # fmt: skip
    report = import_notices(database, tmp_path, a_release(**LATER, tender=change), a_release(), publish=True)
    assert (counts(report), report.published) == ((1, 1, 0, 0), 2)
    with database.read() as session:
        rows = session.execute(sa.select(Revision.why, Revision.sentences).order_by(Revision.number)).all()
    assert [row.why for row in rows] == [
        "UK3 notice 000001-2026 on Find a Tender",
        "UK3 notice 000002-2026 on Find a Tender: The budget was cut.",
    ]
    assert rows[1].sentences[0] == "How much is now: £300,000 in total, VAT not included."


def test_an_older_notice_that_comes_later_changes_no_facts(sqlite_database: Database, tmp_path: Path) -> None:
    import_notices(sqlite_database, tmp_path, a_release(**LATER, tender={"title": "New title"}))
    import_notices(sqlite_database, tmp_path, a_release(tender={"title": "Old title"}))
    content = contents(sqlite_database)["New title"]
    assert [notice.id for notice in content.notices] == ["000001-2026", "000002-2026"]


def test_a_dry_run_counts_what_would_happen_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    before = snapshot(database)
    report = import_notices(database, tmp_path, a_release(), a_release(**LATER), publish=True, dry_run=True)
    assert counts(report) == (1, 1, 0, 0)
    assert snapshot(database) == before


@pytest.mark.parametrize(
    ("release", "why"),
    [
        (a_release(tag=["tender"]), "tender notices (the opportunity is out already)"),
        (a_release(tag=["award"]), "award notices"),
        (a_release(tag=["contractTermination"]), "contract notices"),
        (a_release(tag=["tenderCancellation"]), "cancelled tenders"),
        (a_release(tag="planning"), "releases of no known kind"),
        ({}, "releases of no known kind"),
        (None, "releases of no known kind"),
        (["planning"], "releases of no known kind"),
        (a_release(date="soon"), "the release 000001-2026 has no date"),
        (a_release(date="0001-01-01T00:00:00+14:00"), "the release 000001-2026 has no date"),
        (a_release(ocid=7), "the release 000001-2026 has no ocid"),
        (a_release(tender={"title": "\u200b"}), "the release 000001-2026 has no title"),
        (a_release(parties=[], buyer={}), "the release 000001-2026 has no buyer"),
    ],
)
def test_what_is_no_plan_is_left_out_with_the_reason(
    sqlite_database: Database, tmp_path: Path, release: Any, why: str
) -> None:
    report = import_notices(sqlite_database, tmp_path, release, publish=True)
    assert dict(report.skipped) == {why: 1}
    assert contents(sqlite_database) == {}


def test_one_notice_twice_in_a_file_is_told(sqlite_database: Database, tmp_path: Path) -> None:
    report = import_notices(sqlite_database, tmp_path, a_release(), a_release())
    assert (counts(report), dict(report.skipped)) == ((1, 0, 0, 0), {"the same notice twice in the file": 1})


@pytest.mark.parametrize("amount", [0, 1, 1.0, -5, True, "400", 1e30, None])
def test_an_amount_that_means_nothing_is_no_value(amount: object) -> None:
    release = a_release(tender={"value": {"amount": amount, "currency": "GBP"}})
    assert read_release(release).content.value is None


def test_an_amount_with_vat_counts_where_there_is_no_other() -> None:
    release = a_release(tender={"value": {"amountGross": 12000.5, "currency": "GBP"}})
    assert read_release(release).content.value == Money(1_200_050, 1_200_050, Period.TOTAL, Vat.INCLUDED)


def test_other_currencies_are_not_read_as_pounds() -> None:
    assert read_release(a_release(tender={"value": {"amount": 5000, "currency": "EUR"}})).content.value is None


@pytest.mark.parametrize("text", ["2026-08-10", "2026-08-10T23:59:59", "2026-08-10T23:59:59Z", "20260810"])
def test_dates_without_a_time_or_an_offset_are_read_and_put_in_order(text: str) -> None:
    release = read_release(a_release(date=text))
    assert release.notice.published_on == date(2026, 8, 10)
    assert release.published_at < read_release(a_release(**LATER)).published_at


@pytest.mark.parametrize(
    ("tender", "route"),
    [
        ({"procurementMethodDetails": "Open procedure"}, "pa.open"),
        ({"procurementMethodDetails": "Competitive flexible procedure"}, "pa.competitive-flexible"),
        ({"specialRegime": ["lightTouch"]}, "pa.light-touch"),
        ({"description": "Under the Provider Selection Regime, direct award process C."}, "psr.direct-award-c"),
        ({"description": "PSR: most suitable provider, or the competitive process."}, None),
        ({}, None),
    ],
)
def test_the_route_is_read_where_the_notice_names_one(tender: dict[str, object], route: str | None) -> None:
    assert read_release(a_release(tender=tender)).content.route == route


def test_a_notice_of_the_old_regime_gets_its_address() -> None:
    assert read_release(a_release(planning={})).notice == Notice(
        "Planning notice",
        "000001-2026",
        "https://www.find-tender.service.gov.uk/Notice/000001-2026",
        date(2026, 8, 10),
    )


def test_an_address_that_is_none_is_not_kept() -> None:
    planning = {"documents": [{"noticeType": "UK2", "url": "javascript:alert(1)"}]}
    assert read_release(a_release(ocid="other-1", planning=planning)).notice.url == ""


def test_several_buyers_are_named() -> None:
    parties = [{"id": str(n), "name": f"Council {n}", "roles": ["buyer"]} for n in range(3)]
    release = read_release(a_release(parties=parties, buyer={"id": "1", "name": "Council 1"}))
    assert release.buyer.name == "Council 1"
    assert str(release.content.summary).endswith("Together with Council 0, Council 2.")


def test_long_texts_are_cut_at_a_word_and_html_is_text() -> None:
    release = read_release(a_release(tender={"title": "word " * 2_000, "description": "<script>x</script>" * 2_000}))
    assert len(release.content.headline) <= 300
    assert release.content.headline.endswith("word…")
    assert "<script" not in str(release.content.summary)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not whole JSON"),
        (b'{"releases": [{"ocid": "a', "is not whole JSON"),
        (b"\xff\xfe{}", "is not UTF-8 text"),
        (b"[" * 200_000, "is nested too deeply"),
        (b"[]", "has no list “releases”"),
        (b'{"releases": {}}', "has no list “releases”"),
        (b"NaN", "has no list “releases”"),
        (b"9" * 10_000, "has no list “releases”"),
    ],
)
def test_what_is_no_release_package_is_refused_in_one_line(
    sqlite_database: Database, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "notices.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=said):
        import_raw(sqlite_database, path)


def test_a_file_of_200_mb_is_refused_before_it_is_read(sqlite_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "notices.json"
    with path.open("wb") as file:
        file.truncate(200 * 1024**2)
    with pytest.raises(UnreadableFile, match="is larger than 100 MB"):
        import_raw(sqlite_database, path)


def test_numbers_and_texts_that_no_database_holds_survive(database: Database, tmp_path: Path) -> None:
    raw = tmp_path / "raw.json"
    raw.write_text(
        '{"releases": [{"ocid": "o-1", "id": "n-1\\ud800", "date": "2026-08-10", "tag": ["planning"],'
        '"parties": [{"name": "Council\\u0000 \\udfff", "roles": ["buyer"],'
        '"identifier": {"scheme": "GB\\u0000", "id": "\\ud83d"}}],'
        '"tender": {"title": "Ri\\u0000des \\ud800 \\u202e", "value": {"amount": 1e9999, "amountGross": NaN},'
        '"lots": [{"contractPeriod": {"endDate": "2076-01-01", "startDate": "9999-12-31"}}],'
        f'"x": {"9" * 5_000}' + "}}]}"
    )
    import_raw(database, raw)
    (content,) = contents(database).values()
    assert (content.headline, content.value) == ("Rides", None)
    assert content.milestones == (day("service_ends", date(2076, 1, 1)),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2026-08-10"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*a_release(), *a_release()["tender"]]),
                                                                inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(list(a_release())), JSON, max_size=3),
       st.dictionaries(st.sampled_from(list(a_release()["tender"])), JSON, max_size=3))  # fmt: skip
def test_whatever_a_release_holds_it_is_read_or_refused(parts: dict[str, Any], tender: dict[str, Any]) -> None:
    release = a_release(tender=tender) | parts
    assert kind_of_release(release) != ""
    try:
        found = read_release(release)
    except ReleaseNotUnderstood:
        return
    assert 0 < len(found.content.headline) <= 300
    assert found.published_at.tzinfo is not None
