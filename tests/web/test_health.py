"""What machines ask: does the process live, and can it do its work?"""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from tests.web.conftest import NOW, make_app


@pytest.mark.parametrize(("path", "line"), [("/healthz", "ok\n"), ("/readyz", "ready\n")])
def test_a_sound_installation_says_so(client: FlaskClient, path: str, line: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (200, line)
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("text/plain; charset=utf-8", "no-store")


def test_a_database_that_was_not_migrated_makes_it_unready(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "The database needs `kil migrate`.\n")
    assert client.get("/healthz").status_code == 200


def test_a_database_out_of_reach_makes_it_unready_and_the_process_still_lives() -> None:
    gone = Database("sqlite:////nowhere/at/all/kil.db")
    client = make_app(gone, lambda: NOW, {"KIL_ENV": "development"}).test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "The database cannot be reached.\n")
    assert client.get("/healthz").status_code == 200
