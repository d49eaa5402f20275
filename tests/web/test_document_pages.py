"""An organisation's logo and documents: sent by its admin, seen by everyone, taken out again."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from kil_pipeline.database import Database
from kil_pipeline.engagement.organisation_documents import LOGO_SIZE, MOST_DOCUMENTS, add_document
from kil_pipeline.exchange.mergers import merge_organisation
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.plan.contents import EntryContent
from tests.factories import NOW, TODAY, a_commissioner
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.visitors import csrf_token, sign_in

SignIn = Callable[..., FlaskClient]
ADDRESS = "/workspace/organisation/documents"
PAGE = "/commissioners/exampleshire-council"
A_PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
HEADING = "Procurement strategy and guidance"


@pytest.fixture
def admin(sign_in: SignIn) -> FlaskClient:
    """A browser in which an admin is signed in."""
    return sign_in("admin@council.example.org", Role.ADMIN)


def picture(kind: str = "PNG", size: tuple[int, int] = (2000, 500)) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    Image.new("RGB", size, (0, 90, 80)).save(out, kind, exif=exif)
    return out.getvalue()


def send(admin: FlaskClient, do: str, file: tuple[str, bytes] | None = None, **typed: str) -> HtmlPage:
    """Send one of the forms. Returns the page that follows, or the form with what is to be mended."""
    data: dict[str, object] = {**typed, "do": do, "csrf_token": csrf_token(admin.get(ADDRESS).text)}
    if file is not None:
        data["logo" if do == "logo" else "file"] = (io.BytesIO(file[1]), file[0])
    answer = admin.post(ADDRESS, data=data, content_type="multipart/form-data")
    return HtmlPage(admin.get(ADDRESS)) if answer.status_code == 302 else HtmlPage(answer, 400)


def shown(page: HtmlPage) -> list[str]:
    boxes = [s for s in page.elements("section", "side") if s.get("aria-labelledby") == "documents"]
    return [" ".join("".join(line.itertext()).split()) for box in boxes for line in box.iter("li")]


def test_documents_stand_on_the_page_of_the_organisation_and_of_its_entries(
    client: FlaskClient, admin: FlaskClient, publish: Callable[..., str]
) -> None:
    reference = publish(EntryContent("Breaks for carers"))
    send(admin, "add", title="How we decide", url="https://council.example.org/decide")
    send(admin, "add", ("strategy.pdf", A_PDF), title="Procurement strategy", dated="14 March 2026")

    both = ["Procurement strategy (PDF, 14 March 2026)", "How we decide (another website)"]
    assert shown(HtmlPage(client.get(PAGE))) == both
    assert shown(HtmlPage(client.get(f"/entries/{reference}"))) == both
    address = HtmlPage(client.get(PAGE)).links()["Procurement strategy"]
    answer = client.get(address)
    assert (answer.data, answer.content_type) == (A_PDF, "application/pdf")
    assert answer.headers["Content-Disposition"] == "attachment; filename=strategy.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_logo_is_small_says_what_it_shows_and_keeps_nothing_else(client: FlaskClient, admin: FlaskClient) -> None:
    send(admin, "logo", ("a.png", picture()), shows="The first")
    send(admin, "logo", ("b.jpg", picture("JPEG")), shows="The logo of Exampleshire Council")
    (image,) = HtmlPage(client.get(PAGE)).elements("img", "logo")
    answer = client.get(image.get("src") or "")

    assert image.get("alt") == "The logo of Exampleshire Council"
    assert answer.content_type == "image/jpeg"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with Image.open(io.BytesIO(answer.data)) as drawn:
        assert (drawn.size, dict(drawn.getexif())) == ((LOGO_SIZE[0], 120), {})
    sheet = HtmlPage(client.get("/plan?view=print&commissioner=exampleshire-council"))
    assert [e.get("src") for e in sheet.elements("img", "logo")] == [image.get("src")]


def test_what_is_taken_out_is_gone(client: FlaskClient, admin: FlaskClient) -> None:
    send(admin, "add", ("strategy.pdf", A_PDF), title="Procurement strategy")
    send(admin, "logo", ("a.png", picture()), shows="The logo")
    address = HtmlPage(client.get(PAGE)).links()["Procurement strategy"]
    for _ in range(2):
        page = HtmlPage(admin.get(ADDRESS))
        forms = [form for form in page.elements("form") if form.get("action") == ADDRESS]
        first = next(n for n, form in enumerate(forms) if any(e.get("name") == "document" for e in form.iter()))
        Form(page, ADDRESS, number=first).send(admin, {"do": "remove"})

    assert client.get(address).status_code == 404
    page = HtmlPage(client.get(PAGE))
    assert (shown(page), page.elements("img", "logo")) == ([], [])


NO_ADDRESS = "“javascript:x” is not a web address. Write all of it, starting with https://"
NO_DAY = "Write the day, such as 14 March 2026, or leave it empty."
NO_PICTURE = "This picture cannot be read. Save it anew, and send that."


@pytest.mark.parametrize(
    ("do", "file", "typed", "said"),
    [
        ("add", None, {"title": "A"}, "Choose a file, or write the address of a page."),
        ("add", ("a.pdf", A_PDF), {}, "Write a title."),
        ("add", None, {"title": "A", "url": "javascript:x"}, NO_ADDRESS),
        ("add", ("a.pdf", A_PDF), {"title": "A", "dated": "March 2026"}, NO_DAY),
        ("logo", ("a.pdf", A_PDF), {"shows": "A"}, "A logo is a picture: PNG or JPG."),
        ("logo", ("a.png", b"\x89PNG\r\n\x1a\nnothing"), {"shows": "A"}, NO_PICTURE),
        ("logo", ("a.png", picture(size=(20, 20))), {}, "Say what the logo shows: for those who do not see it."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    admin: FlaskClient, do: str, file: tuple[str, bytes] | None, typed: dict[str, str], said: str
) -> None:
    page = send(admin, do, file, **typed)

    assert page.texts("ul", "govuk-error-summary__list") == [said]
    boxes = {e.get("name"): e.get("value") for e in page.elements("input") if e.get("name") in typed}
    assert boxes == typed
    assert HtmlPage(admin.get(ADDRESS)).elements("li", "suggestion") == []


def test_there_is_an_end_to_documents(admin: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        council = find_organisation(session, "EXC").id
        for number in range(MOST_DOCUMENTS):
            add_document(session, council, f"Number {number}", url="https://example.org", now=NOW)
    page = send(admin, "add", title="One more", url="https://example.org")

    assert page.texts("ul", "govuk-error-summary__list") == ["There are 20 documents already. Take one out first."]


def test_documents_go_over_in_a_merger_and_the_logo_does_not(
    client: FlaskClient, admin: FlaskClient, sqlite_database: Database
) -> None:
    send(admin, "add", ("strategy.pdf", A_PDF), title="Procurement strategy")
    send(admin, "logo", ("a.png", picture()), shows="The logo")
    with sqlite_database.write() as session:
        heir = a_commissioner(session, "Exampleshire Combined Authority").id
        merge_organisation(session, find_organisation(session, "EXC").id, heir, TODAY, now=NOW)
    page = HtmlPage(client.get("/commissioners/exampleshire-combined-authority"))

    assert (shown(page), page.elements("img", "logo")) == (["Procurement strategy (PDF)"], [])
    assert client.get(page.links()["Procurement strategy"]).data == A_PDF


def test_a_file_is_not_found_under_another_name(client: FlaskClient, admin: FlaskClient) -> None:
    send(admin, "add", ("strategy.pdf", A_PDF), title="Procurement strategy")
    address = HtmlPage(client.get(PAGE)).links()["Procurement strategy"]
    others = (address.replace("exampleshire-council", "other"), f"{PAGE}/files/x", "/organisations/x/files/nonsense")

    assert [client.get(other).status_code for other in others] == [404, 404, 404]


def test_another_organisations_document_is_not_taken_out(
    app: Flask, client: FlaskClient, admin: FlaskClient, sqlite_database: Database
) -> None:
    send(admin, "add", ("strategy.pdf", A_PDF), title="Procurement strategy")
    address = HtmlPage(client.get(PAGE)).links()["Procurement strategy"]
    with sqlite_database.write() as session:
        other = a_commissioner(session, "Otherham Council").id
    stranger = sign_in(app.test_client(), sqlite_database, other, Role.ADMIN)
    send(stranger, "remove", document=address.rpartition("/")[2])

    assert client.get(address).status_code == 200
