"""The `kil` command: 0 where all went well, 1 where a run failed, 2 for misuse; a mistake is told in one line."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.exchange.columns import template_headings
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.scheduler.heartbeats import beat
from kil_pipeline.times import utc_now
from tests.exchange.sheets import a_release, public_headlines, snapshot, write_csv, write_releases, write_xlsx
from tests.factories import a_commissioner
from web import cli


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    said: str
    """What it wrote on standard error."""


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs `kil` in a folder of its own, in development."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIL_ENV", "development")

    def run_kil(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["kil", *arguments])
        code: object = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        written = capfd.readouterr()
        assert isinstance(code, int)
        return Ran(code, written.out, written.err)

    return run_kil


@pytest.fixture
def kil(run: Run, sqlite_template: Path, tmp_path: Path) -> Run:
    """Runs `kil` on a migrated database that has a commissioner."""
    (tmp_path / "var").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "var" / "kil.db")
    with plan(tmp_path).write() as session:
        a_commissioner(session, prefix="EXA")
    return run


def test_doctor_ends_with_1_where_anything_is_broken(kil: Run, tmp_path: Path) -> None:
    ran = kil("doctor")
    assert (ran.code, ran.out.splitlines()[0]) == (
        1,
        "BROKEN: Nothing ticked for 5 minutes: no alert is made and no email leaves. Nothing is lost meanwhile.",
    )
    with plan(tmp_path).write() as session:
        beat(session, "worker", utc_now())
    ran = kil("doctor")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "Nothing is broken.")


def plan(folder: Path) -> Database:
    """Return the database of a folder."""
    return Database(f"sqlite:///{folder / 'var' / 'kil.db'}")


def test_a_sheet_goes_in_and_comes_out(kil: Run, tmp_path: Path) -> None:
    write_csv(tmp_path / "plan.csv", ["Headline", "How much"], ["Befriending", "£60k a year"])
    assert kil("import", "plan.csv", "--organisation", "EXA", "--publish") == Ran(
        0, "1 new, 0 changed, 0 unchanged.\n1 published.\n", "1 row read\n"
    )
    out = kil("export")
    assert (out.code, out.said) == (0, "1 planned opportunities written.\n")
    (row,) = csv.DictReader(io.StringIO(out.out))
    assert (row["Reference"], row["Headline"], row["How much"]) == ("EXA-0001", "Befriending", "£60,000 a year")


def test_notices_go_in(kil: Run, tmp_path: Path) -> None:
    write_releases(tmp_path / "day.JSON", a_release(), a_release(tag=["award"]))
    assert kil("import", "day.JSON", "--publish").out == (
        "1 new, 0 changed, 0 unchanged.\n1 published.\n1 left out: award notices\n"
        "Is “Exampleshire County Council” the same as Exampleshire Council? An operator can say so on the site.\n"
    )
    assert public_headlines(plan(tmp_path)) == {"Community transport"}


def test_bad_rows_fail_the_run_and_come_out_as_a_file(kil: Run, tmp_path: Path) -> None:
    write_csv(tmp_path / "plan.csv", ["Headline", "How much"], ["One", "lots"], ["Two", "£1"])
    ran = kil("import", "plan.csv", "--organisation", "EXA")
    assert ran.code == 1
    assert ran.out.splitlines()[-1] == (
        "1 row could not be read. They are in plan.to-correct.csv: mend them there, and import that file."
    )
    assert (tmp_path / "plan.to-correct.csv").exists()


def test_a_dry_run_writes_nothing_anywhere(kil: Run, tmp_path: Path) -> None:
    write_csv(tmp_path / "plan.csv", ["Headline", "How much"], ["One", "lots"], ["Two", "£1"])
    write_releases(tmp_path / "day.json", a_release())
    before, files = snapshot(plan(tmp_path)), {path.name for path in tmp_path.rglob("*") if "kil.db-" not in path.name}
    assert kil("import", "plan.csv", "--organisation", "EXA", "--publish", "--dry-run").code == 1
    assert kil("import", "day.json", "--publish", "--dry-run").code == 0
    assert snapshot(plan(tmp_path)) == before
    assert {path.name for path in tmp_path.rglob("*") if "kil.db-" not in path.name} == files


def test_the_template_is_a_sheet_that_can_be_filled_and_imported(kil: Run, tmp_path: Path) -> None:
    printed = kil("template")
    assert (printed.code, printed.said) == (0, "")
    (headings,) = csv.reader(io.StringIO(printed.out))
    assert headings == list(template_headings())
    filled = ["", "Befriending", *([""] * (len(headings) - 2))]
    (tmp_path / "plan.csv").write_text(printed.out + ",".join(filled) + "\r\n", newline="")
    assert kil("import", "plan.csv", "--organisation", "EXA").out == "1 new, 0 changed, 0 unchanged.\n"


def test_venues_come_from_a_sheet_by_a_shipped_mapping(kil: Run, tmp_path: Path) -> None:
    headings = ["name", "address", "postcode", "lat", "lng", "type", "closed"]
    rows = ["Quayside", "1 Quay", "ZZ1 1NB", "51.5", "0.1", "LAL", ""], ["Old", "2 Quay", "here", "", "", "LAL", ""]
    write_csv(tmp_path / "libraries.csv", headings, *rows)
    first, again = (kil("import-venues", "libraries.csv", "--mapping", "libraries") for _ in range(2))
    assert (first.code, first.out.splitlines()) == (
        1,
        [
            "1 new, 0 changed, 0 unchanged.",
            "Row 3, postcode (“here”): That is not a postcode, such as M33 3NH.",
            "1 row could not be read. They are in libraries.to-correct.csv: mend them there, and import that file.",
        ],
    )
    assert again.out.splitlines()[0] == "0 new, 0 changed, 1 unchanged."


def test_venues_from_hsds_take_no_mapping(kil: Run, tmp_path: Path) -> None:
    (tmp_path / "venues.json").write_text('[{"id": "a", "location_type": "physical", "name": "Hall"}]', "utf-8")
    assert (
        kil("import-venues", "venues.json", "--dry-run").out
        == "New: Hall\n1 would be new, 0 would be changed, 0 unchanged.\n"
    )
    refused = kil("import-venues", "venues.json", "--mapping", "libraries")
    assert (refused.code, refused.said) == (
        2,
        "kil: HSDS (JSON) needs no mapping: only --area and --dry-run go with it.\n",
    )


def test_the_address_of_a_venues_owner_is_kept_and_forgotten(kil: Run, tmp_path: Path) -> None:
    write_csv(tmp_path / "venues.csv", ["Name"], ["Mill Hall"])
    kil("import-venues", "venues.csv")
    said = [kil("venue-contact", "mill-hall", *more).out for more in (("owner@example.org",), ())]
    assert said == ["The address is kept.\n", "The address is forgotten.\n"]
    refused = kil("venue-contact", "nowhere", "owner@example.org")
    assert (refused.code, "There is no venue nowhere." in refused.said) == (2, True)


def test_a_shipped_mapping_is_found_by_its_name(kil: Run, tmp_path: Path) -> None:
    years = [f"SpendFinancial20{n}_{n + 1}" for n in range(12, 20)]
    headings = ["id", "NoticeOrganisationName", "NoticeTitle", "DeliveryLocationNUTSCode", "CPVCodes", "ContactEmail",
                "ApproachDate", "StartDate", "Confidence", *years]  # fmt: skip
    row = ["1", "Example Department", "Scanners", "UK", "3311310", "", "2027-03-14", "1970-01-01", "High", *["0"] * 8]
    write_csv(tmp_path / "old.csv", headings, row)
    assert kil("import", "old.csv", "--mapping", "government-pipeline").out == "1 new, 0 changed, 0 unchanged.\n"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ocds"])
def test_an_export_can_be_written_to_a_file(kil: Run, tmp_path: Path, kind: str) -> None:
    ran = kil("export", "--format", kind, "--output", f"out.{kind}")
    assert ran == Ran(0, "", "0 planned opportunities written.\n")
    starts = {"csv": b"\xef\xbb\xbfReference,", "xlsx": b"PK", "ocds": b'{\n "uri"'}
    assert (tmp_path / f"out.{kind}").read_bytes().startswith(starts[kind])


def test_ocds_on_standard_output_is_json(kil: Run) -> None:
    assert json.loads(kil("export", "--format", "ocds").out)["releases"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import"], "Missing argument 'FILE'."),
        (["import", "none.csv", "--organisation", "EXA"], "There is no file none.csv."),
        (["import", "none.json"], "There is no file none.json."),
        (["import", ".", "--organisation", "EXA"], "There is no file .."),
        (["import", "plan.csv"], "Say whose plan it is: --organisation with its slug, prefix or full name."),
        (["import", "plan.csv", "--organisation", "NOBODY"], "There is no organisation “NOBODY”."),
        (["import", "plan.csv", "--organisation", "EXA", "--to-correct", "plan.csv"],
         "There is a file plan.csv already: name another one with --to-correct."),
        (["import", "plan.csv", "--mapping", "none"], "The mapping none cannot be read: No such file or directory."),
        (["import", "day.json", "--organisation", "EXA"],
         "Notices (JSON) name their buyers: only --publish and --dry-run go with them."),
        (["import", "day.json"], "day.json is not whole JSON: Expecting value at line 1, column 14. Fetch it again."),
        (["import", "old.xls", "--organisation", "EXA"],
         "old.xls is in the old Excel format (or has a password). Save it as .xlsx or CSV."),
        (["import", "cut.xlsx", "--organisation", "EXA"], "cut.xlsx is cut off or damaged. Copy or save it anew."),
        (["export", "--format", "pdf"], "Invalid value for '--format': 'pdf' is not one of 'csv', 'xlsx', 'ocds'."),
        (["frobnicate"], "No such command 'frobnicate'."),
        (["export", "--colour"], "No such option '--colour'."),
        (["serve", "--port", "70000"], "Invalid value for '--port': 70000 is not in the range 1<=x<=65535."),
        (["tick", "--now", "soon"], "“soon” is not a moment. Write it as 2026-12-01T08:00:00+00:00."),
        (["worker"], "On SQLite `kil serve` holds the scheduler itself: a second one would only get in its way."),
    ],
)  # fmt: skip
def test_misuse_is_told_in_one_line(kil: Run, tmp_path: Path, arguments: list[str], said: str) -> None:
    write_csv(tmp_path / "plan.csv", ["Headline"], ["One"])
    (tmp_path / "day.json").write_text('{"releases": ')
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    whole = write_xlsx(tmp_path / "whole.xlsx", ["Headline"]).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[:-40])
    before = snapshot(plan(tmp_path))
    assert kil(*arguments) == Ran(2, "", f"kil: {said}\n")
    assert snapshot(plan(tmp_path)) == before


def test_a_place_that_cannot_be_written_fails_in_one_line(kil: Run) -> None:
    assert kil("export", "--output", "none/out.csv") == Ran(1, "", "kil: No such file or directory: none/out.csv\n")


@pytest.mark.parametrize("arguments", ["export", "import x.csv", "tick", "user add a@example.org --organisation EXA"])
def test_a_database_that_is_not_there_is_told_and_not_made(run: Run, tmp_path: Path, arguments: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    ran = run(*arguments.split())
    assert (ran.code, ran.out, ran.said.count("\n")) == (2, "", 1)
    assert ran.said.startswith("kil: There is no database ")
    assert ran.said.endswith("kil.db. Run kil migrate to make one, or set KIL_VAR.\n")
    assert sorted(tmp_path.rglob("*")) == before


def test_outside_development_a_key_is_needed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIL_ENV", "production")
    ran = run("export")
    assert (ran.code, ran.out, ran.said.count("\n")) == (2, "", 1)
    assert ran.said.startswith("kil: KIL_SECRET_KEY is not set.")


def test_migrating_twice_is_as_good_as_once(run: Run, tmp_path: Path) -> None:
    assert run("migrate") == run("migrate") == Ran(0, "The database is up to date.\n", "")
    assert public_headlines(plan(tmp_path)) == set()


def test_what_was_published_before_figures_were_kept_is_counted_by_migrating(kil: Run, tmp_path: Path) -> None:
    write_csv(tmp_path / "plan.csv", ["Headline"], ["Befriending"])
    kil("import", "plan.csv", "--organisation", "EXA", "--publish")
    with plan(tmp_path).write() as session:
        session.execute(sa.update(PublicEntryRow).values(dates_stated=None))
    assert [kil("migrate").out, kil("migrate").out] == [
        "Counted 1 planned opportunities for the early-notice records.\nThe database is up to date.\n",
        "The database is up to date.\n",
    ]


def test_reindexing_says_what_became_of_it(kil: Run, tmp_path: Path) -> None:
    write_csv(tmp_path / "plan.csv", ["Headline"], ["Befriending"])
    kil("import", "plan.csv", "--organisation", "EXA", "--publish")
    with plan(tmp_path).write() as session:
        session.execute(sa.update(PublicEntryRow).values(fields_stated=7))
    assert [kil("reindex").out.splitlines() for _ in range(2)] == [
        ["0 planned opportunities are found by other words now.", f"{n} count otherwise in early-notice records now."]
        for n in (1, 0)
    ]


def test_a_person_can_be_let_in_once(kil: Run) -> None:
    added = kil("user", "add", "author@example.org", "--organisation", "EXA", "--role", "author")
    assert added == Ran(0, "author@example.org can sign in as author of Exampleshire Council.\n", "")
    wrong = kil("user", "add", "no address", "--organisation", "EXA")
    assert (wrong.code, wrong.out, wrong.said.count("\n")) == (1, "", 1)


def test_help_and_the_version_are_no_failures(run: Run) -> None:
    assert run("--help").code == run("import", "-h").code == run("--version").code == 0
    assert run().code == 2


@pytest.mark.slow
def test_a_reader_that_stops_early_makes_no_noise(kil: Run, tmp_path: Path) -> None:
    write_csv(tmp_path / "plan.csv", ["Headline", "What it is"], *([f"Service {n}", "x" * 9_000] for n in range(60)))
    assert kil("import", "plan.csv", "--organisation", "EXA", "--publish").code == 0
    command = f"'{Path(sys.executable).parent / 'kil'}' export | head -c 100"
    ran = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, env=os.environ | {"KIL_ENV": "development"}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert (len(ran.stdout), ran.stderr) == (100, "")
