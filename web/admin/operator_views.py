"""The operator's page and the same figures for Prometheus."""

import uuid

from flask import flash, make_response, redirect, render_template
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from werkzeug.wrappers import Response

from kil_pipeline.scheduler.figures import Figures, read_figures, retry_delivery
from kil_pipeline.scheduler.heartbeats import worker_alive
from web.admin import operator
from web.context import database, now
from web.findings import examine_database


@operator.get("/operator")
def operator_page() -> str:
    """Show what is broken, how far behind each step is, what waits and what failed."""
    with database().read() as session:
        figures = read_figures(session, now())
        return render_template(
            "admin/operator.html",
            figures=figures,
            findings=sorted(examine_database(database(), now()), key=lambda finding: not finding.broken),
        )


@operator.post("/operator/deliveries/<uuid:delivery_id>")
def retry(delivery_id: uuid.UUID) -> Response:
    """Queue a mail again that failed."""
    with database().write() as session:
        retry_delivery(session, delivery_id, now())
    flash("It is queued again, and leaves within a minute.")
    return redirect("/operator#failed")


@operator.get("/metrics")
def metrics() -> Response:
    """Answer in Prometheus's text format."""
    with database().read() as session:
        figures, alive = read_figures(session, now()), worker_alive(session, now())
        response = make_response(generate_latest(_registry(figures, alive=alive)))
    response.headers["Content-Type"] = CONTENT_TYPE_LATEST
    return response


def _registry(figures: Figures, *, alive: bool) -> CollectorRegistry:
    registry = CollectorRegistry()

    def gauge(name: str, words: str, values: dict[str, float], label: str = "") -> None:
        made = Gauge(f"kil_{name}", words, [label] if label else [], registry=registry)
        for value, number in values.items():
            (made.labels(value) if label else made).set(number)

    queues = {queue.name.replace(" ", "_"): queue for queue in figures.queues}
    gauge("queue_size", "What is due in each step.", {k: q.waiting for k, q in queues.items()}, "step")
    lags = {name: queue.lag(now()).total_seconds() for name, queue in queues.items()}
    gauge("lag_seconds", "How long the oldest of it is overdue.", lags, "step")
    gauge("deliveries", "Mails by state.", dict(figures.deliveries), "state")
    by_domain = Gauge("kil_deliveries_by_domain", "Mails of a week.", ["domain", "state"], registry=registry)
    for domain, state, number in figures.domains:
        by_domain.labels(domain, state).set(number)
    slow = {domain.domain: float(domain.times) for domain in figures.slow}
    gauge("slow_domain_times", "How often in a row a domain put us off.", slow, "domain")
    gauge("webhooks", "Webhooks by state.", dict(figures.webhooks), "state")
    gauge("suppressions", "Addresses that are never mailed.", {"": figures.suppressions})
    gauge("worker_alive", "Whether a worker was heard of within five minutes.", {"": alive})
    gauge("tick_failed", "Workers whose last tick failed in part.", {"": sum(tick.failed for tick in figures.ticks)})
    last = max((tick.beat_at.timestamp() for tick in figures.ticks), default=0.0)
    gauge("last_tick_timestamp_seconds", "When the last tick began.", {"": last})
    return registry
