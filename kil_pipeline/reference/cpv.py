"""CPV: the common procurement vocabulary of 2008, eight digits a code."""

import csv
import functools
import re
from collections.abc import Mapping

from kil_pipeline.settings import config_path


@functools.cache
def _labels() -> Mapping[str, str]:
    with config_path("cpv.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["label"] for row in csv.DictReader(file)}


def normalise_cpv(text: str) -> str | None:
    """Return a CPV code of eight digits, or None for what is none.

    Understands a check digit ("85000000-9") and codes that lost a zero in a spreadsheet: of seven digits, first tried
    with the zero put back in front, then at the end.
    """
    match = re.fullmatch(r"\s*(\d{7,8})(?:-\d)?\s*", text)
    if match is None:
        return None
    digits = match[1]
    candidates = [digits] if len(digits) == 8 else ["0" + digits, digits + "0"]
    return next((code for code in candidates if code in _labels()), None)


def cpv_label(code: str) -> str:
    """Return what a code stands for, or the code itself where our list does not have it."""
    return _labels().get(code, code)
