"""Mail to stores about their money. Tasks take ids and read everything anew."""

from __future__ import annotations

from django.tasks import task

from shop.core import clock
from shop.core.currencies import written
from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import at_once, enqueue
from shop.money.money_tasks.hands import members_of_late
from shop.money.settlements.models import Payout, PayoutMethod, Settlement
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.notifications import StoreMail, tell, to_members
from shop.people.merchants.roles import Right, who_may


@task
@at_once
def send_settled(settlement_id: int) -> None:
    """Queue a mail to each member who sees money: a settlement is final."""
    row = Settlement.objects.select_related("merchant").get(pk=settlement_id)
    tell(send_about_money, "settlement-final", row.pk, 0, merchant=row.merchant)


@task
@at_once
def send_paid(payout_id: int) -> None:
    """Queue a mail to each of them: the bank has paid."""
    row = Payout.objects.select_related("settlement__merchant").get(pk=payout_id)
    _tell_of_payout("payout-paid", row)


@task
@at_once
def send_payout_back(payout_id: int) -> None:
    """Queue a mail to each of them: what was sent came back, and the account has to be mended."""
    row = Payout.objects.select_related("settlement__merchant").get(pk=payout_id)
    _tell_of_payout("payout-back", row)


@task
@at_once
def tell_of_method(method_id: int) -> None:
    """Queue a mail to who acts for a store or did of late: somebody typed another account."""
    row = PayoutMethod.objects.select_related("merchant").get(pk=method_id)
    for user in members_of_late(row.merchant, at=clock.now()):
        enqueue(send_method_added, method_id, user.pk)


@to_members(
    "settlement-final",
    "payout-paid",
    "payout-back",
    right=Right.PAYOUTS,
    promises={
        "Each line of it": "workspace-settlement",
        "an owner types another one": "workspace-account",
    },
)
def send_about_money(key: str, settlement_id: int, payout_id: int, user: User) -> StoreMail | None:
    """Mail one member about a settlement or its payout; never an account, always the reference."""
    row = Settlement.objects.select_related("merchant", "method").get(pk=settlement_id)
    payout = Payout.objects.select_related("method").filter(pk=payout_id).first()
    language = user.language or "en"
    context = {
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
    return StoreMail(row.merchant, context, key)


@notification("payout-account", promises={"close it on this page": "workspace-account-close"})
def send_method_added(method_id: int, user_id: int) -> Mail:
    """Warn one member that another account was typed, and what to do if it was nobody of them."""
    row = PayoutMethod.objects.select_related("merchant", "added_by").get(pk=method_id)
    who = row.added_by
    user = User.objects.get(pk=user_id)
    own = Membership.objects.filter(merchant=row.merchant, user=user)
    context = {
        "name": user.name,
        "store": row.merchant.name,
        "account": row.masked,
        "who": (who.name or who.email) if who else "",
        "may_close": own.filter(who_may(Right.ACCOUNT)).exists(),
        "money_link": _link(row.merchant),
    }
    return Mail(user.email, user.language or "en", context)


def _tell_of_payout(key: str, row: Payout) -> None:
    store = row.settlement.merchant
    tell(send_about_money, key, row.settlement_id, row.pk, merchant=store)


def _is_remote(row: Settlement) -> bool:
    return row.method is not None and row.method.is_remote


def _link(merchant: Merchant) -> str:
    return neutral_address("workspace-money", merchant.slug)
