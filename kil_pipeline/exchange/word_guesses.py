"""What a word of somebody's sheet may mean, where it is none that we know. A person looks at each guess."""

import re

from kil_pipeline.exchange.import_choices import ANYTHING, BLANK, READ, REASON
from kil_pipeline.plan.answers import path_of
from kil_pipeline.reference.areas import find_area, similar_area
from kil_pipeline.reference.routes import find_route
from kil_pipeline.reference.themes import theme, themes_of_text

_TELLING = (
    (re.compile(r"confiden|commercial|sensitive|not for publication|exempt", re.IGNORECASE), "withheld.commercial"),
    (re.compile(r"budget|funding|finance|mtfs", re.IGNORECASE), "undecided.budget"),
    (re.compile(r"cabinet|committee|\bboard\b|approval|sign[- ]?off|decision|subject to", re.IGNORECASE),
     "undecided.decision"),
    (re.compile(r"co-?produc|co-?design", re.IGNORECASE), "undecided.codesign"),
    (re.compile(r"consult", re.IGNORECASE), "undecided.consultation"),
)  # fmt: skip
_WHOLE = re.compile(
    r"all|all (?:areas|wards|localities|districts)|whole \w+|"
    r"(?:city|county|borough|district|council|area|system)[- ]?wide",
    re.IGNORECASE,
)
_SHIRES = {
    "yorks": "Yorkshire", "lancs": "Lancashire", "notts": "Nottinghamshire", "staffs": "Staffordshire",
    "lincs": "Lincolnshire", "herts": "Hertfordshire", "beds": "Bedfordshire", "bucks": "Buckinghamshire",
    "hants": "Hampshire", "wilts": "Wiltshire", "glos": "Gloucestershire", "cambs": "Cambridgeshire",
    "northants": "Northamptonshire", "leics": "Leicestershire", "worcs": "Worcestershire", "oxon": "Oxfordshire",
    "n": "North", "s": "South", "e": "East", "w": "West",
}  # fmt: skip
_REGIME_ALONE = re.compile(r"psr|provider selection regime", re.IGNORECASE)
_QUOTES = re.compile(r"(?:\d+ )?quot(?:e|ation)s?(?: ?x ?\d+)?", re.IGNORECASE)


def suggested_deed(field: str, word: str, whole_area: str = "") -> str:
    """Return what is best done with a word (see `exchange.import_choices`); empty where nothing suggests itself."""
    if field == "themes":
        found = themes_of_text(word)
        return READ + theme(found[0]).name if found else BLANK
    if word == ANYTHING:
        return ""
    if field == "areas":
        return _area(word, whole_area)
    if field == "route":
        return _route(word)
    return _reason(word) if path_of(field) else ""


def _area(word: str, whole_area: str) -> str:
    spelled = " ".join(_SHIRES.get(part.casefold().rstrip("."), part) for part in word.split())
    known = find_area(spelled)
    near = whole_area if _WHOLE.fullmatch(word) else known.name if known else similar_area(spelled)
    return READ + near if near else ""


def _route(word: str) -> str:
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", word.casefold()).split())
    if _REGIME_ALONE.fullmatch(plain):
        return REASON + "undecided.route"
    if _QUOTES.fullmatch(plain):
        plain = "quotation"
    shorter = plain.removeprefix("psr ").removesuffix(" tender").removesuffix(" call off")
    for tried in (plain, shorter, f"{shorter} procedure"):
        found = find_route(tried)
        if found is not None:
            return READ + found.code
    return _reason(word)


def _reason(word: str) -> str:
    return next((REASON + code for pattern, code in _TELLING if pattern.search(word)), "")
