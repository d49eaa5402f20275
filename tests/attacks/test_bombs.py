"""Small files that become large ones, and XML that asks for files: bombs and external entities."""

import gzip
import io
import json
import zipfile
import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from kil_pipeline.engagement.file_types import FileRefused, check_file
from kil_pipeline.exchange.json_files import read_json
from kil_pipeline.exchange.reports import UnreadableFile
from kil_pipeline.exchange.tables import read_rows
from tests.attacks.conftest import Target
from tests.exchange.sheets import write_xlsx
from tests.web.visitors import csrf_token

PARTS = ("[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")


def with_doctype(path: Path, part: str, doctype: str, use: str = "") -> Path:
    """Return a copy of a spreadsheet, one part of which begins with a DOCTYPE; "One" in it becomes `use`."""
    copy = path.with_name("hostile.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            body = source.read(name).decode()
            if name == part:
                start = body.index("?>") + 2 if body.startswith("<?xml") else 0
                body = body[:start] + doctype + body[start:].replace("One", use or "One")
            target.writestr(name, body)
    return copy


def seen(path: Path) -> str:
    """Return what a sheet says, or that it is refused."""
    try:
        return "".join(cell for row in read_rows(path, "") for cell in row.cells)
    except UnreadableFile:
        return "refused"


@pytest.mark.parametrize("part", PARTS)
def test_no_part_of_a_spreadsheet_reads_a_file(tmp_path: Path, part: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret")
    path = write_xlsx(tmp_path / "a.xlsx", ["Headline"], ["One"])
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    assert "a secret" not in seen(with_doctype(path, part, doctype, "&e;"))


@pytest.mark.parametrize("part", PARTS)
def test_no_part_of_a_spreadsheet_multiplies(tmp_path: Path, part: str) -> None:
    names = "abcdefghij"
    lines = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names))
    path = write_xlsx(tmp_path / "a.xlsx", ["Headline"], ["One"])
    found = seen(with_doctype(path, part, f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{lines}]>', "&j;"))
    assert len(found) < 1_000


def test_a_sheet_that_unpacks_to_very_much_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    with pytest.raises(UnreadableFile, match="unpacks to 47 MB"):
        list(read_rows(path, ""))


def test_a_document_that_unpacks_to_very_much_is_refused_unread() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "word/document.xml"):
            archive.writestr(name, b"0" * 110_000_000)
    with pytest.raises(FileRefused, match="would unpack to very much"):
        check_file("a.docx", out.getvalue())


def a_picture_that_says_it_is(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose head promises very many pixels."""
    out = io.BytesIO()
    Image.new("1", (1, 1)).save(out, "PNG")
    body = bytearray(out.getvalue())
    body[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    body[29:33] = zlib.crc32(body[12:29]).to_bytes(4, "big")
    return bytes(body)


def test_a_picture_of_very_many_pixels_is_refused_undrawn() -> None:
    with pytest.raises(FileRefused, match="more than 40 million pixels"):
        check_file("a.png", a_picture_that_says_it_is(7_000, 7_000))


def test_a_body_larger_than_a_file_and_its_form_is_refused(target: Target) -> None:
    owner = target.owner()
    token = csrf_token(owner.get("/workspace/import").text)
    head = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n--x\r\n'.encode()
    body = head + b'Content-Disposition: form-data; name="file"; filename="plan.csv"\r\n\r\n' + b"0" * 13_000_000
    answer = owner.post(
        "/workspace/import", data=body + b"\r\n--x--\r\n", content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 413


def test_a_packed_body_is_not_unpacked(target: Target) -> None:
    """A gzip bomb: nothing of ours takes Content-Encoding, so that it stays what it is."""
    body = gzip.compress(json.dumps({"answers": {"headline": "x" * 5_000_000}}).encode())
    headers = {"Content-Encoding": "gzip", "Authorization": "Bearer x", "Content-Type": "application/json"}
    assert target.nobody().post("/api/v1/drafts", data=body, headers=headers).status_code == 401


def test_json_that_is_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text("[" * 200_000)
    with pytest.raises(UnreadableFile, match="nested too deeply"):
        read_json(path)
