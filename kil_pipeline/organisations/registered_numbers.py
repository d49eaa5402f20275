"""Charity and company numbers as people write them, and the organisation that is known by one."""

import re

from sqlalchemy.orm import Session

from kil_pipeline.errors import InvalidContent
from kil_pipeline.organisations.organisations import Organisation, recognise_organisation

_CHARITIES = (("GB-CHC", r"[0-9]{6,7}(-[0-9]{1,3})?"), ("GB-SC", r"SC[0-9]{6}"), ("GB-NIC", r"(NIC)?10[0-9]{4}"))
"""The registers of org-id.guide: England and Wales, Scotland, Northern Ireland (whose numbers are written NIC…)."""
_COMPANY = re.compile(r"[A-Z]{2}[0-9]{6}|[0-9]{8}")


def read_charity_number(text: str) -> str:
    """Return a charity number as it is registered; empty for an empty text. Raises `InvalidContent`."""
    number = re.sub(r"[\s.]", "", text).upper()
    if number and not any(re.fullmatch(form, number) for _, form in _CHARITIES):
        raise InvalidContent("Enter a charity number such as 1234567 or SC012345, or leave it empty.")
    return number


def read_company_number(text: str) -> str:
    """Return a company number with its eight characters; empty for an empty text. Raises `InvalidContent`."""
    number = re.sub(r"[\s.]", "", text).upper()
    if number.isdecimal() and number.isascii():
        number = number.zfill(8)
    if number and not _COMPANY.fullmatch(number):
        raise InvalidContent("Enter a company number of eight characters, such as 01234567, or leave it empty.")
    return number


def known_by_number(session: Session, *, charity: str, company: str) -> Organisation | None:
    """Return the organisation with one of these numbers, as the two functions above return them."""
    identifiers = [(scheme, charity) for scheme, form in _CHARITIES if re.fullmatch(form, charity)]
    identifiers += [("GB-COH", company)] if company else []
    return recognise_organisation(session, name="", identifiers=identifiers)
