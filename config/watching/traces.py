"""What requests and tasks wait for goes to a collector of OpenTelemetry, and nobody's data with it.

Where ``OTEL_EXPORTER_OTLP_ENDPOINT`` names one, a request, a task, a piece of the periodic work,
each statement of these and each call to the payment provider is a span. A request is known by the
name and the pattern of its address, a statement by its text without any value, a call by the words
of its path. Where it names none, nothing of this is loaded and nothing is called.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.tasks.signals import task_finished, task_started

from shop.core.jobs.announce import piece_began, piece_ended
from shop.core.occasions import request_id

LONGEST_TEXT = 2_000
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Statements hold their values apart, but for constants of the code and numbers that Django writes.
CONSTANT = re.compile(r"'(?:[^']|'')*'|(?<![\w$%\"(])\d+(?:\.\d+)?\b|(?<=\()\d+(?:\.\d+)?\b")
BEYOND = re.compile(r"\$\w*\$|\b[EU]&?'", re.IGNORECASE)
"""Texts with quotes of other kinds, of which nothing but the summary is told."""
ABOUT = re.compile(r'\b(?:FROM|INTO|UPDATE|JOIN)\s+(?:ONLY\s+)?"?([a-z_][a-z0-9_]*)', re.IGNORECASE)
# The words of the provider's paths that say nothing of anybody; all else is a number of something.
WORDS = frozenset(
    [
        "v1",
        "v2",
        "core",
        "checkout",
        "sessions",
        "expire",
        "payment_intents",
        "refunds",
        "charges",
        "disputes",
        "balance",
        "balance_transactions",
        "payouts",
        "transfers",
        "reversals",
        "accounts",
        "account",
        "account_links",
        "events",
        "webhook_endpoints",
        "event_destinations",
        "money_management",
        "outbound_payments",
        "financial_accounts",
        "recipient_verifications",
        "payout_methods",
        "files",
        "topups",
        "cancel",
        "close",
        "search",
    ]
)


class Tracer:
    """Makes spans, and sends them from a thread; a process that is forked gets one of its own."""

    def __init__(self, endpoint: str) -> None:
        """Make the tracer.

        Raises:
            ImproperlyConfigured: its packages are not installed.
        """
        try:
            from opentelemetry import trace  # noqa: PLC0415 (most operators have none)
            from opentelemetry.exporter.otlp.proto.http import trace_exporter  # noqa: PLC0415
            from opentelemetry.sdk import resources  # noqa: PLC0415
            from opentelemetry.sdk import trace as sdk  # noqa: PLC0415
            from opentelemetry.sdk.trace import export  # noqa: PLC0415
        except ImportError as missing:
            text = (
                "OTEL_EXPORTER_OTLP_ENDPOINT is set: install requirements-watching.lock, or unset"
            )
            raise ImproperlyConfigured(f"{text} it.") from missing
        self.api, self.host = trace, urlsplit(endpoint).netloc
        named = os.environ.get("OTEL_SERVICE_NAME") or "baobab"
        provider = sdk.TracerProvider(resource=resources.Resource.create({"service.name": named}))
        place = f"{endpoint.rstrip('/')}/v1/traces"
        exporter = trace_exporter.OTLPSpanExporter(endpoint=place, timeout=5)
        provider.add_span_processor(export.BatchSpanProcessor(exporter))
        self._tracer = provider.get_tracer("baobab")

    def begin(self, name: str, kind: str, **attributes: Any) -> Any:
        """Begin a span, which the caller ends."""
        kept = {key.replace("__", "."): value for key, value in attributes.items() if value}
        return self._tracer.start_span(name, kind=self.api.SpanKind[kind], attributes=kept)

    def fail(self, span: Any, kind: str) -> None:
        """Mark a span as failed, by the kind of the error; what it says is nobody's business."""
        span.set_attribute("error.type", kind)
        span.set_status(self.api.StatusCode.ERROR)

    def is_within(self) -> bool:
        """Tell whether a span is under way that is recorded."""
        return bool(self.api.get_current_span().is_recording())


class Traced:
    """Makes a span of each request; without a tracer it is not among the middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer within a span, which gets its name when the address is known."""
        found = _tracer()
        method = request.method if request.method in METHODS else "other"
        span = found.begin(f"{method}", "SERVER", http__request__method=method,
                           baobab__request=request_id())  # fmt: skip
        with found.api.use_span(span, end_on_exit=True, record_exception=False,
                                set_status_on_exception=False):  # fmt: skip
            response = self.get_response(request)
            match = request.resolver_match
            span.update_name(f"{method} {(match and match.view_name) or 'none'}")
            if match:
                span.set_attribute("http.route", match.route)
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                found.fail(span, str(response.status_code))
        return response


