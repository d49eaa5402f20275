"""The first commissioner of an empty database."""

from pathlib import Path

from click.testing import CliRunner

from kil_pipeline.database import Database
from kil_pipeline.organisations.organisations import OrganisationKind, public_organisations
from web.organisation_commands import organisation


def run(database: Database, *arguments: str) -> str:
    environment = {"KIL_ENV": "development", "KIL_DATABASE_URL": database.url}
    done = CliRunner().invoke(organisation, arguments, env=environment, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def known(database: Database) -> list[tuple[str, str | None]]:
    with database.read() as session:
        found = public_organisations(session, OrganisationKind.COMMISSIONER)
    return [(commissioner.name, commissioner.contact) for commissioner in found]


def test_a_commissioner_is_added_with_a_prefix_made_from_its_name(sqlite_database: Database) -> None:
    said = run(sqlite_database, "add", "Exampleshire County Council", "--contact", "plan@council.example.org")

    assert said == "Added: Exampleshire County Council (slug exampleshire-county-council, prefix ECC).\n"
    assert known(sqlite_database) == [("Exampleshire County Council", "plan@council.example.org")]


def test_another_spelling_of_one_that_is_there_changes_nothing(sqlite_database: Database) -> None:
    run(sqlite_database, "add", "NHS Exampleshire Integrated Care Board", "--prefix", "EXI")

    said = run(sqlite_database, "add", "NHS EXAMPLESHIRE ICB", "--prefix", "NEW")

    assert said == (
        "It is there already: NHS Exampleshire Integrated Care Board "
        "(slug nhs-exampleshire-integrated-care-board, prefix EXI). Nothing was changed.\n"
    )
    assert known(sqlite_database) == [("NHS Exampleshire Integrated Care Board", None)]


def test_a_body_becomes_another(sqlite_database: Database) -> None:
    run(sqlite_database, "add", "North Board", "--prefix", "NTH")
    run(sqlite_database, "add", "Whole Board", "--prefix", "WHO")

    tried = run(sqlite_database, "succeed", "NTH", "WHO", "--on", "2026-04-01", "--dry-run")
    assert known(sqlite_database) == [("North Board", None), ("Whole Board", None)]
    done = run(sqlite_database, "succeed", "NTH", "WHO", "--on", "2026-04-01")

    moved = "0 planned opportunities, 0 sessions and 0 people"
    assert (tried, done) == (
        f"{moved} would go from North Board to Whole Board.\n",
        f"{moved} went from North Board to Whole Board.\n",
    )
    assert known(sqlite_database) == [("Whole Board", None)]


def test_organisations_come_in_from_a_sheet(sqlite_database: Database, tmp_path: Path) -> None:
    sheet = tmp_path / "boards.csv"
    sheet.write_text("Name,Contact\nNorth Board,plan@north.example.org\n", "utf-8")

    said = run(sqlite_database, "import", str(sheet), "--kind", "commissioner")
    assert said.splitlines()[-1] == "1 new, 0 changed, 0 unchanged."
    assert known(sqlite_database) == [("North Board", "plan@north.example.org")]
