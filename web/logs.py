"""Logs: one line an event to standard error, readable in development, JSON in production. No field's value in it."""

import logging
import sys

import structlog

from kil_pipeline.settings import Settings


def set_up_logs(settings: Settings) -> None:
    """Set up structlog, and the standard library's loggers beside it."""
    last: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if settings.development
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    # It warns at each second in which the last look at the queue still sends mail: that is how it is meant to be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
