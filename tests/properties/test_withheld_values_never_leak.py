"""Two installations that differ only in what is withheld are, from outside, one and the same to the last byte."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import openpyxl
import pytest
import sqlalchemy as sa
import structlog
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from kil_pipeline.database import Database
from kil_pipeline.events.log import public_version
from kil_pipeline.exchange.exports import export_csv, export_ocds, export_xlsx
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.drafts import find_draft
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.text import clean_text
from tests.factories import a_commissioner
from tests.postgres import Server
from tests.properties.addresses import READ, SEARCHES, find_endpoint, forms_of, links_of
from tests.properties.twins import (
    LATER,
    PATHS,
    SMALL,
    TOLD,
    Answer,
    Site,
    edit,
    fill,
    open_site,
)
from tests.web.visitors import send, sign_in

PLAIN = dict.fromkeys(PATHS, "")
"""Kept back, and not even typed in."""
SECRETS = st.fixed_dictionaries(
    dict.fromkeys(
        PATHS,
        st.sampled_from(("£450,000 a year", "2027-03-14", "autumn 2027", "Small grant 1", "carers", "=1+1", "Leeds"))
        | st.integers(1, 10**9).map(lambda pounds: f"£{pounds:,} to £{2 * pounds:,}")
        | st.dates().map(str)
        | st.text(min_size=1, max_size=40).map(clean_text).filter(bool),
    )
)
"""What may be withheld, for every field: money, dates, words of the public plan, anything."""

Filled = tuple[tuple[str, Path], tuple[str, Path]]
"""Two databases' addresses, each with the folder of its mails."""


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """The same plan twice: the first withholds what nobody typed in, the second what somebody did. To be cloned."""
    found = []
    for name, secrets in (("one", PLAIN), ("other", TOLD)):
        folder = tmp_path_factory.mktemp(name)
        url = clone(request, None, folder / "kil.db", sqlite=request.param == "sqlite")
        with pytest.MonkeyPatch.context() as patches:
            site = open_site(url, folder, patches)
            fill(site, secrets)
            site.close()
        found.append((url, folder))
    return found[0], found[1]


@pytest.fixture
def twins(
    request: pytest.FixtureRequest, filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Site, Site]]:
    """A test's own copies of both."""
    one, other = (
        open_site(clone(request, url, tmp_path / folder.name, sqlite=url.startswith("sqlite")), folder, monkeypatch)
        for url, folder in filled
    )
    yield one, other
    for site in (one, other):
        site.close()
        if not site.database.sqlite:
            request.getfixturevalue("postgres").drop(site.database.url)


def clone(request: pytest.FixtureRequest, url: str | None, target: Path, *, sqlite: bool) -> str:
    """Return the address of a copy of a database that nobody uses now; without `url`, of a migrated, empty one."""
    if sqlite:
        source = Path(url.removeprefix("sqlite:///")) if url else request.getfixturevalue("sqlite_template")
        return f"sqlite:///{shutil.copyfile(source, target)}"
    server: Server = request.getfixturevalue("postgres")
    return server.clone_template(url.rsplit("/", 1)[1]) if url else server.clone_template()


def visit(site: Site, addresses: tuple[str, ...]) -> dict[str, Answer]:
    """Return every answer by its address."""
    return {address: site.get(address) for address in addresses}


def differing(answers: dict[str, Answer], expected: dict[str, Answer]) -> list[tuple[str, Answer, Answer]]:
    """Return the addresses that were not answered alike, with both answers."""
    return [(key, answer, expected[key]) for key, answer in answers.items() if answer != expected[key]]


def edit_withheld(site: Site, secrets: dict[str, str]) -> None:
    """Let a commissioner change what it withholds, and nothing else."""
    with site.database.write() as session:
        edit(session, find_organisation(session, "EXC").id, secrets)


@pytest.mark.slow
def test_whatever_is_withheld_every_public_answer_is_the_same(twins: tuple[Site, Site]) -> None:
    one, other = twins
    links = links_of(one)
    expected = visit(one, READ + links)
    assert links_of(other) == links

    @settings(max_examples=4, phases=[Phase.generate])  # shrinking would take minutes, and what leaks is plain to see
    @given(SECRETS)
    def check(secrets: dict[str, str]) -> None:
        edit_withheld(other, secrets)
        other.restart()
        assert differing(visit(other, READ + links), expected) == []
        guesses = tuple(where + quote_plus(secrets[path]) for where in SEARCHES for path in ("value", "summary"))
        assert differing(visit(other, guesses), visit(one, guesses)) == []

    check()


def test_every_public_route_is_visited(twins: tuple[Site, Site]) -> None:
    site = twins[0]
    guarded = {endpoint for endpoint, view in site.app.view_functions.items() if hasattr(view, "needs_role")}
    guarded |= {endpoint for endpoint in site.app.view_functions if endpoint.startswith("write_api.")}  # need a token
    public = {(rule.endpoint, method) for rule in site.app.url_map.iter_rules() for method in rule.methods or ()}
    visited = {(find_endpoint(site.app, path, "GET"), "GET") for path in READ + links_of(site)}
    sent = {(find_endpoint(site.app, path, "POST"), "POST") for path, _ in forms_of(site)}
    assert {route for route in visited | sent if route[0] not in guarded and route[0]} == {
        route for route in public if route[0] not in guarded and route[1] not in ("HEAD", "OPTIONS")
    }


