"""Postcodes: loaded from the ONS Postcode Directory, and understood where they are."""

from pathlib import Path

import pytest

from kil_pipeline.database import Database
from kil_pipeline.reference.postcodes import UnreadablePostcodes, find_postcode, import_postcodes, plain_postcode

LEEDS, BRADFORD = "E08000035", "E08000032"
DIRECTORY = f"pcd,pcds,dointr,doterm,oslaua\nLS1 1UR,LS1 1UR,199801,,{LEEDS}\nLS9 9ZZ,LS9 9ZZ,198001,199006,{LEEDS}\n"


def load(database: Database, folder: Path, text: str) -> tuple[int, dict[str, int]]:
    path = folder / "directory.csv"
    path.write_text(text)
    report = import_postcodes(database, path)
    return report.stored, dict(report.skipped)


def council_of(database: Database, text: str) -> str | None:
    with database.read() as session:
        found = find_postcode(session, text)
    return found.name if found else None


def test_a_postcode_is_found_however_it_is_typed_and_one_out_of_use_is_not(database: Database, tmp_path: Path) -> None:
    assert load(database, tmp_path, DIRECTORY) == (1, {"not in use any more": 1})
    found = [council_of(database, text) for text in ("LS1 1UR", "ls11ur", " Ls1  1uR ", "LS9 9ZZ", "Leeds", "")]
    assert found == ["Leeds", "Leeds", "Leeds", None, None, None]


def test_a_later_directory_wins(database: Database, tmp_path: Path) -> None:
    load(database, tmp_path, DIRECTORY)
    assert load(database, tmp_path, f"PCDS,LAD25CD\nLS1 1UR,{BRADFORD}\nLS1 1AA,X99\nnone,{LEEDS}\n") == (
        1,
        {"in a council that we have not": 1, "no postcode": 1},
    )
    assert council_of(database, "LS1 1UR") == "Bradford"


@pytest.mark.parametrize("text", ["", "name,code\nx,y\n", "pcds\nLS1 1UR\n"])
def test_another_file_is_refused_in_words(sqlite_database: Database, tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadablePostcodes, match=r"is no ONS Postcode Directory"):
        load(sqlite_database, tmp_path, text)


def test_what_has_the_form_of_a_postcode() -> None:
    assert [plain_postcode(text) for text in ("sw1a 2aa", "M1 1AE", "Leeds", "E08000035")] == [
        "SW1A2AA",
        "M11AE",
        "",
        "",
    ]
