"""Stripe through its official SDK; ``stripe_shapes`` puts its answers into our words.

With ``STRIPE_BASE_URL`` the same SDK talks to the sandbox over HTTP; nothing else changes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

import stripe
from django.conf import settings

from shop.core.currencies import for_stripe, is_chargeable
from shop.core.errors import BadSignature, GatewayError
from shop.money.payments.provider.circuit_breaker import Breaker
from shop.money.payments.provider.gateway import (
    FAULT,
    BalancePage,
    CheckoutSession,
    Payer,
    ProviderEvent,
    RemoteDispute,
    RemoteRefund,
    RemoteWarning,
)
from shop.money.payments.provider.messages import (
    LONGEST_ID,
    LONGEST_KIND,
    LONGEST_VERSION,
    facts_of,
    object_of,
    text_of,
)
from shop.money.payments.provider.reading import (
    Answer,
    NotUnderstood,
    first,
    flag,
    id_of,
    known,
    read,
    read_each,
)
from shop.money.payments.provider.stripe_checkout import EXPAND, checkout_params
from shop.money.payments.provider.stripe_errors import said_plainly
from shop.money.payments.provider.stripe_shapes import (
    balance_line_of,
    balances_of,
    dispute_of,
    has_method,
    refund_of,
    session_of,
    warning_of,
)

log = logging.getLogger(__name__)
CONNECT_SECONDS, READ_SECONDS = 3, 10
# A webhook has to be answered within five seconds, and a page should not take longer either.
BRIEF_SECONDS = (1, 3)
# Stripe, webhook signatures: five minutes of tolerance. The SDK looks back only; a stamp from
# the future is as wrong as an old one.
TOLERANCE_SECONDS = 300
# What may go well a moment later. Silence is not among it: whoever waits would wait twice.
BY_CHANCE = {"broken line", FAULT, "at work"}
SESSION, REFUND, DISPUTE, LINE = "checkout session", "refund", "dispute", "balance line"
PAGE, WARNING = "page of a list", "early fraud warning"


class Page(NamedTuple):
    """A page of a list, the id of the last object that has one, and whether others follow."""

    rows: list[Any]
    last: str
    has_more: bool


class StripeGateway:
    """Makes, reads and closes Checkout sessions, sends refunds, checks webhooks.

    Every call may raise ``GatewayError``. An answer that cannot be read is raised as
    ``NotUnderstood``; in a list it stands among the others. The code of an error is "silent" where
    there was no answer in time, "given up" until somebody may ask again; ``FAULT`` where the
    provider's own server failed. The older half of its API keeps that answer under the key, so a
    call with a key is not repeated: see ``doubts.py``.
    """

    def __init__(self, key: str, base: str = "") -> None:
        options: dict[str, Any] = {}
        if base:  # all of them: overriding one alone would leave the others at Stripe
            hosts = ("api", "files", "connect", "meter_events")
            options["base_addresses"] = dict.fromkeys(hosts, base)
        self._client = _client(key, (CONNECT_SECONDS, READ_SECONDS), **options)
        self._brief = _client(key, BRIEF_SECONDS, **options)
        self._breaker = Breaker()

    @property
    def is_given_up(self) -> bool:
        """Tell whether nobody is asked for a minute, since a call was not answered in time."""
        return self._breaker.is_open

    def open_checkout(
        self, request: Mapping[str, Any], *, whose: Payer, key: str
    ) -> CheckoutSession:
        """Make a session that can be paid; the same key gives the same session."""
        currency = request["currency"]
        if not is_chargeable(currency):
            raise GatewayError(f"{currency} is not taken", may_retry=False, code="currency")
        params = checkout_params(request, whose)
        create = self._client.v1.checkout.sessions.create
        ask = partial(create, params, {"idempotency_key": key})
        return self._told(SESSION, session_of, ask, is_kept=True)

    def session(self, session_id: str, *, is_waited_for: bool = False) -> CheckoutSession:
        """Return a session as it is now; asked briefly and once when somebody waits for it."""
        client = self._brief if is_waited_for else self._client
        retrieve = client.v1.checkout.sessions.retrieve
        ask = partial(retrieve, session_id, {"expand": EXPAND})
        return self._told(SESSION, session_of, ask, is_brief=is_waited_for)

    def sessions_since(self, made_at: datetime) -> Iterator[Answer[CheckoutSession]]:
        """Yield the sessions of the account that were made since, the newest first."""
        params = _since(made_at) | {"expand": [f"data.{name}" for name in EXPAND]}
        pages = self._pages(self._client.v1.checkout.sessions.list, params)
        return read_each(SESSION, pages, session_of)

    def close_checkout(self, session_id: str) -> CheckoutSession:
        """Make a session unpayable and return its state; it may be paid already."""
        expire = self._client.v1.checkout.sessions.expire
        try:
            ask = partial(expire, session_id, {"expand": EXPAND})
            return self._told(SESSION, session_of, ask)
        except GatewayError as error:
            if error.may_retry or error.code == "authentication":
                raise
            return self.session(session_id)  # it was not open any more: ask what it is

    def refund(self, request: Mapping[str, Any], *, key: str) -> RemoteRefund:
        """Send money back; the same key sends it once."""
        params: Any = {
            "charge": request["charge"],
            "amount": for_stripe(request["amount"], request["currency"]),
            "metadata": {"operation": request["operation"], "order": request["order"]},
        }
        create = self._client.v1.refunds.create
        ask = partial(create, params, {"idempotency_key": key})
        return self._told(REFUND, refund_of, ask, is_kept=True)

    def find_refund(self, request: Mapping[str, Any]) -> RemoteRefund | None:
        """Return the refund that was made of a request, or None; found by the operation."""
        rows = self.refunds_of(request["charge"])
        return first(rows, lambda row: row.operation_uuid == request["operation"])

    def refunds_of(
        self, charge_id: str, *, is_waited_for: bool = False
    ) -> Iterator[Answer[RemoteRefund]]:
        """Yield all refunds of a charge, whoever made them, the newest first."""
        client = self._brief if is_waited_for else self._client
        params: Any = {"charge": charge_id, "limit": 100}
        pages = self._pages(client.v1.refunds.list, params, is_brief=is_waited_for)
        return read_each(REFUND, pages, refund_of)

    def refunds_since(self, made_at: datetime) -> Iterator[Answer[RemoteRefund]]:
        """Yield the refunds of the account that were made since, the newest first."""
        pages = self._pages(self._client.v1.refunds.list, _since(made_at))
        return read_each(REFUND, pages, refund_of)

    def disputes_since(self, made_at: datetime) -> Iterator[Answer[RemoteDispute]]:
        """Yield the disputes of the account that were opened since, the newest first."""
        pages = self._pages(self._client.v1.disputes.list, _since(made_at))
        return read_each(DISPUTE, pages, dispute_of)

    def refund_now(self, refund_id: str, *, is_waited_for: bool = False) -> RemoteRefund:
        """Return a refund as it is now; asked briefly and once when somebody waits for it."""
        client = self._brief if is_waited_for else self._client
        ask = partial(client.v1.refunds.retrieve, refund_id)
        return self._told(REFUND, refund_of, ask, is_brief=is_waited_for)

    def dispute_now(self, dispute_id: str, *, is_waited_for: bool = False) -> RemoteDispute:
        """Return a dispute as it is now; asked briefly and once when somebody waits for it."""
        client = self._brief if is_waited_for else self._client
        ask = partial(client.v1.disputes.retrieve, dispute_id)
        return self._told(DISPUTE, dispute_of, ask, is_brief=is_waited_for)

    def warnings_since(self, made_at: datetime) -> Iterator[Answer[RemoteWarning]]:
        """Yield the early fraud warnings of the account that came since, the newest first."""
        pages = self._pages(self._client.v1.radar.early_fraud_warnings.list, _since(made_at))
        return read_each(WARNING, pages, warning_of)

    def warning_now(self, warning_id: str, *, is_waited_for: bool = False) -> RemoteWarning:
        """Return a warning as it is now; asked briefly and once when somebody waits for it."""
        client = self._brief if is_waited_for else self._client
        ask = partial(client.v1.radar.early_fraud_warnings.retrieve, warning_id)
        return self._told(WARNING, warning_of, ask, is_brief=is_waited_for)

    def balance_lines(self, since: datetime, until: datetime, *, after: str = "") -> BalancePage:
        """Return the lines of the balance made in between that are older than another one."""
        params: Any = _since(since)
        params["created"]["lte"] = int(until.timestamp())
        if after:
            params["starting_after"] = after
        page = self._page(partial(self._client.v1.balance_transactions.list, params))
        lines = list(read_each(LINE, page.rows, balance_line_of))
        if page.has_more and not page.last:
            raise NotUnderstood(PAGE, "", "none of its objects has an id")
        return BalancePage(lines, page.last, page.has_more)

    def balances(self) -> dict[str, Answer[int]]:
        """Return what the account has by currency, available and pending together."""
        return self._told("balance", balances_of, self._client.v1.balance.retrieve)

    def is_for_storage(self, payout_id: str) -> bool:
        """Tell whether a payout went to the account from which payouts are sent, not to a bank."""
        retrieve = self._client.v1.payouts.retrieve
        return self._told("payout", has_method, partial(retrieve, payout_id))

    def knock(self) -> None:
        """Ask for something small, briefly and once; returning at all says that it answers."""
        self._ask(self._brief.v1.balance.retrieve)

    def ask[T](self, call: Callable[[stripe.StripeClient], T]) -> T:
        """Ask what no method here is for, with the same care."""
        return self._call(lambda: call(self._client))

    def ask_for[Row, T](
        self,
        what: str,
        call: Callable[[stripe.StripeClient], Row],
        parse: Callable[[Row], T],
        *,
        is_kept: bool = False,
    ) -> T:
        """Ask what no method here is for, and return what the answer says.

        Args:
            is_kept: the provider keeps its answer under the call's key, a failure included.

        Raises:
            NotUnderstood: it cannot be read.
        """
        return self._told(what, parse, lambda: call(self._client), is_kept=is_kept)

    def read_event(self, body: bytes, signature: str) -> ProviderEvent:
        """Return the message, or raise ``BadSignature``."""
        verify(body, signature, settings.STRIPE_WEBHOOK_SECRETS)
        facts = facts_of(body)
        about = object_of(object_of(facts, "data"), "object")
        object_of(about, "metadata", is_needed=False)
        if not isinstance(facts.get("livemode"), bool):
            raise BadSignature("the message is not an event")
        return ProviderEvent(
            id=text_of(facts, "id", LONGEST_ID),
            kind=text_of(facts, "type", LONGEST_KIND),
            object_id=text_of(about, "id", LONGEST_ID, is_needed=False),
            is_live=bool(facts["livemode"]),
            api_version=text_of(facts, "api_version", LONGEST_VERSION, is_needed=False),
            body=facts,
        )

    def _pages(
        self, ask: Callable[..., Any], params: dict[str, Any], *, is_brief: bool = False
    ) -> Iterator[Any]:
        """Yield what stands on all pages of a list; last of all a page that cannot be read."""
        asked = params
        while True:
            try:
                page = self._page(partial(ask, asked), is_brief=is_brief)
            except NotUnderstood as unread:
                yield unread
                return
            yield from page.rows
            if not page.has_more:
                return
            if page.last in ("", asked.get("starting_after")):
                yield NotUnderstood(PAGE, "", "none of its objects has an id")
                return
            asked = params | {"starting_after": page.last}

    def _page(self, ask: Callable[[], Any], *, is_brief: bool = False) -> Page:
        return self._told(PAGE, _page_of, ask, is_brief=is_brief)

    def _told[Row, T](
        self,
        what: str,
        parse: Callable[[Row], T],
        ask: Callable[[], Row],
        *,
        is_brief: bool = False,
        is_kept: bool = False,
    ) -> T:
        """Ask, and return what the answer says.

        Raises:
            NotUnderstood: it cannot be read.
        """
        answer = self._call(ask, is_brief=is_brief, is_kept=is_kept)
        return known(read(what, answer, parse))

    def _call[T](self, ask: Callable[[], T], *, is_brief: bool = False, is_kept: bool = False) -> T:
        """Call Stripe unless it is given up at present; repeat once after a failure by chance."""
        if not self._breaker.admit():
            raise GatewayError("it is given up for a minute", may_retry=True, code="given up")
        try:
            return self._ask(ask)
        except GatewayError as error:
            if is_brief or error.code not in BY_CHANCE or (is_kept and error.code == FAULT):
                raise
        return self._ask(ask)

    def _ask[T](self, ask: Callable[[], T]) -> T:
        try:
            answer = said_plainly(ask)
        except GatewayError as error:
            if error.code == "silent":
                self._breaker.note_silence()
            elif error.code != "broken line":
                self._breaker.note_answer()
            raise
        self._breaker.note_answer()
        if told := getattr(answer, "last_response", None):
            log.info("the provider answered %s", told.request_id)
        return answer


@lru_cache(maxsize=1)
def gateway() -> StripeGateway:
    """Return the gateway to the provider, made once per process."""
    return StripeGateway(settings.STRIPE_SECRET_KEY, settings.STRIPE_BASE_URL)


def _since(made_at: datetime) -> dict[str, Any]:
    """Return what asks for a page of what was made since."""
    return {"created": {"gte": int(made_at.timestamp())}, "limit": 100}


def verify(body: bytes, signature: str, secrets: Sequence[str]) -> None:
    """Make sure that the provider has signed a message, a short time ago.

    Raises:
        BadSignature: no secret fits, or the stamp is too far away, on whichever side.
    """
    # A list, because while a secret is being rolled both the old and the new one sign.
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
        except stripe.SignatureVerificationError:
            continue
        except ValueError as error:
            raise BadSignature("the message is no text") from error
        if not _is_recent(signature):
            raise BadSignature("the stamp lies in the future")
        return
    raise BadSignature("no secret fits")


def _client(key: str, timeout: tuple[int, int], **options: Any) -> stripe.StripeClient:
    # The SDK would ask again after a time-out, and whoever waits would wait twice.
    http_client = stripe.RequestsClient(timeout=timeout)
    return stripe.StripeClient(key, max_network_retries=0, http_client=http_client, **options)


def _page_of(found: Any) -> Page:
    rows, has_more = list(found.data), flag(found.has_more)
    return Page(rows, next(filter(None, map(id_of, reversed(rows))), ""), has_more)


def _is_recent(signature: str) -> bool:
    stamps = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    return bool(stamps) and abs(time.time() - int(stamps[0])) <= TOLERANCE_SECONDS
