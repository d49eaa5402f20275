"""`kil serve`: the web server, one process on SQLite, as many as asked for on PostgreSQL."""

import socket

import click
from granian import Granian
from granian.constants import Interfaces

from kil_pipeline.errors import ConfigurationError
from kil_pipeline.settings import Settings


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until stopped. Each process makes its own application (`wiring.served_app`)."""
    click.echo(f"Serving {settings.base_url} (listening on {host}:{port}). Stop with Ctrl-C.")
    if settings.development:
        click.echo("Email is readable at " + settings.base_url + "/dev/mail")
    _check_port(host, port)
    run_server(settings, host, port)


def _check_port(host: str, port: int) -> None:
    """Raise `ConfigurationError` where somebody listens: the server itself would share the port without a word."""
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} of {host} cannot be used: {error.strerror}. Name another with --port."
        ) from error


def run_server(settings: Settings, host: str, port: int, target: str = "web.wiring:served_app") -> None:
    """Run the server until it is stopped. `target`: the module and the factory of what it serves."""
    sqlite = settings.database_url.startswith("sqlite")
    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        websockets=False,
        factory=True,
        workers=1 if sqlite else settings.web_processes,
        blocking_threads=3,
        backpressure=64,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_access=False,
    ).serve()
