"""What a reader asks for: the same criteria select pages, feeds, calendars and mail."""

import json
from dataclasses import dataclass, fields, replace

from kil_pipeline.codec import to_json
from kil_pipeline.reference.areas import related_areas, same_areas


@dataclass(frozen=True)
class Criteria:
    """A choice from the plan. An empty part means "any"; values of one part are alternatives, parts add up."""

    words: str = ""
    """As a reader types them: words, "phrases", -minus (see `text.parse_query`)."""
    areas: tuple[str, ...] = ()
    """Area codes. Each also finds what lies in it, and what contains it."""
    themes: tuple[str, ...] = ()
    commissioners: tuple[str, ...] = ()
    """Slugs."""
    routes: tuple[str, ...] = ()
    chances: tuple[str, ...] = ()
    """Answers to "Can we go for it?": see `plan.advice.CHANCES`."""
    statuses: tuple[str, ...] = ()
    cpv: tuple[str, ...] = ()
    """CPV codes of 8 digits; a code with trailing zeros also finds what lies below it."""
    references: tuple[str, ...] = ()
    """References of single entries: how one planned opportunity is followed."""
    kinds: tuple[str, ...] = ()
    """Which news is wanted: see `alerts.news_kinds.NEWS_KINDS`. The plan itself, which has no news, takes no heed."""
    notice_days: tuple[int, ...] = ()
    """How many days before a key date news of it is wanted; empty: as early as the installation tells it."""
    value_least: int | None = None
    value_most: int | None = None
    """Pence. What may lie between them is met, and so is what has no figure yet."""
    exactly: bool = False
    """Whether areas find themselves alone: nothing that lies in them, and nothing around them."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                object.__setattr__(self, field.name, tuple(sorted(set(value))))
        object.__setattr__(self, "words", " ".join(self.words.split()))
        object.__setattr__(self, "exactly", self.exactly and bool(self.areas))

    def canonical(self) -> str:
        """Return the one text that equal criteria share: the key under which they are stored and cached."""
        return json.dumps(to_json(self), sort_keys=True, ensure_ascii=False)

    def everything(self) -> bool:
        """Tell whether nothing is filtered."""
        return self == Criteria()

    def without_words(self) -> "Criteria":
        """Return the same criteria for any words."""
        return replace(self, words="")

    def without_kinds(self) -> "Criteria":
        """Return the same criteria for the plan as it stands, which has no news."""
        return replace(self, kinds=(), notice_days=())

    def area_codes(self) -> frozenset[str]:
        """Return every area that meets the areas asked for."""
        meant = same_areas if self.exactly else related_areas
        return frozenset(code for wanted in self.areas for code in meant(wanted))
