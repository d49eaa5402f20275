"""`make install-parsers`: brings ical.js, as npm's lock file pins it, into the virtual environment."""

from pathlib import Path

from tests.parsers.ical_js import PACKAGES
from web.assets.build import fetch_packages

fetch_packages(Path(__file__).parent, PACKAGES.parent)
