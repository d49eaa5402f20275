"""What an uploaded file is, told by its content alone. Whatever is not on the list, or is two things, is refused.

Images are drawn anew from their pixels: nothing of what else was in the file, such as where it was taken, is kept.
"""

import io
import re
import struct
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from typing import NoReturn

from PIL import Image, ImageOps

from kil_pipeline.errors import DomainError
from kil_pipeline.text import clean_line

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_UNPACKED = 200 * 1024 * 1024
"""Bytes: what the parts of an office document may come to. We never unpack them; whoever opens it does."""
MOST_MEMBERS = 5_000
MOST_NAME = 100


class FileRefused(DomainError):
    """A file that we do not take. The message says why, and what to do."""


@dataclass(frozen=True)
class FileType:
    """A kind of file that is taken."""

    extension: str
    media_type: str
    label: str


_OFFICE = "application/vnd.openxmlformats-officedocument"
PDF = FileType("pdf", "application/pdf", "PDF")
DOCX = FileType("docx", f"{_OFFICE}.wordprocessingml.document", "Word document")
PPTX = FileType("pptx", f"{_OFFICE}.presentationml.presentation", "PowerPoint presentation")
XLSX = FileType("xlsx", f"{_OFFICE}.spreadsheetml.sheet", "Excel spreadsheet")
ODT = FileType("odt", "application/vnd.oasis.opendocument.text", "OpenDocument text")
PNG = FileType("png", "image/png", "picture")
JPEG = FileType("jpg", "image/jpeg", "picture")
TXT = FileType("txt", "text/plain", "text")
VTT = FileType("vtt", "text/vtt", "captions")
TYPES = (PDF, DOCX, PPTX, XLSX, ODT, PNG, JPEG, TXT, VTT)
TAKEN = "PDF, DOCX, PPTX, XLSX, ODT, PNG, JPEG, TXT and VTT"
_PARTS = {"word/document.xml": DOCX, "ppt/presentation.xml": PPTX, "xl/workbook.xml": XLSX}
_REFUSED = f"We cannot tell what kind of file this is, or do not take it. We take {TAKEN}."
_BROKEN = (ArithmeticError, EOFError, LookupError, OSError, ValueError, struct.error, zlib.error)
"""What the libraries raise besides their own errors where bytes are not what they say."""
_MACROS = ("vbaproject.bin", "vbadata.xml")


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept: its clean name, its type by its content, and its bytes as they are stored."""

    name: str
    type: FileType
    body: bytes


def check_file(name: str, body: bytes) -> CheckedFile:
    """Return a file as it may be kept. Raises `FileRefused`."""
    if not body:
        raise FileRefused("The file is empty. Choose another.")
    if len(body) > MOST_BYTES:
        raise FileRefused("The file is larger than 10 MB. Make it smaller, or split it.")
    kind = _tell(body)
    given = name.rpartition(".")[2].strip().lower()
    if given.replace("jpeg", "jpg") != kind.extension:
        raise FileRefused(
            f"The name says it is something else than its content, which is {kind.label} (.{kind.extension})."
        )
    if kind in (PNG, JPEG):
        body = _draw_anew(body, kind)
    return CheckedFile(clean_name(name, kind), kind, body)


def clean_name(name: str, kind: FileType) -> str:
    """Return a file's name without folders and without signs that mean something somewhere."""
    last = re.split(r"[/\\]", clean_line(name))[-1]
    stem = re.sub(r"[^\w .()-]", "-", last.rpartition(".")[0])
    return f"{stem.strip(' .-')[:MOST_NAME] or 'file'}.{kind.extension}"


def _tell(body: bytes) -> FileType:
    if body.startswith(b"%PDF-"):
        return _pdf(body)
    if body.startswith(b"PK\x03\x04"):
        return _zipped(body)
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if body.startswith(b"\xff\xd8\xff"):
        return JPEG
    return _plain(body)


def _pdf(body: bytes) -> FileType:
    if b"%%EOF" not in body[-2048:] or zipfile.is_zipfile(io.BytesIO(body)):
        raise FileRefused("This PDF is not complete, or something else hangs on it. Save it anew, and send that.")
    return PDF


def _zipped(body: bytes) -> FileType:
    """Tell which office document a ZIP is, without unpacking it."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            _check_members(members, body)
            first = members[0] if members else None
            if first and first.filename == "mimetype" and first.file_size == len(ODT.media_type):
                return ODT if archive.read(first) == ODT.media_type.encode() else _refuse()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, *_BROKEN):
        _refuse()
    names = {member.filename for member in members}
    found = [kind for part, kind in _PARTS.items() if part in names]
    return found[0] if len(found) == 1 and "[Content_Types].xml" in names else _refuse()


def _check_members(members: list[zipfile.ZipInfo], body: bytes) -> None:
    end = body.rfind(b"PK\x05\x06")
    if len(body) - end - 22 != int.from_bytes(body[end + 20 : end + 22], "little"):
        _refuse()  # something hangs on it
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise FileRefused("This document would unpack to very much. Save it anew with smaller pictures.")
    for member in members:
        if ".." in member.filename.split("/") or member.filename.startswith("/") or "\\" in member.filename:
            _refuse()
        if member.filename.lower().endswith(_MACROS):
            raise FileRefused("This document has macros in it. Save it without them, and send that.")


def _plain(body: bytes) -> FileType:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse()
    if any(ord(character) < 32 and character not in "\t\r\n\f" for character in text) or _MARKUP.match(text):
        _refuse()
    return VTT if re.match(r"WEBVTT(?:[ \t\r\n]|\Z)", text) else TXT


_MARKUP = re.compile(r"\s*<[!?a-zA-Z]")
"""How HTML, SVG and XML begin."""


def _refuse() -> NoReturn:
    raise FileRefused(_REFUSED)


def _draw_anew(body: bytes, kind: FileType) -> bytes:
    """Return an image made of its pixels alone, turned as it was meant to be seen. Raises `FileRefused`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we count ourselves, before decoding
            with Image.open(io.BytesIO(body), formats=["PNG" if kind is PNG else "JPEG"]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Image.DecompressionBombError
                return _encode(ImageOps.exif_transpose(image), kind)
    except Image.DecompressionBombError:
        raise FileRefused("This picture has more than 40 million pixels. Make it smaller.") from None
    except (SyntaxError, *_BROKEN):
        raise FileRefused("This picture cannot be read. Save it anew, and send that.") from None


def _encode(image: Image.Image, kind: FileType) -> bytes:
    see_through = "A" in image.getbands() or "transparency" in image.info
    mode = "RGBA" if kind is PNG and see_through else "RGB"
    bare = Image.new(mode, image.size)  # pixels, and nothing else of the file
    bare.paste(image if image.mode == mode else image.convert(mode))
    out = io.BytesIO()
    if kind is PNG:
        bare.save(out, "PNG")
    else:
        bare.save(out, "JPEG", quality=88)
    if out.tell() > MOST_BYTES:
        raise FileRefused("This picture is larger than 10 MB once it is unpacked. Make it smaller.")
    return out.getvalue()
