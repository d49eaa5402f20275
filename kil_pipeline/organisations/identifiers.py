"""Identifiers of organisations: a register of org-id.guide (or GB-PPON) and a number in it, as people write them."""

import re
from dataclasses import dataclass

from kil_pipeline.errors import InvalidContent
from kil_pipeline.text import clean_line, shorten

Identifier = tuple[str, str]
"""The code of a register, and the number as it is registered there."""


@dataclass(frozen=True)
class Register:
    """A register that we know: how its numbers look, and an example."""

    code: str
    name: str
    form: str
    example: str
    zeros: int = 0
    """Up to how many characters a number that lost its leading zeros is filled."""


REGISTERS = (
    Register("GB-CHC", "Charity Commission, England and Wales", r"[0-9]{6,7}(-[0-9]{1,3})?", "1123456"),
    Register("GB-COH", "Companies House", r"[A-Z]{2}[0-9]{6}|[0-9]{8}", "01234567", zeros=8),
    Register("GB-NHS", "NHS organisation code (ODS)", r"[A-Z0-9]{3,6}", "QWO"),
    Register("GB-PPON", "Find a Tender", r"P[A-Z]{3}-[0-9]{4}-[A-Z]{4}", "PABC-1234-DEFG"),
    Register("GB-LAE", "Local authorities, England", r"[A-Z]{3}", "LDS"),
    Register("GB-SC", "Scottish Charity Register", r"SC[0-9]{6}", "SC012345"),
    Register("GB-NIC", "Charity Commission, Northern Ireland", r"(NIC)?10[0-9]{4}", "100123"),
    Register("GB-MPR", "Mutuals Public Register", r"(IP)?[0-9]{3,6}R?", "12345R"),
    Register("GB-UKPRN", "Register of Learning Providers", r"[0-9]{8}", "10001234"),
)
"""The registers of which a number is checked. Any other code of org-id.guide is taken with the number as it stands."""
_KNOWN = {register.code: register for register in REGISTERS}
_CODE = re.compile(r"[A-Z]{2}-[A-Z0-9]{2,10}")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9./:_-]{0,59}")


def read_identifier(scheme: str, number: str) -> Identifier:
    """Return an identifier as it is registered. Raises `InvalidContent` with an example."""
    code = clean_line(scheme).upper().replace(" ", "")
    plain = re.sub(r"\s", "", clean_line(number))
    register = _KNOWN.get(code)
    if register is None:
        if not _CODE.fullmatch(code):
            raise InvalidContent(f"“{shorten(clean_line(scheme), 30)}” is no register: write its code, such as GB-CHC.")
        if not _NUMBER.fullmatch(plain):
            raise InvalidContent(f"“{shorten(plain, 30)}” is no number of {code}.")
        return code, plain
    plain = plain.upper()
    if register.zeros and plain.isascii() and plain.isdecimal():
        plain = plain.zfill(register.zeros)
    if not re.fullmatch(register.form, plain):
        raise InvalidContent(
            f"“{shorten(plain, 30)}” is no number of {register.name}: one looks like {register.example}."
        )
    return code, plain


def parse_identifier(text: str) -> Identifier:
    """Return an identifier that is written in one piece, such as GB-CHC-1123456. Raises `InvalidContent`."""
    plain = re.sub(r"\s", "", clean_line(text))
    parts = plain.split("-", 2)
    if len(parts) < 3 or not parts[2]:
        raise InvalidContent(f"“{shorten(plain, 30)}” is no identifier: write it like GB-CHC-1123456.")
    return read_identifier(f"{parts[0]}-{parts[1]}", parts[2])


def register_name(code: str) -> str:
    """Return what a register is called; its code where we do not know it."""
    return _KNOWN[code].name if code in _KNOWN else code
