"""What must hold of money that is moved to stores' own accounts at the provider."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from shop.core.currencies import written
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Payment
from shop.money.settlements.models import Settlement, SettlementLine
from shop.money.settlements.remote.models import Transfer
from shop.orders.models import Suborder
from shop.reports.reconciliation.discrepancies import Breach

DIFFERENCE = MoneyTask.Kind.DIFFERENCE


def moved_too_much(_at: datetime) -> Iterator[Breach]:
    """Rule 3: no more is moved to a store than settlements of it say, or out of a charge than came.

    What came back of it is not taken off: a settlement said the whole before.
    """
    sent = Transfer.objects.filter(state__in=Transfer.LIVE).exclude(kind=Transfer.Kind.REVERSAL)
    yield from _beyond_settlements(sent)
    yield from _beyond_charges(sent)


def _beyond_settlements(sent: QuerySet[Transfer]) -> Iterator[Breach]:
    claims = SettlementLine.objects.filter(
        entry__suborder=OuterRef("suborder"), amount__gt=0,
        settlement__state__in=Settlement.FROZEN,
    )  # fmt: skip
    said = claims.order_by().values("entry__suborder").annotate(sum=Sum("amount")).values("sum")
    sums = sent.exclude(suborder=None).order_by().values_list("suborder", "currency")
    found = sums.annotate(moved=Sum("amount"), said=Coalesce(Subquery(said), 0))
    for pk, currency, moved, may in found.filter(moved__gt=F("said")).order_by("suborder"):
        part = Suborder.objects.select_related("order", "merchant").get(pk=pk)
        gone, told = (written(amount, currency, "en") for amount in (moved, may))
        what = f"Rule 3: {gone} was moved for a part of an order; settlements say {told} of it."
        rows = {"order": part.order, "merchant": part.merchant}
        yield Breach(DIFFERENCE, f"part-{pk}", moved - may, what, currency, rows=rows)


def _beyond_charges(sent: QuerySet[Transfer]) -> Iterator[Breach]:
    whole = Payment.objects.filter(charge_id=OuterRef("charge")).values("amount")
    sums = sent.exclude(charge="").order_by().values_list("charge", "currency")
    found = sums.annotate(moved=Sum("amount"), came=Coalesce(Subquery(whole), 0))
    for charge, currency, moved, came in found.filter(moved__gt=F("came")).order_by("charge"):
        gone, told = (written(amount, currency, "en") for amount in (moved, came))
        what = f"Rule 3: {gone} was moved out of a charge of {told}."
        payment = Payment.objects.select_related("order").filter(charge_id=charge).first()
        rows = {"payment": payment, "order": payment.order} if payment else {}
        yield Breach(DIFFERENCE, f"out-of-{charge}"[:60], moved - came, what, currency, rows=rows)
