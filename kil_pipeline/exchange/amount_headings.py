"""What a heading says about the amounts below it: "Annual value (£k)" makes of 400 "400k a year"."""

import re

from kil_pipeline.plan.unknowns import is_unknown

_THOUSANDS = re.compile(r"£\s?k\b|\(\s?k\s?\)|(?<![\d,.])['’]?000['’]?s?\b|\bthousands?\b")
_MILLIONS = re.compile(r"£\s?m(?:n|illions?)?\b|\(\s?m\s?\)|\bmillions?\b")
_YEARLY = re.compile(r"\bannual(?:ly)?\b|\byearly\b|\bper (?:annum|year)\b|\ba year\b|\bp\.?\s?a\b")
_IN_ALL = re.compile(r"\btotal\b|\bwhole[- ]life\b|\blifetime\b|\boverall\b")
_WITH_VAT = re.compile(r"\binc(?:l(?:uding|usive|uded)?)?\.?\s?(?:of\s)?vat\b|\bgross\b")
_WITHOUT_VAT = re.compile(r"\bex(?:c(?:l(?:uding|usive|uded)?)?)?\.?\s?(?:of\s)?vat\b|\bnet\b")
_BARE = re.compile(r"£?\s*\d[\d,]*(?:\.\d+)?(?:\s*(?:to|-|–|—)\s*£?\s*\d[\d,]*(?:\.\d+)?)?")
_PERIOD_SAID = re.compile(r"year|\byrs?\b|annum|annual|\bp\.?\s?a\b|total|overall|whole", re.IGNORECASE)
_AMOUNT_WORDS = re.compile(
    r"\b(?:gbp|inc(?:l(?:uding|usive)?)?|exc?(?:l(?:uding|usive)?)?|of|vat|gross|net|annual|yearly|per|annum|year|a|p|"
    r"pa|total|whole|life|lifetime|overall|estimated|approx|approximate|in|000s?|k|m|s|thousands?|millions?)\b"
)


def complete_amount(heading: str, cell: str) -> str:
    """Return an amount with what its heading says of it and the cell does not: thousands, a year, VAT."""
    if not re.search(r"\d", cell) or is_unknown(cell):
        return cell
    heading = heading.casefold()
    said = [cell]
    if _BARE.fullmatch(cell):
        said += ["k"] if _THOUSANDS.search(heading) else ["m"] if _MILLIONS.search(heading) else []
    if not _PERIOD_SAID.search(cell):
        said += [" a year"] if _YEARLY.search(heading) else [" in total"] if _IN_ALL.search(heading) else []
    if "vat" not in cell.casefold():
        said += [" inc VAT"] if _WITH_VAT.search(heading) else [" ex VAT"] if _WITHOUT_VAT.search(heading) else []
    return "".join(said)


def without_amount_words(plain: str) -> str:
    """Return a plain heading without the words that `complete_amount` reads."""
    return " ".join(_AMOUNT_WORDS.sub(" ", plain).split())
