"""Keeps out of the log what opens somebody's order."""

import logging
import re

# /orders/BB-2026-100001/<token>/: whoever knows the token sees the address of the shopper.
LINK = re.compile(r"(/orders/[^/\s]+/)[^/\s?]+")


class Discreet(logging.Formatter):
    """Masks the secret part of an order's link wherever a line or a traceback names it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line as it is written."""
        return LINK.sub(r"\1...", super().format(record))