def test_every_form_that_anybody_may_send_is_answered_alike(twins: tuple[Site, Site]) -> None:
    one, other = twins
    forms = forms_of(one)
    assert forms_of(other) == forms
    one.number_from(1000)
    expected = [one.post(address, form) for address, form in forms]
    other.number_from(1000)
    assert [other.post(address, form) for address, form in forms] == expected


def test_an_edit_of_withheld_values_alone_moves_no_byte_and_no_version(twins: tuple[Site, Site]) -> None:
    site = twins[0]
    addresses = READ + links_of(site)
    with site.database.read() as session:
        version = public_version(session)
    before = visit(site, addresses)
    edit_withheld(site, TOLD)
    assert differing(visit(site, addresses), before) == []  # kept warm
    site.restart()
    assert differing(visit(site, addresses), before) == []  # made anew
    with site.database.read() as session:
        assert public_version(session) == version


def test_publishing_again_after_such_an_edit_publishes_nothing(twins: tuple[Site, Site]) -> None:
    site = twins[0]
    edit_withheld(site, TOLD)
    with site.database.write() as session:
        council = find_organisation(session, "EXC").id
        draft = find_draft(session, council, "EXC-0001")
        assert (draft.published, publish_entry(session, draft.entry_id, now=LATER)) == (True, None)


def test_no_table_but_its_own_holds_a_withheld_value(twins: tuple[Site, Site]) -> None:
    one, other = (contents_of(site.database) for site in twins)
    withheld = one.pop("withheld_value"), other.pop("withheld_value")
    assert [len(rows) for rows in withheld] == [0, len(PATHS) + 2 + 2 + SMALL]
    assert other == one


def test_exports_hold_no_withheld_value(twins: tuple[Site, Site]) -> None:
    one, other = (exports_of(site) for site in twins)
    assert len(one[0].splitlines()) == 1 + 2 + SMALL
    assert other == one


def test_the_digest_of_it_all_holds_no_withheld_value(twins: tuple[Site, Site]) -> None:
    one, other = ({file.name: file.read_bytes() for file in (site.settings.var / "mail").iterdir()} for site in twins)
    assert len(one) == 1
    assert other == one


def test_its_own_commissioner_sees_it_and_no_cache_keeps_it(twins: tuple[Site, Site]) -> None:
    client = signed_in(twins[1], "EXC")
    response = client.get("/workspace/entries/EXC-0001")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert [value for value in TOLD.values() if value not in response.text] == []


def test_another_commissioner_is_told_that_there_is_no_such_entry(twins: tuple[Site, Site]) -> None:
    client = signed_in(twins[1], "OTH")
    assert client.get("/workspace/entries/EXC-0001").status_code == 404


def test_the_preview_shows_no_withheld_value(twins: tuple[Site, Site]) -> None:
    pages = [signed_in(site, "EXC").get("/workspace/entries/EXC-0001/preview").text for site in twins]
    assert [value for value in TOLD.values() if value in pages[1]] == []


def test_when_the_database_fails_the_log_says_so_without_the_value(twins: tuple[Site, Site]) -> None:
    site = twins[1]
    client = signed_in(site, "EXC")
    form = {"headline": "Breaks for carers", "value": "£123,456 a year", "value: why not": "commercial", "version": "1"}
    with site.database.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE withheld_value RENAME COLUMN updated_at TO changed_at")
    with structlog.testing.capture_logs(processors=[structlog.processors.format_exc_info]) as lines:
        response = send(client, "/workspace/entries/EXC-0001", form)
    assert (response.status_code, [line["event"] for line in lines]) == (500, ["request failed"])
    assert "withheld_value" in lines[0]["exception"]
    assert "123,456" not in lines[0]["exception"] + response.text


def signed_in(site: Site, prefix: str) -> Client:
    """Return the browser of an author of one of the two commissioners."""
    with site.database.write() as session:
        if prefix != "EXC":
            a_commissioner(session, "Another Council", prefix=prefix)
        council = find_organisation(session, prefix).id
    return sign_in(Client(site.served), site.database, council, Role.AUTHOR)


def contents_of(database: Database) -> dict[str, list[str]]:
    """Return the rows of every table, the search index among them."""
    tables = [name for name in sa.inspect(database.engine).get_table_names() if not name.startswith("entry_search_")]
    with database.engine.connect() as connection:
        return {
            name: sorted(str(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"'))  # noqa: S608  # names of our own tables
            for name in tables
        }


def exports_of(site: Site) -> tuple[str, str, list[tuple[object, ...]]]:
    """Return the export in each format. (A workbook says when it was written: its cells are what counts.)"""
    table, package, book = io.StringIO(), io.StringIO(), io.BytesIO()
    with site.database.read() as session:
        export_csv(session, Criteria(), table)
        export_ocds(session, Criteria(), package, base_url=site.settings.base_url, now=LATER)
        export_xlsx(session, Criteria(), book)
    return table.getvalue(), package.getvalue(), list(openpyxl.load_workbook(book).worksheets[0].values)
