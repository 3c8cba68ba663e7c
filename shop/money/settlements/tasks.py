"""Mail to stores about their money. Tasks take ids and read everything anew."""

from __future__ import annotations

from collections.abc import Iterator

from django.tasks import task

from shop.core import clock
from shop.core.currencies import written
from shop.core.mail import send
from shop.core.tasks import at_once, enqueue, tried_again
from shop.money.money_tasks.hands import members_of_late
from shop.money.settlements.models import Payout, PayoutMethod, Settlement
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import Right, who_may


@task
@at_once
def send_settled(settlement_id: int) -> None:
    """Queue a mail to each member who sees money: a settlement is final."""
    row = Settlement.objects.select_related("merchant").get(pk=settlement_id)
    for user in _who_see_money(row.merchant):
        enqueue(send_about_money, "settlement-final", row.pk, 0, user.pk)


@task
@at_once
def send_paid(payout_id: int) -> None:
    """Queue a mail to each of them: the bank has paid."""
    row = Payout.objects.select_related("settlement__merchant").get(pk=payout_id)
    for user in _who_see_money(row.settlement.merchant):
        enqueue(send_about_money, "payout-paid", row.settlement_id, row.pk, user.pk)


@task
@at_once
def send_payout_back(payout_id: int) -> None:
    """Queue a mail to each of them: what was sent came back, and the account has to be mended."""
    row = Payout.objects.select_related("settlement__merchant").get(pk=payout_id)
    for user in _who_see_money(row.settlement.merchant):
        enqueue(send_about_money, "payout-back", row.settlement_id, row.pk, user.pk)


@task
@at_once
def tell_of_method(method_id: int) -> None:
    """Queue a mail to who acts for a store or did of late: somebody typed another account."""
    row = PayoutMethod.objects.select_related("merchant").get(pk=method_id)
    for user in members_of_late(row.merchant, at=clock.now()):
        enqueue(send_method_added, method_id, user.pk)


@task
@tried_again
def send_about_money(key: str, settlement_id: int, payout_id: int, user_id: int) -> None:
    """Mail one member about a settlement or its payout; never an account, always the reference."""
    row = Settlement.objects.select_related("merchant", "method").get(pk=settlement_id)
    user = User.objects.get(pk=user_id)
    payout = Payout.objects.select_related("method").filter(pk=payout_id).first()
    language = user.language or "en"
    context = {
        "name": user.name,
        "store": row.merchant.name,
        "number": row.number,
        "amount": written(row.total, row.currency, language),
        "reference": payout.reference if payout else "",
        "bank_reference": payout.bank_reference if payout else "",
        "reason": payout.ended_why if payout else "",
        "is_remote": bool(payout.remote_id) if payout else _is_remote(row),
        "is_own": payout is not None and payout.method.way == PayoutMethod.Way.CONNECT,
        "money_link": _link(row.merchant),
    }
    send(key, user.email, language=language, context=context)


@task
@tried_again
def send_method_added(method_id: int, user_id: int) -> None:
    """Warn one member that another account was typed, and what to do if it was nobody of them."""
    row = PayoutMethod.objects.select_related("merchant", "added_by").get(pk=method_id)
    user = User.objects.get(pk=user_id)
    who = row.added_by
    own = Membership.objects.filter(merchant=row.merchant, user=user)
    context = {
        "name": user.name,
        "store": row.merchant.name,
        "account": row.masked,
        "who": (who.name or who.email) if who else "",
        "may_close": own.filter(who_may(Right.ACCOUNT)).exists(),
        "money_link": _link(row.merchant),
    }
    send("payout-account", user.email, language=user.language or "en", context=context)


def _who_see_money(merchant: Merchant) -> Iterator[User]:
    rows = Membership.objects.filter(who_may(Right.PAYOUTS), merchant=merchant)
    return (row.user for row in rows.select_related("user").order_by("pk"))


def _is_remote(row: Settlement) -> bool:
    return row.method is not None and row.method.is_remote


def _link(merchant: Merchant) -> str:
    return neutral_address("workspace-money", merchant.slug)
