"""What a session is made of besides its texts: forms, offers, access, materials. Each with its words on screens."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

from kil_pipeline.errors import InvalidContent

FORMATS = (
    "workshop",
    "drop-in",
    "walk and talk",
    "webinar",
    "interviews",
    "focus group",
    "meeting",
    "taster",
    "training",
)
"""How a session may be run, as the form offers it. Others may be written."""

OFFERS: dict[str, str] = {
    "expenses": "Expenses paid",
    "involvement_payment": "A payment for taking part",
    "carers": "Costs of care paid",
    "travel_up_front": "Travel paid up front",
}
"""What may be offered to those who come."""

ACCESS_OFFERS: dict[str, str] = {
    "interpreters": "Interpreters (spoken languages or BSL)",
    "captions": "Live captions",
    "quiet_space": "A quiet space",
}
"""What may be arranged so that people can take part."""


class MaterialKind(StrEnum):
    """What a material is."""

    PRE_READ = "pre-read"
    SLIDES = "slides"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    CAPTIONS = "captions"

    @property
    def label(self) -> str:
        """The kind in plain words."""
        return "To read beforehand" if self is MaterialKind.PRE_READ else self.value.capitalize()

    @property
    def beforehand(self) -> bool:
        """Whether it is meant for before the session."""
        return self in (MaterialKind.PRE_READ, MaterialKind.SLIDES)


@dataclass(frozen=True)
class Material:
    """Something to read, watch or hear, at an address of the commissioner's."""

    title: str
    kind: MaterialKind
    address: str
    """https only."""
    from_on: date | None = None
    """The day from which it is there; None where it is there already. Its address is shown from then on."""

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise InvalidContent("A material needs a title.")
        check_web_address(self.address)

    def is_out(self, today: date) -> bool:
        """Tell whether it can be had on a day."""
        return self.from_on is None or self.from_on <= today


def check_web_address(address: str) -> str:
    """Return an https address as it is. Raises `InvalidContent`."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable or not address.isprintable() or " " in address or len(address) > 2000:
        raise InvalidContent(f"“{address[:60]}” is not a web address. Write all of it, starting with https://")
    return address
