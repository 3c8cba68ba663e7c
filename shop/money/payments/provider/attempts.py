"""Tries to move money: whatever goes wrong with one is put off, and the next has its turn."""

from __future__ import annotations

import logging
from collections.abc import Callable

from shop.core.errors import GatewayError
from shop.money.payments.provider.reading import NotUnderstood

log = logging.getLogger(__name__)


def attempt(what: str, act: Callable[[], None], put_off: Callable[[GatewayError], None]) -> None:
    """Act, and put off what the provider did not do, or a fault of ours kept from being known.

    Args:
        what: the name of it, for the log.

    Raises:
        NotUnderstood: it is put off, and nobody but a person can say whether it was done.
    """
    try:
        act()
    except NotUnderstood as unread:
        put_off(unread)
        raise
    except GatewayError as error:
        put_off(error)
    except Exception as error:
        log.exception("%s met a fault of ours", what)
        put_off(GatewayError(f"a fault of ours: {type(error).__name__}", may_retry=True))
