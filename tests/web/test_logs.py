"""Lines of the log: one a line whatever is in them, with the moment in UTC, readable by a program."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import structlog

from kil_pipeline.settings import load_settings
from web.logs import set_up_logs


@pytest.fixture
def production() -> Iterator[None]:
    """Logs as they are in production, put back afterwards."""
    before = structlog.get_config()
    set_up_logs(load_settings({"KIL_SECRET_KEY": "k" * 32}))
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("text", ["a\nb", "a\r\n{}", '"}\n{"event": "forged"}', "\x1b[2J", "\u2028", "\0"])
def test_nothing_that_is_logged_makes_a_second_line(capsys: pytest.CaptureFixture[str], text: str) -> None:
    structlog.get_logger("web").warning("refused", what=text)
    line = capsys.readouterr().err
    assert (line.count("\n"), line.isascii(), line.rstrip("\n").isprintable()) == (1, True, True)
    said = json.loads(line)
    assert (said["event"], said["level"], said["what"]) == ("refused", "warning", text)
    assert datetime.fromisoformat(said["timestamp"]).utcoffset() == timedelta(0)
