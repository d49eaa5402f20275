"""Climbing out of a folder by an address or a file's name (path traversal)."""

import pytest

from kil_pipeline.engagement.file_types import TXT, check_file, clean_name
from tests.attacks.conftest import Target
from tests.attacks.routes import address_with, gets

CLIMBS = (
    "../../../../etc/passwd",
    "..\\..\\..\\etc\\passwd",
    "/etc/passwd",
    "....//....//etc/passwd",
    "%2e%2e/%2e%2e/etc/passwd",
    "../app.py",
    "../../config/default.toml",
    "..",
    "file:///etc/passwd",
)
OF_FILES = ("root:", "[tool.", "def create_app", "tick_seconds")


@pytest.mark.slow
@pytest.mark.parametrize("climb", CLIMBS)
def test_no_address_reads_a_file_of_the_machine(target: Target, climb: str) -> None:
    owner = target.owner()
    for rule in gets(target.app):
        for address in {address_with(rule, climb), f"{rule.rule.split('<')[0]}{climb}"}:
            answer = owner.get(address)
            assert [mark for mark in OF_FILES if mark.encode() in answer.data] == []
            assert answer.status_code < 500
            answer.close()


@pytest.mark.parametrize("climb", CLIMBS)
def test_static_files_are_those_of_their_folder(target: Target, climb: str) -> None:
    for address in (f"/static/{climb}", f"/static/vendor/../{climb}", f"/static//{climb}"):
        answer = target.nobody().get(address, follow_redirects=True)  # two slashes become one
        assert answer.status_code == 404
        answer.close()


@pytest.mark.parametrize("climb", CLIMBS)
def test_a_mail_is_read_by_its_name_alone(target: Target, climb: str) -> None:
    for path in (f"/dev/mail/{climb}", f"/dev/mail/{climb}.html"):
        assert target.nobody().get(path).status_code == 404


@pytest.mark.parametrize("climb", CLIMBS)
def test_an_uploaded_file_keeps_no_folder_of_its_name(climb: str) -> None:
    for name in (f"{climb}.txt", f"{climb}\0.txt", f"a/{climb}/b.txt"):
        kept = check_file(name, b"words").name
        assert kept == clean_name(kept, TXT)
        assert [sign for sign in ("/", "\\", "..", "\0", "\r", "\n", '"') if sign in kept] == []