_present: list[Tracer] = []


def watch_traces(endpoint: str) -> None:
    """Send spans to a collector from now on: of all work, statements, calls outside.

    Raises:
        ImproperlyConfigured: its packages are not installed.
    """
    if _present:
        return
    _present.append(Tracer(endpoint))
    connection_created.connect(_watch_connection)
    work = WorkSpans()
    task_started.connect(work.task_begins, weak=False)
    task_finished.connect(work.task_ends, weak=False)
    piece_began.connect(work.piece_begins, weak=False)
    piece_ended.connect(work.piece_ends, weak=False)
    requests.Session.send = _traced(requests.Session.send)  # type: ignore[method-assign]


def _tracer() -> Tracer:
    return _present[0]


class WorkSpans:
    """Makes a span of each task of the worker, and of each piece of the periodic work."""

    def __init__(self) -> None:
        self._open: list[tuple[Any, Any]] = []

    def task_begins(self, task_result: Any, **_facts: Any) -> None:
        """Begin the span of a task, by its name and its number."""
        self._begin(f"task {task_result.task.module_path}", baobab__task=str(task_result.id))

    def task_ends(self, task_result: Any, **_facts: Any) -> None:
        """End it; of one that failed the kind of the error is told."""
        errors = task_result.errors
        self._end(errors[-1].exception_class_path if errors else "")

    def piece_begins(self, name: str, **_facts: Any) -> None:
        """Begin the span of a piece of the periodic work."""
        self._begin(f"beat {name}")

    def piece_ends(self, error: str, **_facts: Any) -> None:
        """End it; of one that failed the kind of the error is told."""
        self._end(error)

    def _begin(self, name: str, **attributes: str) -> None:
        from opentelemetry import context  # noqa: PLC0415

        found = _tracer()
        span = found.begin(name, "CONSUMER", baobab__request=request_id(), **attributes)
        self._open.append((span, context.attach(found.api.set_span_in_context(span))))

    def _end(self, error: str) -> None:
        from opentelemetry import context  # noqa: PLC0415

        if not self._open:
            return
        span, token = self._open.pop()
        if error:
            _tracer().fail(span, error)
        context.detach(token)
        span.end()


def _watch_connection(connection: Any, **_facts: Any) -> None:
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _statement(execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any) -> Any:
    """Execute a statement; of one within other work make a span."""
    found = _tracer()
    if not found.is_within():
        return execute(sql, params, many, context)
    # A composed statement holds its values: nothing of it is told.
    summary, text = described(sql if isinstance(sql, str) else "")
    span = found.begin(summary, "CLIENT", db__system__name="postgresql",
                       db__query__summary=summary, db__query__text=text)  # fmt: skip
    try:
        return execute(sql, params, many, context)
    except Exception as error:
        found.fail(span, type(error).__name__)
        raise
    finally:
        span.end()


@lru_cache(maxsize=2_000)
def described(sql: str) -> tuple[str, str]:
    """Return the summary of a statement, and its text without any value."""
    words = sql.lstrip(" (\n").partition(" ")[0].upper()[:20] or "?"
    about = ABOUT.search(sql)
    summary = f"{words} {about[1]}" if about else words
    if BEYOND.search(sql):
        return summary, ""
    return summary, CONSTANT.sub("?", sql)[:LONGEST_TEXT]


def _traced(send: Callable[..., Any]) -> Callable[..., Any]:
    """Return the sending of requests with a span around each, but for those that bring spans."""

    def sent(self: Any, request: Any, **facts: Any) -> Any:
        found, place = _tracer(), urlsplit(request.url)
        if place.netloc == found.host:
            return send(self, request, **facts)
        path = "/".join(part if not part or part in WORDS else "{id}"
                        for part in place.path.split("/"))  # fmt: skip
        span = found.begin(f"{request.method} {path}", "CLIENT", server__address=place.hostname,
                           http__request__method=request.method, url__template=path)  # fmt: skip
        try:
            response = send(self, request, **facts)
            span.set_attribute("http.response.status_code", response.status_code)
        except Exception as error:
            found.fail(span, type(error).__name__)
            raise
        else:
            return response
        finally:
            span.end()

    return sent
