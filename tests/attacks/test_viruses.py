"""A file with a virus in it: refused where a scanner is configured, and so is any file while that is away."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.engagement.files import FileRow
from kil_pipeline.exchange.import_uploads import ImportUpload
from kil_pipeline.organisations.members import Role
from tests.engagement.sessions import a_public_session
from tests.factories import NOW, a_commissioner
from tests.faults.clamds import EICAR, clamd
from tests.web.conftest import make_app
from tests.web.html import HtmlPage
from tests.web.visitors import csrf_token, sign_in

Upload = Callable[[str, str, bytes], tuple[int, str]]
CSV = b"Headline\nBreaks for carers\n"


@pytest.fixture
def upload(sqlite_database: Database, tmp_path: Path) -> Upload:
    """Sends a file of one's own session, or a spreadsheet, to a site with this scanner. Gives what is said of it."""
    with sqlite_database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        files = f"/workspace/sessions/{a_public_session(session, council).reference}/files"

    browsers: dict[str, FlaskClient] = {}

    def send(scanner: str, kind: str, body: bytes) -> tuple[int, str]:
        if scanner not in browsers:
            environ = {"KIL_ENV": "development", "KIL_VAR": str(tmp_path), "KIL_CLAMD": scanner}
            app = make_app(sqlite_database, lambda: NOW, environ)
            browsers[scanner] = sign_in(app.test_client(), sqlite_database, council, Role.AUTHOR)
        author = browsers[scanner]
        path = files if kind == "txt" else "/workspace/import"
        data = {"csrf_token": csrf_token(author.get(path).text), "file": (io.BytesIO(body), f"a.{kind}")}
        answer = author.post(path, data=data, content_type="multipart/form-data")
        if answer.status_code == 302:
            return 302, ""
        return answer.status_code, HtmlPage(answer, 400).texts("p", "govuk-error-message")[0]

    return send


def kept(database: Database) -> tuple[int, int]:
    with database.read() as session:
        return session.query(FileRow).count(), session.query(ImportUpload).count()


@pytest.mark.parametrize(("kind", "body"), [("txt", b"Agenda "), ("csv", CSV)])
def test_a_virus_is_refused_and_nothing_of_it_kept(
    upload: Upload, sqlite_database: Database, kind: str, body: bytes
) -> None:
    with clamd() as (address, _):
        status, said = upload(address, kind, body + EICAR)
        assert (status, said) == (
            400,
            "Error: The virus scanner found something in this file, so it was not taken. Ask whoever made it.",
        )
        assert kept(sqlite_database) == (0, 0)
        assert upload(address, kind, body) == (302, "")
    assert sum(kept(sqlite_database)) == 1


@pytest.mark.parametrize(("kind", "body"), [("txt", b"Agenda"), ("csv", CSV)])
def test_while_the_scanner_is_away_no_file_is_taken(
    upload: Upload, sqlite_database: Database, kind: str, body: bytes
) -> None:
    status, said = upload("tcp://127.0.0.1:9", kind, body)
    assert (status, said) == (
        400,
        "Error: We could not look for viruses in the file, so it was not taken. Try again in a few minutes.",
    )
    assert kept(sqlite_database) == (0, 0)
