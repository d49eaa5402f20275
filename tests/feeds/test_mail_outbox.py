"""Mail as files."""

import os
import subprocess
import sys
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from feeds.mail_outbox import mail_name, outbox_folder
from feeds.mail_transports import make_sender
from kil_pipeline.alerts.letters import Message, Outcome, Outgoing, Receipt
from kil_pipeline.settings import Settings, load_settings

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
DELIVERY = uuid.UUID("0193a5e0-7c07-7000-8000-000000000001")
NAME = "20241208T104612743Z-0193a5e0-7c07-7000-8000-000000000001.eml"
OUTGOING = Outgoing(DELIVERY, "reader@example.org", Message("News", "Text\n", "<p>Text</p>"))


def settings(mail: str, var: Path) -> Settings:
    return load_settings({"KIL_ENV": "development", "KIL_MAIL": mail, "KIL_VAR": str(var)})


def test_a_mail_is_a_file_named_after_its_delivery(tmp_path: Path) -> None:
    receipt = make_sender(settings("file:mail", tmp_path), clock=lambda: NOW)(OUTGOING)
    assert receipt == Receipt(Outcome.SENT, f"Written to {NAME}")
    assert [file.name for file in (tmp_path / "mail").iterdir()] == [NAME]
    mail = message_from_bytes((tmp_path / "mail" / NAME).read_bytes())
    assert (mail["Subject"], mail["To"], mail["Date"]) == (
        "News",
        "reader@example.org",
        "Tue, 01 Dec 2026 08:00:00 +0000",
    )


def test_the_same_delivery_twice_is_one_file_as_it_was_first(tmp_path: Path) -> None:
    send = make_sender(settings("file:mail", tmp_path))
    send(OUTGOING)
    before = (tmp_path / "mail" / NAME).read_bytes()
    assert send(replace(OUTGOING, message=Message("Again", "t", "h"))).outcome is Outcome.SENT
    assert [file.read_bytes() for file in (tmp_path / "mail").iterdir()] == [before]


def test_names_sort_by_when_the_mail_was_queued() -> None:
    later = uuid.UUID(int=DELIVERY.int + (1 << 80))
    assert mail_name(DELIVERY) == NAME
    assert mail_name(DELIVERY) < mail_name(later)


@pytest.mark.parametrize(
    ("mail", "expected"),
    [("file:mail", "mail"), ("file:var/mail", "mail"), ("file:var/out/box", "out/box")],
)
def test_a_relative_folder_is_in_var(mail: str, expected: str, tmp_path: Path) -> None:
    assert outbox_folder(settings(mail, tmp_path)) == tmp_path / expected


def test_an_absolute_folder_is_itself(tmp_path: Path) -> None:
    assert outbox_folder(settings(f"file:{tmp_path}/elsewhere", Path("var"))) == tmp_path / "elsewhere"


def test_with_a_mail_server_there_is_no_folder(tmp_path: Path) -> None:
    assert outbox_folder(settings("smtp://localhost", tmp_path)) is None


def test_a_folder_that_cannot_be_made_puts_mail_off(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file is in the way")
    receipt = make_sender(settings("file:mail", tmp_path))(OUTGOING)
    assert receipt == Receipt(Outcome.DEFERRED, "The outbox cannot be written: File exists")


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from feeds.mail_transports import make_sender
from tests.feeds.test_mail_outbox import OUTGOING, settings

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
print(make_sender(settings("file:mail", Path(sys.argv[1])))(OUTGOING).outcome.value)
"""


def test_a_write_that_fails_half_way_leaves_no_half_file_and_puts_mail_off(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("deferred\n", 0), done.stderr
    assert list((tmp_path / "mail").iterdir()) == []
