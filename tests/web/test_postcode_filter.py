"""A postcode in the *where* filter: understood where this installation has loaded them, and never shown again."""

from collections.abc import Callable

from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.reference.postcodes import Postcode
from tests.web.html import HtmlPage

Publish = Callable[..., str]


def test_a_postcode_finds_what_is_for_its_council(
    client: FlaskClient, publish: Publish, sqlite_database: Database
) -> None:
    publish(EntryContent("Rides in Leeds", areas=("E08000035",)))
    publish(EntryContent("Rides in Cornwall", areas=("E06000052",)))
    with sqlite_database.write() as session:
        session.add(Postcode(postcode="LS11UR", area_code="E08000035"))
    page = HtmlPage(client.get("/plan?area=ls1+1ur"))
    assert page.texts("a", "chip") == ["Remove the filter Leeds×"]
    assert "Rides in Cornwall" not in page.links()
    assert [address for address in page.links().values() if "1ur" in address.lower()] == []


def test_a_postcode_that_is_not_known_is_said_to_be_so(client: FlaskClient) -> None:
    assert client.get("/plan?area=LS1+1UR").status_code == 400
