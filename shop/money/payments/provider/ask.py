"""Asks the provider about many sessions at once, before anything of ours is locked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

from shop.core.errors import GatewayError
from shop.money.payments.provider.gateway import CheckoutSession
from shop.money.payments.provider.stripe_gateway import gateway

# The provider allows a hundred a second; a round shall not crowd out the shoppers' own calls.
AT_ONCE = 6

type Answers = dict[str, CheckoutSession | GatewayError]


def close_all(session_ids: Collection[str]) -> Answers:
    """Make sessions unpayable; return the state of each, or the error."""
    return _ask_all(gateway().close_checkout, session_ids)


def read_all(session_ids: Collection[str]) -> Answers:
    """Return how each of some sessions stands, or why it is not known."""
    return _ask_all(gateway().session, session_ids)


def said(answer: CheckoutSession | GatewayError) -> CheckoutSession:
    """Return the provider's answer, or raise it if it is an error.

    Raises:
        GatewayError: it said nothing, or no.
    """
    if isinstance(answer, GatewayError):
        raise answer
    return answer


def _ask_all(ask: Callable[[str], CheckoutSession], session_ids: Collection[str]) -> Answers:
    """Ask about all, some at a time. The threads touch the provider alone, and no database."""

    def one(session_id: str) -> CheckoutSession | GatewayError:
        try:
            return ask(session_id)
        except GatewayError as error:
            return error

    if not session_ids:
        return {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="provider") as threads:
        return dict(zip(session_ids, threads.map(one, session_ids), strict=True))
