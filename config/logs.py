"""The settings of logs: links that open somebody's order, or the desk, are masked."""

import logging
import re

# /orders/BB-2026-100001/<token>/: whoever knows the token sees the address of the shopper.
# /orders/<number>/<token>/open/<proof>/: whoever knows it within the hour sees all of the order.
# /account/invitation/<token>/, /account/store/<token>/: whoever knows it works at a desk.
# /apply/link/<token>/: whoever knows it writes the application, and reads what stands there.
# /report/<id>/<secret>/: whoever knows it reads what somebody reported, and objects.
# /merchant/tickets/<code>/: whoever shows the code is let in.
# /calendars/<token>.ics, /feeds/<token>/: whoever knows it reads a store's dates, or its products.
# /learning/certificates/<number>/: whoever knows it reads who has learned what, for which store.
LINK = re.compile(
    r"(/orders/[^/\s]+/|/account/(?:invitation|store)/|/apply/link/|/report/[0-9]+/"
    r"|/merchant/tickets/|/calendars/|/feeds/|/learning/certificates/)"
    r"[^/\s?]+(?:/open/[^/\s?]+)?"
)


class Discreet(logging.Formatter):
    """Masks the secret part of a link wherever a line or a traceback names it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line as it is written."""
        return LINK.sub(r"\1...", super().format(record))


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "config.logs.Discreet",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Wagtail makes a job of every save; two lines for each would bury everything else.
        "django.tasks": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},  # its INFO lines carry request bodies
        "wagtail": {"level": "WARNING"},  # what editors do stands in its own history
    },
}
