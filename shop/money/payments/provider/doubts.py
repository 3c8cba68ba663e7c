"""What is done after the provider's own server failed: look first, and send again when sure.

Stripe, Idempotent requests and Advanced error handling, checked 2026-12: the answer 500 is kept
under the key for a day, it says nothing about whether the money moved, and what an outage left
half done is put right afterwards. So nothing is repeated: it is looked for, soon and once more
later; only then is it sent under the next key. What was made bears a name that no key changes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F

from shop.core.errors import GatewayError
from shop.money.payments.provider.gateway import FAULT

IN_DOUBT = "in doubt"
"""Code of an error of ours: whether it was done is not sure yet."""
LOOK_AFTER = timedelta(minutes=1)
SURE_AFTER = timedelta(minutes=15)
# Within 23 hours a repeat surely meets the first try; Stripe keeps keys for 24 at least.
KEY_LIFE = timedelta(hours=23)


class Doubted(models.Model):
    """A row that is sent under keys: the next one where an earlier one answers a failure."""

    keys_used = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Keys under which the provider keeps a failure."
    )
    doubted_at = models.DateTimeField(
        null=True, help_text="When the provider's own server failed: look before it is sent again."
    )
    key_until = models.DateTimeField(
        null=True, help_text="Until then the provider surely knows the key; afterwards look first."
    )

    class Meta:
        abstract = True

    def key_of(self, name: object) -> str:
        """Return the present key of what bears a name at the provider."""
        return f"{name}-{self.keys_used}" if self.keys_used else str(name)


def found_or_next_key[T](
    row: Doubted, look: Callable[[], T | None], *, at: datetime, **is_mine: object
) -> T | None:
    """Return what was made after all; None where surely nothing was, and another key is taken.

    Args:
        is_mine: what stands in the row as long as no other worker has taken it over.

    Raises:
        GatewayError: it is not there, and it is too early to be sure, or the provider said no.
    """
    if row.doubted_at is None:
        return None
    if found := look():
        return found
    if at < row.doubted_at + SURE_AFTER:
        raise GatewayError("not found there yet", may_retry=True, code=IN_DOUBT)
    mine = type(row)._base_manager.filter(pk=row.pk, keys_used=row.keys_used, **is_mine)
    is_taken = mine.update(keys_used=F("keys_used") + 1, doubted_at=None, key_until=at + KEY_LIFE)
    if not is_taken:
        raise GatewayError("another worker is at it", may_retry=True, code=IN_DOUBT)
    row.refresh_from_db(fields=["keys_used", "doubted_at", "key_until"])
    return None


def note_of(row: Doubted, error: GatewayError, *, at: datetime) -> dict[str, Any] | None:
    """Return what a row keeps of a call that leaves it in doubt; None of any other error."""
    if error.code not in (FAULT, IN_DOUBT):
        return None
    soon = at + LOOK_AFTER
    when = soon if row.doubted_at is None else max(row.doubted_at + SURE_AFTER, soon)
    return {"doubted_at": row.doubted_at or at, "run_after": when}
