"""Asking a virus scanner: what it finds, what it does not, and where it is away or says something else."""

from pathlib import Path

import pytest

from feeds.virus_scans import ScannerAway, make_scanner
from kil_pipeline.errors import ConfigurationError
from tests.faults.clamds import EICAR, clamd


@pytest.mark.parametrize("unix", [False, True], ids=["tcp", "unix"])
def test_a_file_is_sent_whole_and_the_answer_read(tmp_path: Path, unix: bool) -> None:
    large = b"a" * 200_000
    with clamd(socket_file=tmp_path / "clamd.sock" if unix else None) as (address, seen):
        scan = make_scanner(address)
        assert scan is not None
        found = [scan(data) for data in (b"", large, large + EICAR)]
    assert (found, seen) == (["", "", "Eicar-Test-Signature"], [b"", large, large + EICAR])


@pytest.mark.parametrize(
    "says", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: ", b"OK stream: OK?\0", b"\xff\0"]
)
def test_what_is_neither_yes_nor_no_is_no_answer(says: bytes) -> None:
    with clamd(says) as (address, _):
        scan = make_scanner(address)
        assert scan is not None
        with pytest.raises(ScannerAway):
            scan(b"a file")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "unix:/nowhere/clamd.sock"])
def test_nobody_there_is_said(address: str) -> None:
    scan = make_scanner(address, patience=2)
    assert scan is not None
    with pytest.raises(ScannerAway):
        scan(b"a file")


@pytest.mark.parametrize("address", ["clamd", "tcp://clamd", "http://clamd:3310", "unix:clamd.sock", "tcp://:3310"])
def test_an_address_that_makes_no_sense_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="KIL_CLAMD"):
        make_scanner(address)


def test_without_an_address_nobody_looks() -> None:
    assert make_scanner("") is None
