"""Uploaded files: what is taken, what is refused, and that a picture keeps nothing but its pixels."""

import io
import struct
import uuid
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kil_pipeline.database import Database
from kil_pipeline.engagement.file_types import (
    DOCX,
    MOST_BYTES,
    MOST_NAME,
    ODT,
    PDF,
    TYPES,
    FileRefused,
    check_file,
    clean_name,
)
from kil_pipeline.engagement.files import MOST_FILES, add_file, files_of, open_file, public_files, remove_file
from kil_pipeline.engagement.records import hold_record
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.errors import NotFound
from tests.engagement.held import a_held_session
from tests.factories import NOW, a_commissioner

A_PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def picture(kind: str, size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()


def office(*names: str, content: bytes = b"<x/>") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, content)
    return out.getvalue()


def odt() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", ODT.media_type)
        archive.writestr("content.xml", "<x/>")
    return out.getvalue()


GOOD = {
    "pdf": A_PDF,
    "docx": office("word/document.xml"),
    "pptx": office("ppt/presentation.xml"),
    "xlsx": office("xl/workbook.xml"),
    "odt": odt(),
    "png": picture("PNG"),
    "jpg": picture("JPEG"),
    "txt": "Agenda: 5 < 6, café".encode(),
    "vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n",
}


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.extension)
def test_each_kind_on_the_list_is_told_by_its_content(kind: object) -> None:
    extension = kind.extension  # type: ignore[attr-defined]  # a FileType
    checked = check_file(f"Notes.{extension.upper()}", GOOD[extension])
    assert (checked.type, checked.name) == (kind, f"Notes.{extension}")


