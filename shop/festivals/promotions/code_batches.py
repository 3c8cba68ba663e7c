"""Unique codes in batches: thousands at once, each used by one order, handed out as a sheet.

Organizers read the refusals, whose desk is in English.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.models import Claim, CodeBatch, Promotion
from shop.people.accounts.models import User

MOST = 20_000  # codes of a batch
# No vowels, so that no words come out, and nothing that looks like something else on paper.
LETTERS = "23456789BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 10  # 28 ** 10: of a million codes a guess meets one in 300 million
ROWS = 1_000


@transaction.atomic
def make_codes(
    promotion: Promotion, size: int, label: str, *, at: datetime, by: User | None = None
) -> CodeBatch:
    """Make so many codes; each is a claim that belongs to whoever types it first.

    Raises:
        NotPossible: the benefit is not typed as a code, has ended, or the number is off; or
            its codes for the same people are made already.
    """
    promotion = lock_one(Promotion.objects, promotion.pk)
    if promotion.trigger != Promotion.Trigger.CODE or promotion.code:
        raise NotPossible("Only a benefit with unique codes has batches.")
    if promotion.state == Promotion.State.ENDED_EARLY or promotion.use_to <= at:
        raise NotPossible("It has ended already.")
    if not 1 <= size <= MOST:
        raise NotPossible(f"Make between 1 and {MOST:,} codes at once.")
    if not label.strip():
        raise NotPossible("Say for whom the codes are.")
    # A second press of the button would make as many codes again; the benefit is locked.
    if made := promotion.batches.filter(label__iexact=label.strip()).first():
        raise NotPossible(
            f"{made.size:,} codes for {made.label} are made already. "
            "For more of them write another label, such as: second batch."
        )
    batch = CodeBatch.objects.create(
        promotion=promotion, label=label.strip(), size=size, at=at, by=by
    )
    while (left := size - batch.claims.count()) > 0:
        # A code that is there already, by a chance of one in a million, is left out and made again.
        rows = (Claim(promotion=promotion, batch=batch, code=new_code()) for _one in range(left))
        Claim.objects.bulk_create(rows, ROWS, ignore_conflicts=True)
    log(promotion, "make codes", at=at, by=by, festival=promotion.festival,
        after={"batch": batch.pk, "size": size, "label": batch.label})  # fmt: skip
    return batch


def new_code() -> str:
    """Return a random code of ``LENGTH`` letters."""
    return "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))


def codes_of(batch: CodeBatch) -> Iterator[tuple[str, str]]:
    """Yield each code of a batch with its state, in the order in which they were made."""
    rows: QuerySet[Any, Any] = batch.claims.order_by("pk").values_list("code", "state")
    yield from rows.iterator(ROWS)
