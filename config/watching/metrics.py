"""Figures for Prometheus: what requests took, and how what is kept in the database stands.

Processes of one machine share their counts by files in ``PROMETHEUS_MULTIPROC_DIR``. No figure
names anybody: a request is counted by the name of its address, never by the address itself.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.version import VERSION
from shop.core import clock
from shop.core.networks import client_address, is_in
from shop.orders.models import Order
from shop.reports.health import readings
from shop.reports.models import Check
from shop.reports.monitor import standing

LATELY = timedelta(minutes=5)
REQUESTS = Counter(
    "baobab_http_requests", "Answers, by the name of the address.", ["view", "method", "status"]
)
SECONDS = Histogram(
    "baobab_http_seconds", "Seconds until an answer began.", ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)  # fmt: skip


class Measured:
    """Counts each answer, and what it took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and count it."""
        begun = time.perf_counter()
        response = self.get_response(request)
        view = getattr(request.resolver_match, "view_name", None) or "none"
        method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
        REQUESTS.labels(view, method, f"{response.status_code // 100}xx").inc()
        SECONDS.labels(view).observe(time.perf_counter() - begun)
        return response


class Standing(Collector):
    """What the database tells when somebody asks: problems, queues, orders of the last minutes."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterable[Metric]:
        """Yield the figures; where the database does not answer, that alone."""
        well = GaugeMetricFamily("baobab_database_answers", "1, or 0 where it does not.")
        try:
            found = list(self._asked())
        except (DatabaseError, InterfaceError):
            found = []
        well.add_metric([], bool(found))
        yield well
        yield _by("baobab_info", "Which version this is.", "version", {VERSION: 1})
        yield from found

    def _asked(self) -> Iterable[Metric]:
        now = standing(at=self.at)
        problems = {what: 1 if count is None else count for what, count in now.problems.items()}
        yield _by("baobab_problem", "Each problem, with its number or 1.", "what", problems)
        yield _by("baobab_last_seen_seconds", "Seconds since a part was last alive.", "part",
                  {part: (self.at - seen).total_seconds()
                   for part, seen in now.last_seen.items() if seen})  # fmt: skip
        levels = {Check.Standing.GOOD: 0, Check.Standing.WARN: 1, Check.Standing.BAD: 2}
        # As the panel has it: what is looked at near a festival alone is not told for ever.
        parts = readings(list(Check.objects.all()), at=self.at)
        yield _by("baobab_check", "How a part stands: 0 good, 1 warning, 2 bad.", "name",
                  {one.name: levels[Check.Standing(one.standing)]
                   for one in parts if one.standing in levels})  # fmt: skip
        ready = DBTaskResult.objects.ready()
        oldest = ready.order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
        yield GaugeMetricFamily("baobab_tasks_waiting", "Tasks that wait.", ready.count())
        age = max(0.0, (self.at - oldest).total_seconds()) if oldest else 0
        yield GaugeMetricFamily("baobab_tasks_oldest_seconds", "Age of the oldest.", age)
        lately = Order.objects.filter(paid_at__gt=self.at - LATELY, paid_at__lte=self.at)
        yield GaugeMetricFamily("baobab_orders_paid_lately", "Within 5 minutes.", lately.count())
        pending = Order.objects.filter(state=Order.State.PENDING)
        yield GaugeMetricFamily("baobab_orders_pending", "Orders that wait for their money.",
                                pending.count())  # fmt: skip


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the figures to a monitor of ``MONITOR_NETWORKS``; to everybody else there are none."""
    if not is_monitor(request):
        raise Http404
    shared = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    counts = CollectorRegistry() if shared else REGISTRY
    if shared:
        multiprocess.MultiProcessCollector(counts)  # type: ignore[no-untyped-call]
    present = CollectorRegistry()
    present.register(Standing(clock.moment_of(request)))
    body = generate_latest(counts) + generate_latest(present)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def is_monitor(request: HttpRequest) -> bool:
    """Tell whether a request comes from one of the networks of monitors."""
    address = client_address(request)
    return any(is_in(network, address) for network in settings.MONITOR_NETWORKS)


def _by(name: str, about: str, label: str, figures: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, figure in figures.items():
        family.add_metric([key], figure)
    return family
