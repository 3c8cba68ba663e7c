"""Where some stores of the sample are paid, so that their settlements can be approved."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop.money.settlements.make import make_drafts
from shop.money.settlements.models import PayoutMethod
from shop.money.settlements.seal import masked, seal
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant

STORES = 12
LONG_AGO = timedelta(days=120)
Rail, State = PayoutMethod.Rail, PayoutMethod.State


def provide_payees(*, at: datetime, by: User) -> int:
    """Give some stores that have sold an account, and draft what they earned; return how many.

    Every number is invented, and no bank knows it.
    """
    sold = Merchant.objects.trading().filter(ledger__isnull=False, payout_methods=None)
    there = PayoutMethod.objects.values("merchant").distinct().count()
    stores = list(sold.distinct().order_by("pk")[: max(0, STORES - there)])
    since = at - LONG_AGO
    for number, store in enumerate(stores):
        is_mobile = number % 3 == 2
        account = f"+2547000{store.pk:05d}" if is_mobile else f"0000{store.pk:08d}"
        facts = {"holder": store.name, "country": store.country, "account": account}
        facts |= {"operator": "MPESA_KEN"} if is_mobile else {"bank": "Invented Bank"}
        PayoutMethod.objects.create(
            merchant=store, rail=Rail.MOBILE if is_mobile else Rail.BANK, state=State.READY,
            country=store.country, holder=store.name, sealed=seal(facts), masked=masked(account),
            added_at=since, confirmed_at=since, confirmed_by=by, usable_from=since,
        )  # fmt: skip
    if stores:
        make_drafts(at=at)
    return len(stores)
