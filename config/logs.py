"""The settings of logs: links that open somebody's order, or the desk, are masked."""

import logging
import os
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from shop.core.occasions import occasion, request_id

# /orders/BB-2026-100001/<token>/: whoever knows the token sees the address of the shopper.
# /orders/<number>/<token>/open/<proof>/: whoever knows it within the hour sees all of the order.
# /account/invitation/<token>/, /account/store/<token>/: whoever knows it works at a desk.
# /apply/link/<token>/: whoever knows it writes the application, and reads what stands there.
# /report/<id>/<secret>/: whoever knows it reads what somebody reported, and objects.
# /merchant/tickets/<code>/: whoever shows the code is let in.
# /calendars/<token>.ics, /feeds/<token>/: whoever knows it reads a store's dates, or its products.
# /learning/certificates/<number>/: whoever knows it reads who has learned what, for which store.
# /account/password/reset/key/<key>/, /organize/password_reset/confirm/<who>/<token>/: whoever knows
# it within hours sets a password. /account/confirm-email/<key>/: an address counts as one's own.
# /preview/<key>/: whoever knows it sees the shop as it will be.
# /remind/<token>/: whoever knows it confirms reminders, or ends them.
LINK = re.compile(
    r"(/orders/[^/\s]+/|/account/(?:invitation|store|confirm-email|password/reset/key)/"
    r"|/organize/password_reset/confirm/[^/\s]+/|/apply/link/|/report/[0-9]+/|/preview/|/remind/"
    r"|/merchant/tickets/|/calendars/|/feeds/|/learning/certificates/)"
    r"[^/\s?]+(?:/open/[^/\s?]+)?"
)


def gravity(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what stands before lines of each level where systemd's journal reads them.

    It takes from it how grave a line is, for ``journalctl -p warning`` (sd-daemon(3)).
    """
    if "JOURNAL_STREAM" not in environment:
        return {}
    return {"CRITICAL": "<2>", "ERROR": "<3>", "WARNING": "<4>", "INFO": "<6>", "DEBUG": "<7>"}


GRAVITY = gravity(os.environ)
KEPT = {"time", "level", "logger", "message", "request_id", "task_id", "exc_info", "stack_info"}


class Discreet(logging.Formatter):
    """Masks the secret part of a link wherever a line or a traceback names it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line as it is written."""
        return _written(record, super().format(record))


class DiscreetJson(JsonFormatter):
    """Writes each line as one JSON object, with the ids of its request and task, masked alike."""

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Leave out what is not named in the format: a request would bring its address along."""
        super().add_fields(log_data, record, message_dict)
        for name in set(log_data) - KEPT:
            del log_data[name]

    def format(self, record: logging.LogRecord) -> str:
        """Return the line as it is written."""
        return _written(record, super().format(record))


def _written(record: logging.LogRecord, line: str) -> str:
    return GRAVITY.get(record.levelname, "") + LINK.sub(r"\1...", line)


class WithIds(logging.Filter):
    """Lets each line know for which request, and in which task, it was written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the ids; every line passes."""
        record.request_id, record.task_id = request_id(), occasion()
        return True


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "config.logs.Discreet",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
        "json": {
            "()": "config.logs.DiscreetJson",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s %(task_id)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
    },
    "filters": {"ids": {"()": "config.logs.WithIds"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["ids"]}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Wagtail makes a job of every save; two lines for each would bury everything else.
        "django.tasks": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},  # its INFO lines carry request bodies
        "wagtail": {"level": "WARNING"},  # what editors do stands in its own history
    },
}


def logging_as(form: str) -> dict[str, Any]:
    """Return the settings of logs that are written plain, for people, or as JSON, for machines."""
    found = deepcopy(LOGGING)
    found["handlers"]["console"]["formatter"] = form
    return found
