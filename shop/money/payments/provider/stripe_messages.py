"""Messages of Stripe's newer API, which name an object: received, and looked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shop.core.errors import BadSignature
from shop.money.payments.provider.messages import LONGEST_ID, LONGEST_KIND, facts_of
from shop.money.payments.provider.payouts import ThinEvent
from shop.money.payments.provider.reading import (
    Answer,
    NotUnderstood,
    flag,
    known,
    read,
    read_each,
    text,
    text_or_none,
)
from shop.money.payments.provider.stripe_gateway import StripeGateway, verify
from shop.money.payments.provider.stripe_payouts import moment_of, on_all_pages


def events_since(
    provider: StripeGateway, since: datetime, kinds: Sequence[str]
) -> Iterator[Answer[ThinEvent]]:
    """Yield the messages about objects since a moment; the provider keeps them for 30 days."""
    wanted = frozenset(kinds)
    params: Any = {"created": {"gte": moment_of(since)}, "limit": 100}
    listed = provider.ask(lambda c: c.v2.core.events.list(params))
    for event in read_each("message", on_all_pages(provider, listed), _event):
        if isinstance(event, NotUnderstood) or event.kind in wanted:
            yield event


def read_thin(body: bytes, signature: str, secrets: Sequence[str]) -> ThinEvent:
    """Return the message whose signature is right.

    Raises:
        BadSignature: it is not, or the message is none that names an object.
    """
    verify(body, signature, secrets)
    try:
        event = known(read("message", facts_of(body), _thin))
    except NotUnderstood as error:
        raise BadSignature("the message is not an event") from error
    if event is None:
        raise BadSignature("the message holds an object: it belongs to the other endpoint")
    if max(map(len, (event.id, event.object_id, event.context))) > LONGEST_ID:
        raise BadSignature("the message is not an event")
    if len(event.kind) > LONGEST_KIND:
        raise BadSignature("the message is not an event")
    return event


def _thin(facts: Mapping[str, Any]) -> ThinEvent | None:
    return _event(facts) if text(facts["object"]) == "v2.core.event" else None


def _event(row: Any) -> ThinEvent:
    facts = row if isinstance(row, Mapping) else row.to_dict()
    about = facts.get("related_object") or {}
    return ThinEvent(
        id=text(facts["id"]),
        kind=text(facts["type"]),
        object_id=text_or_none(about.get("id")),
        context=text_or_none(facts.get("context")),
        is_live=flag(facts["livemode"]),
        body={name: facts.get(name) for name in ("id", "type", "created", "context")}
        | {"related_object": about},
    )
