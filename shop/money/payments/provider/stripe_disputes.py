"""Sends evidence about a dispute to the shopper's bank, by way of the provider."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from shop.money.payments.provider.gateway import RemoteDispute
from shop.money.payments.provider.reading import text
from shop.money.payments.provider.stripe_gateway import DISPUTE, StripeGateway
from shop.money.payments.provider.stripe_shapes import dispute_of

PURPOSE = "dispute_evidence"
# Stripe, Disputes and File uploads, SDK 16.1 and pages of 2026-12: texts up to 20,000 characters,
# files JPEG, PNG or PDF up to 5 MB, one for each field, 4.5 MB together.
LONGEST_TEXT = 20_000
LARGEST_TOGETHER = 4_500_000


def upload(provider: StripeGateway, name: str, content: bytes, *, key: str) -> str:
    """Hand a file over, and return the provider's name of it; the same key keeps one."""
    file = BytesIO(content)
    file.name = name
    params: Any = {"purpose": PURPOSE, "file": file}
    options: Any = {"idempotency_key": key}

    def ask(client: Any) -> Any:
        file.seek(0)
        return client.v1.files.create(params, options)

    return provider.ask_for("file", ask, lambda found: text(found.id), is_kept=True)


def submit(
    provider: StripeGateway, dispute_id: str, evidence: Mapping[str, str], *, name: str, key: str
) -> RemoteDispute:
    """Send evidence to the bank for good; its name says later that it was this answer."""
    params: Any = {"evidence": dict(evidence), "metadata": {"answer": name}, "submit": True}
    options: Any = {"idempotency_key": key}

    def ask(client: Any) -> Any:
        return client.v1.disputes.update(dispute_id, params, options)

    return provider.ask_for(DISPUTE, ask, dispute_of, is_kept=True)