def huge_png() -> bytes:
    """A PNG of some hundred bytes that says it has ten thousand million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


def zip_bomb() -> bytes:
    """A document whose table of contents says that it unpacks to far too much."""
    body = bytearray(office("word/document.xml"))
    place = body.rfind(b"PK\x01\x02")
    body[place + 24 : place + 28] = (4_000_000_000).to_bytes(4, "little")
    return bytes(body)


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("x.png", b"<!doctype html><script>alert(1)</script>", "We cannot tell"),
        ("x.txt", b"<html><script>alert(1)</script>", "We cannot tell"),
        ("x.txt", b" \n<svg onload=alert(1)>", "We cannot tell"),
        ("x.html", b"hello", "The name says it is something else"),
        ("x.png", b"hello", "The name says it is something else"),
        ("x.pdf", picture("PNG"), "The name says it is something else"),
        ("x.docx", office("xl/workbook.xml"), "The name says it is something else"),
        ("x", b"hello", "The name says it is something else"),
        ("x.pdf", A_PDF + office("word/document.xml"), "This PDF is not complete, or something else hangs on it"),
        ("x.pdf", b"%PDF-1.7 cut", "This PDF is not complete"),
        ("x.docx", GOOD["docx"] + b"<script>alert(1)</script>", "We cannot tell"),
        ("x.docx", GOOD["docx"][:-30], "We cannot tell"),
        ("x.docx", office("word/document.xml", "../../etc/passwd"), "We cannot tell"),
        ("x.docx", office("word/document.xml", "xl/workbook.xml"), "We cannot tell"),
        ("x.docx", office("word/document.xml", "word/vbaProject.bin"), "This document has macros in it"),
        ("x.docx", zip_bomb(), "This document would unpack to very much"),
        ("x.zip", office("hello.txt"), "We cannot tell"),
        ("x.gif", picture("GIF"), "We cannot tell"),
        ("x.exe", b"MZ\x90\0\3", "We cannot tell"),
        ("x.png", huge_png(), "This picture has more than 40 million pixels"),
        ("x.png", GOOD["png"][:60], "This picture cannot be read"),
        ("x.jpg", b"\xff\xd8\xff" + b"<script>" * 9, "This picture cannot be read"),
        ("x.txt", b"", "The file is empty"),
        ("x.txt", b"a" * (MOST_BYTES + 1), "The file is larger than 10 MB"),
        ("x.txt", b"a\0b", "We cannot tell"),
        ("x.txt", b"caf\xe9", "We cannot tell"),
    ],
)
def test_what_is_not_on_the_list_or_is_two_things_is_refused(name: str, body: bytes, said: str) -> None:
    with pytest.raises(FileRefused) as refused:
        check_file(name, body)
    assert str(refused.value).startswith(said)


def test_a_picture_keeps_its_pixels_and_nothing_else() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned
    exif[0x010F] = "A maker"
    exif.get_ifd(0x8825)[2] = (53.0, 48.0, 1.0)  # GPS
    taken = picture("JPEG", exif=exif, comment=b"secret remark") + b"<script>alert(1)</script>"
    stored = check_file("photo.jpeg", taken).body
    with Image.open(io.BytesIO(stored)) as image:
        assert (dict(image.getexif()), image.size, image.info.get("comment")) == ({}, (20, 40), None)
    assert [word in stored for word in (b"A maker", b"secret remark", b"<script>", b"Exif")] == [False] * 4


def test_a_png_keeps_what_is_see_through_and_no_text() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (3, 3), (1, 2, 3, 4)).save(out, "PNG", exif=Image.Exif())
    stored = check_file("a.png", out.getvalue() + b"PK\x03\x04 and more").body
    with Image.open(io.BytesIO(stored)) as image:
        assert (image.mode, image.getpixel((0, 0)), dict(image.info)) == ("RGBA", (1, 2, 3, 4), {})
    assert stored.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\Agenda 1.pdf", "Agenda 1.pdf"),
        ("..pdf", "file.pdf"),
        (".pdf", "file.pdf"),
        ('a"b;c\r\nSet-Cookie: x.pdf', "a-b-c Set-Cookie- x.pdf"),
        ("evil\u202efdp.exe.pdf", "evilfdp.exe.pdf"),
        ("Café (final).pdf", "Café (final).pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_names_are_cleaned(given: str, clean: str) -> None:
    assert clean_name(given, PDF) == clean


@given(st.text())
def test_a_clean_name_stays_as_it_is_and_has_no_folders(given_name: str) -> None:
    clean = clean_name(given_name + ".pdf", PDF)
    assert clean_name(clean, PDF) == clean
    assert [sign for sign in '/\\"\r\n;<>:*?|' if sign in clean] == []
    assert len(clean) <= MOST_NAME + 4


@given(
    st.sampled_from([b"", b"%PDF-", b"PK\x03\x04", GOOD["docx"], GOOD["odt"], GOOD["png"], GOOD["jpg"], b"WEBVTT"]),
    st.binary(max_size=60),
    st.integers(0, 400),
    st.sampled_from([kind.extension for kind in TYPES]),
)
def test_whatever_is_sent_is_kept_or_refused_in_words(start: bytes, noise: bytes, at: int, extension: str) -> None:
    body = start[:at] + noise + start[at + len(noise) :]
    with suppress(FileRefused):
        assert check_file(f"x.{extension}", body).type.extension == extension


@pytest.fixture
def held(database: Database) -> uuid.UUID:
    """The id of a session that was held."""
    with database.write() as session:
        return a_held_session(session, a_commissioner(session, prefix="EXC").id)


def test_a_records_file_is_public_once_the_record_is_final(database: Database, held: uuid.UUID) -> None:
    with database.write() as session:
        agenda = add_file(session, held, check_file("agenda.txt", b"Agenda"), of_record=False, now=NOW)
        notes = add_file(session, held, check_file("notes.docx", GOOD["docx"]), of_record=True, now=NOW)
        assert files_of(session, held) == (agenda, notes)
        assert public_files(session, held) == (agenda,)
        assert open_file(session, "EXC-S0001", agenda.id) == (agenda, b"Agenda")
        with pytest.raises(NotFound):
            open_file(session, "EXC-S0001", notes.id)
        hold_record(session, held, NOW).state = "final"
        session.flush()
        assert open_file(session, "EXC-S0001", notes.id) == (notes, GOOD["docx"])
        assert (notes.media_type, notes.size_words) == (DOCX.media_type, "1 KB")


def test_a_file_of_another_session_or_of_a_draft_is_not_there(database: Database, held: uuid.UUID) -> None:
    with database.write() as session:
        file = add_file(session, held, check_file("agenda.txt", b"Agenda"), of_record=False, now=NOW)
        row = session.get_one(SessionRow, held)
        other = a_held_session(session, row.organisation_id)
        remove_file(session, other, file.id)  # not its own: nothing happens
        with pytest.raises(NotFound):
            open_file(session, "EXC-S0002", file.id)
        row.state = "draft"
        session.flush()
        with pytest.raises(NotFound):
            open_file(session, "EXC-S0001", file.id)
        remove_file(session, held, file.id)
        assert files_of(session, held) == ()


def test_a_session_has_so_many_files_at_most(database: Database, held: uuid.UUID) -> None:
    with database.write() as session:
        for _ in range(MOST_FILES):
            add_file(session, held, check_file("a.txt", b"a"), of_record=False, now=NOW)
        with pytest.raises(FileRefused):
            add_file(session, held, check_file("a.txt", b"a"), of_record=False, now=NOW)
