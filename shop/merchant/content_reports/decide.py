"""Organizers decide on reports. They read the refusals, whose desk is in English."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.festivals.models import ChangeLog
from shop.merchant.content_reports.models import ContentReport
from shop.merchant.content_reports.tasks import send_decided, tell_store
from shop.merchant.content_reports.write import is_down, last_decision
from shop.merchant.moderation import suspend, take_down
from shop.merchant.moderation.contents import pending_change_of
from shop.people.accounts.models import User
from shop.people.accounts.rights import people_with
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.own_stores import refuse_own
from shop.storefront.listings import publish

Measure = ContentReport.Measure
MAY_DECIDE = "review_nomination"
MAY_TRADE = "change_merchant"
"""Needed to decide whether a store trades."""
TOLD_ELSEWHERE = (Measure.TAKEN_DOWN, Measure.PAGE_CLEARED, Measure.SUSPENDED, Measure.PUT_BACK)
"""Of these the store has a mail of its own, with the reasons."""


def measures(found: ContentReport) -> list[Measure]:
    """Return what may be decided about a report."""
    if found.is_of_store:
        return [Measure.NOTHING, Measure.PUT_BACK]
    of_product = [Measure.TAKEN_DOWN] if found.product_id else [Measure.PAGE_CLEARED]
    return [Measure.NOTHING, Measure.ASKED, *of_product, Measure.SUSPENDED, Measure.MENDED]


@transaction.atomic
def decide(pk: int, measure: str, answer: str, *, at: datetime, by: User) -> ContentReport:
    """Decide on a report, and do what follows; reporter and store are told, with the reasons.

    Raises:
        NotPossible: it does not wait any more, there are no reasons, it is about an own store or
            reported by oneself, one decided on it before the objection, or what is to be done
            cannot be done: nothing is changed then.
    """
    found = lock_one(ContentReport.objects.select_related("merchant", "product"), pk)
    if found.state != ContentReport.State.OPEN:
        raise NotPossible(f"It does not wait any more: {found.get_state_display().lower()}.")
    if not answer.strip():
        raise NotPossible("Give the reasons. Who reported it and the store read them.")
    if measure not in measures(found):
        raise NotPossible("Choose what is done.")
    refuse_own(found.merchant_id, by=by)
    if found.email == by.email.lower():
        raise NotPossible("You reported it yourself: somebody else has to decide.")
    _refuse_second_time(found, by=by)
    _do(found, measure, answer.strip(), at=at, by=by)
    is_acted = measure != Measure.NOTHING
    found.move_to(
        ContentReport.State.ACTED if is_acted else ContentReport.State.DISMISSED,
        measure=measure, answer=answer.strip(), decided_at=at, decided_by=by,
    )  # fmt: skip
    log(found, "decide", at=at, by=by, festival=None, reason=answer.strip(),
        after={"measure": str(measure)})  # fmt: skip
    enqueue(send_decided, found.pk)
    if measure not in TOLD_ELSEWHERE and not found.is_of_store:
        enqueue(tell_store, found.pk)
    return found


def _do(found: ContentReport, measure: str, answer: str, *, at: datetime, by: User) -> None:
    """Do what was decided, by the same ways as without a report."""
    product, store = found.product, found.merchant
    if measure == Measure.TAKEN_DOWN and product:
        take_down.take_down(product, answer, at=at, by=by)
    elif measure == Measure.PAGE_CLEARED:
        take_down.clear_page(store, answer, at=at, by=by)
    elif measure == Measure.SUSPENDED:
        suspend.suspend(store, answer, at=at, by=by)
    elif measure == Measure.PUT_BACK:
        if not is_down(store, product):
            _refuse_unless_back(store, product)
        elif product:
            publish.put_back(product, at=at, by=by)
        elif store.is_suspended:
            suspend.reopen(store, at=at, by=by)
        else:
            take_down.restore_page(store, at=at, by=by)


def _refuse_unless_back(store: Merchant, product: Product | None) -> None:
    """Refuse to say that something is back which the store mended, or took off sale itself.

    Raises:
        NotPossible: shoppers do not see it.
    """
    if product:
        is_back = product.state == Product.State.PUBLISHED
    else:
        rows = ChangeLog.objects.filter(subject="merchant", subject_id=store.pk)
        last = rows.filter(action__in=("suspend", "take down")).order_by("-pk").first()
        was_page = last is not None and last.action == "take down"
        is_back = not was_page or pending_change_of(store) is None
    if not is_back:
        raise NotPossible("The store has changed it meanwhile: decide on that under Changes.")


def _refuse_second_time(found: ContentReport, *, by: User) -> None:
    """Refuse who decided before, while there is anybody else to read the objection.

    Raises:
        NotPossible: somebody else has to decide.
    """
    line = last_decision(found.merchant, found.product) if found.is_of_store else None
    did = line.by_id if line else None
    before = {pk for pk in (found.decided_by_id, did) if pk is not None}
    if by.pk in before and _others(found).exclude(pk__in=before).exists():
        raise NotPossible("You decided before: somebody else reads the objection.")


def _others(found: ContentReport) -> QuerySet[User]:
    """Return who could decide on a report: not its reporter, and nobody of the store."""
    is_of_trade = found.is_of_store and found.product_id is None
    own = Membership.objects.filter(merchant=found.merchant_id).values("user")
    rows = people_with(MAY_TRADE if is_of_trade else MAY_DECIDE)
    return rows.exclude(pk__in=own).exclude(email__iexact=found.email or "-")
