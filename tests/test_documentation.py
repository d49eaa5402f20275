"""The documentation names only what is there: links, files, functions, make targets, settings."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("config/*.md")])
FOR_DEVELOPERS = [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md", *sorted(ROOT.glob("docs/adr/*.md"))]
PACKAGES = ("kil_pipeline", "feeds", "web")
FOLDERS = (*PACKAGES, "config", "docs", "requirements", "tests")
IN_CORE = sorted(path.name for path in (ROOT / "kil_pipeline").iterdir() if (path / "__init__.py").exists())
MARKED_AS_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def on_each(pages: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("page", pages, ids=lambda page: str(page.relative_to(ROOT)))


def code_in(page: Path) -> str:
    return "\n".join(MARKED_AS_CODE.findall(page.read_text("utf-8")))


def anchors_of(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        if "://" in path:
            continue
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            yield link


def missing_files(page: Path) -> Iterator[str]:
    for path in re.findall(
        rf"(?<![\w/.])(?:{'|'.join(FOLDERS)})/[\w/.-]*\.(?:py|toml|csv|txt|css|md)\b", code_in(page)
    ):
        if not (ROOT / path).exists():
            yield path


def missing_names(page: Path) -> Iterator[str]:
    """Yield dotted names such as plan.publishing.publish_entry (of the core, or of feeds) that lead nowhere."""
    for name in re.findall(rf"(?<![\w/.])(?:{'|'.join([*IN_CORE, 'feeds'])})\.[\w.]*\w", code_in(page)):
        if not leads_somewhere(name if name.startswith("feeds.") else f"kil_pipeline.{name}"):
            yield name


def leads_somewhere(name: str) -> bool:
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part, None)
        return found is not None
    return False


@on_each(PAGES)
def test_links_lead_somewhere(page: Path) -> None:
    assert list(broken_links(page)) == []


@on_each(PAGES)
def test_files_that_are_named_exist(page: Path) -> None:
    assert list(missing_files(page)) == []


@on_each(FOR_DEVELOPERS)
def test_functions_and_modules_that_are_named_exist(page: Path) -> None:
    assert list(missing_names(page)) == []


@on_each(PAGES)
def test_make_targets_that_are_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", code_in(page))) - targets == set()


def test_the_readme_lists_every_environment_variable() -> None:
    source = "\n".join(path.read_text("utf-8") for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    numbers = {f"KIL_{name.upper()}" for name in re.findall(r'_number\(environ, table, "(\w+)"\)', source)}
    read = set(re.findall(r'environ(?:\.get\(|\[)"(KIL_[A-Z_]+)"', source)) | numbers
    listed = set(re.findall(r"^\| `(KIL_[A-Z_]+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    assert listed == read
