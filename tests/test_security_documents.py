"""The answers to OWASP ASVS 5.0.0: each item of levels 1 and 2 once, each named test there, the numbers right."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted((ROOT / "docs" / "asvs").glob("v*.md"))
DOCUMENTS = [ROOT / "docs" / "security.md", ROOT / "docs" / "asvs.md", *CHAPTERS]
ANSWERS = ("held", "partly", "not held", "deployment", "not applicable")
ITEMS = {
    1: (2, 9, 11, 3, 2), 2: (3, 3, 4, 1), 3: (0, 2, 4, 6, 5, 0, 2), 4: (3, 1, 2, 4), 5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4), 7: (3, 4, 2, 5, 2, 2), 8: (2, 3, 1, 1), 9: (3, 4), 10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1), 12: (3, 2, 4), 13: (1, 5, 2, 5), 14: (2, 4, 3), 15: (3, 3, 7), 16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}  # fmt: skip
"""How many items of levels 1 and 2 each section of a chapter has. Those of level 3 are numbered after them."""
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def rows(page: Path) -> list[list[str]]:
    """Return the cells of each row of a page's last table."""
    table = page.read_text("utf-8").rsplit("|---|", 1)[1]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[1:] if "|" in line]


@cache
def names_in(path: str) -> frozenset[str]:
    """Return the names of the tests in a file; none where there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    found = ast.walk(ast.parse(file.read_text("utf-8")))
    return frozenset(node.name for node in found if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def test_each_item_of_levels_1_and_2_is_answered_once() -> None:
    expected = [
        f"{chapter}.{section}.{item}"
        for chapter, sections in ITEMS.items()
        for section, number in enumerate(sections, 1)
        for item in range(1, number + 1)
    ]
    assert len(expected) == 253  # as the standard counts them: 70 of level 1, 183 of level 2
    assert [row[0] for page in CHAPTERS for row in rows(page)] == expected


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.stem)
def test_each_answer_is_one_of_five_and_what_is_held_is_shown(page: Path) -> None:
    odd = [item for item, answer, what, _ in rows(page) if answer not in ANSWERS or not what]
    unshown = [item for item, answer, _, shown in rows(page) if answer == "held" and not shown]
    assert (odd, unshown) == ([], [])


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.stem)
def test_each_test_that_is_named_is_there(page: Path) -> None:
    named = TEST.findall(page.read_text("utf-8"))
    gone = [f"{path}::{name}" for path, name in named if name and name not in names_in(path)]
    assert [*gone, *(path for path, name in named if not name and not (ROOT / path).is_file())] == []


def test_what_shows_an_item_is_a_test_by_its_name_or_a_page() -> None:
    odd = []
    for page in CHAPTERS:
        for item, _, _, shown in rows(page):
            parts = [part for part in shown.split("<br>") if part]
            odd += [item for part in parts if not (re.fullmatch(r"\[.+\]\(.+\)", part) or "::" in part)]
    assert odd == []


def test_the_numbers_of_the_summary_are_right() -> None:
    said = {row[0]: [int(cell) for cell in row[1:]] for row in rows(ROOT / "docs" / "asvs.md")}
    counted: list[list[int]] = []
    for page in CHAPTERS:
        answers = Counter(row[1] for row in rows(page))
        counted.append([*(answers[answer] for answer in ANSWERS), answers.total()])
    *chapters, together = said.values()
    assert chapters == counted
    assert together == [sum(column) for column in zip(*counted, strict=True)]
