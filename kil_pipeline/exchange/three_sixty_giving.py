"""Organisations of a 360Giving package of grants: who received them, or who gave them. People who did are left out.

https://standard.threesixtygiving.org: `grants[].recipientOrganization[]` and `grants[].fundingOrganization[]`, each
with an `id` of org-id.guide (or a funder's own, 360G-…), a name, and perhaps numbers and a website.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from kil_pipeline.exchange.json_files import get, get_list
from kil_pipeline.exchange.reports import UnreadableFile

Who = Literal["recipients", "funders"]
_FIELD = {"recipients": "recipientOrganization", "funders": "fundingOrganization"}
_KEYS = {"name": "name", "identifiers": "id", "charity": "charityNumber", "company": "companyNumber", "website": "url"}
"""Our field → theirs. Postal and mail addresses are not read."""


def organisations_of(package: Any, who: Who) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the number of each grant (from 1) with what it says of an organisation, by our fields.

    Raises `UnreadableFile` where it is no package of grants.
    """
    grants = get(package, "grants")
    if not isinstance(grants, list):
        raise UnreadableFile("This is no 360Giving package: it has no list “grants”.")
    return (
        (number, {field: _text(organisation, key) for field, key in _KEYS.items()})
        for number, grant in enumerate(grants, 1)
        for organisation in get_list(grant, _FIELD[who])
    )


def _text(organisation: Any, key: str) -> str:
    """Return a text; numbers are written without quotation marks by some."""
    found = get(organisation, key)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
