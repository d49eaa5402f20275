"""What is pinned: `requirements/*.txt`, as uv writes them, and npm's lock files."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
NPM_LOCK = ROOT / "web" / "assets" / "package-lock.json"
NPM_TEST_LOCK = ROOT / "tests" / "parsers" / "package-lock.json"
"""What the tests alone need."""

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+?))?\s*\\?")
_HASH = re.compile(r"\s+--hash=sha256:(?P<hash>[0-9a-f]{64})\s*\\?")
_VIA = re.compile(r"\s+#\s+(?:via )?(?P<who>[A-Za-z0-9._-]+|-[rc] \S+)")


@dataclass(frozen=True)
class Pin:
    """One package of a lock file. `marker`: where it is installed at all; empty for everywhere."""

    name: str
    version: str
    marker: str = ""
    hashes: tuple[str, ...] = ()
    """SHA-256 of each file of that version, in hexadecimal."""
    needed_by: tuple[str, ...] = ()
    """Names of the packages that want it; a file (`-r requirements/…`) where we want it ourselves."""

    @property
    def wanted_by_us(self) -> bool:
        """Whether we name it ourselves."""
        return any(who.startswith("-r ") for who in self.needed_by)


@dataclass(frozen=True)
class NpmPackage:
    """One package of npm's lock file."""

    name: str
    version: str
    licence: str
    sha512: str
    """In hexadecimal."""


def read_pins(file: Path) -> tuple[Pin, ...]:
    """Return the packages of a lock file of Python's. Raises `ValueError` for a line that is none of its kinds."""
    return tuple(_pin(block) for block in _blocks(file.read_text("utf-8").splitlines()))


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        if not line[0].isspace() and block:
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _pin(block: list[str]) -> Pin:
    first = _PIN.fullmatch(block[0])
    if first is None:
        raise ValueError(f"This line pins nothing: {block[0]}")
    hashes = tuple(found["hash"] for line in block[1:] if (found := _HASH.fullmatch(line)))
    via = [found["who"] for line in block[1:] if (found := _VIA.fullmatch(line))]
    needed_by = tuple(who for who in via if who != "via")
    if not hashes:
        raise ValueError(f"{first['name']} has no hash.")
    return Pin(first["name"].lower(), first["version"], first["marker"] or "", hashes, needed_by)


def read_npm_lock(file: Path = NPM_LOCK) -> tuple[NpmPackage, ...]:
    """Return the packages of npm's lock file."""
    packages = json.loads(file.read_text("utf-8"))["packages"]
    return tuple(
        NpmPackage(
            path.rpartition("node_modules/")[2],
            about["version"],
            about.get("license", ""),
            base64.b64decode(about["integrity"].removeprefix("sha512-")).hex(),
        )
        for path, about in sorted(packages.items())
        if path
    )
