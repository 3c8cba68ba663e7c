"""Keeps out of the log what opens somebody's order, or the desk."""

import logging
import re

# /orders/BB-2026-100001/<token>/: whoever knows the token sees the address of the shopper.
# /account/invitation/<token>/: whoever knows it works at the desk.
LINK = re.compile(r"(/orders/[^/\s]+/|/account/invitation/)[^/\s?]+")


class Discreet(logging.Formatter):
    """Masks the secret part of a link wherever a line or a traceback names it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line as it is written."""
        return LINK.sub(r"\1...", super().format(record))
