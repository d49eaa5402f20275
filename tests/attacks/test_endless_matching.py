"""No text, however it is made, keeps a regular expression of ours busy for ever (ReDoS)."""

import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 100
"""Far more than is needed: what goes wrong here takes hours or years."""


@pytest.mark.slow
def test_no_text_keeps_an_expression_busy(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "tests.attacks.endless_matching", str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=SECONDS, check=True)
    assert int(done.stdout) >= 70
