"""What nobody is to learn from an answer: files that lie beside ours, folders, versions, what a request itself said."""

import pytest

from tests.attacks.conftest import Target

BESIDE = ("/.git/config", "/.git/HEAD", "/.env", "/settings.toml", "/var/kil.db", "/web/app.py", "/pyproject.toml")
FOLDERS = ("/static/", "/static", "/static/vendor/", "/assets/", "/data/files/")


@pytest.mark.parametrize("path", [*BESIDE, *FOLDERS])
def test_no_file_beside_ours_and_no_folder_is_served(target: Target, path: str) -> None:
    assert target.nobody().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/plan", "/sign-in", "/api/v1/entries", "/workspace", "/static/site.css"])
@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_no_request_is_said_back(target: Target, path: str, method: str) -> None:
    answer = target.owner().open(path, method=method, headers={"X-Told": "a secret"})
    assert answer.status_code == 405
    assert "a secret" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/v1/entries", "/feeds/entries.atom", "/nowhere", "/healthz"])
def test_no_answer_names_what_it_was_made_with(target: Target, path: str) -> None:
    headers = target.nobody().get(path).headers
    assert {"Server", "X-Powered-By", "X-Generator", "Via"} & set(headers.keys()) == set()


TEXTS = (
    "/",
    "/plan.csv",
    "/data/plan.csv",
    "/feeds/entries.atom",
    "/feeds/entries.rss",
    "/calendars/milestones.ics",
    "/static/site.css",
    "/static/site.js",
    "/healthz",
    "/nowhere.json",
    "/workspace",
)


@pytest.mark.parametrize("path", TEXTS)
def test_every_text_says_how_it_is_written(target: Target, path: str) -> None:
    answer = target.owner().get(path)
    kind, _, charset = answer.headers["Content-Type"].partition("; charset=")
    answer.close()
    assert (kind.startswith("text/") or kind.endswith("xml"), charset.lower()) == (True, "utf-8")
