"""Promotions as pricing sees them, and vouchers: typed codes and claims."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, Expression, F, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.core.errors import NeedsAccount, VoucherRefused, WrongCode
from shop.core.statements.composed import ID, IDS, MOMENT, AnyOf, composed
from shop.festivals.holds.holdings import Holdings
from shop.festivals.local_time import last_day, wall_of
from shop.festivals.models import Claim, Festival, Promotion, PromotionUsage
from shop.festivals.pricing.benefit_form import COLUMNS
from shop.festivals.pricing.benefit_kinds import Group
from shop.festivals.pricing.terms import PromotionTerms
from shop.festivals.promotions.text import named
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant


@dataclass(frozen=True, slots=True)
class Pick:
    """A voucher that a shopper chose; with a claim when it is the shopper's own."""

    promotion_id: int
    claim_id: int | None = None


def promotions_now(
    *,
    at: datetime,
    picks: Collection[Pick],
    shopper_id: int | None,
    own: Holdings,
    taken_off: Collection[int] = (),
) -> tuple[PromotionTerms, ...]:
    """Return the promotions that may apply at an instant: automatic ones, picks and own claims.

    What a shopper has claimed applies by itself where it is best, as automatic ones do, unless
    it was taken off the cart.

    One statement. What the shopper's pending order holds already counts as not used; a claim
    that was used since it was picked, or that another order holds, has no use left.
    """
    claims = {pick.promotion_id: pick.claim_id for pick in picks}
    rows = usable_promotions(
        at=at,
        mailbox=shopper_id,
        picked=list(claims),
        picked_claims=[pk for pk in claims.values() if pk],
        own_claims=list(own.claims),
        taken_off=list(taken_off),
    )
    return tuple(_terms(row, claims, shopper_id, own) for row in rows)


@composed(
    at=MOMENT,
    mailbox=ID,
    picked=IDS,
    picked_claims=IDS,
    own_claims=IDS,
    taken_off=IDS,
)
def usable_promotions(
    *,
    at: Expression,
    mailbox: Expression,
    picked: Expression,
    picked_claims: Expression,
    own_claims: Expression,
    taken_off: Expression,
) -> QuerySet[Promotion]:
    """Return the promotions that may apply to a cart, each with the uses of a mailbox.

    Args:
        mailbox: none of a guest, who has no claim: unique codes that nobody has typed belong to
            no shopper.
        own_claims: those that the shopper's pending order holds.
    """
    usage = PromotionUsage.objects.filter(promotion=OuterRef("pk"), mailbox=mailbox)
    of_promotion = Claim.objects.filter(promotion=OuterRef("pk"))
    is_there, is_own = Q(state=Claim.State.AVAILABLE), Q(AnyOf(F("pk"), own_claims))
    claimed = of_promotion.filter(is_there | is_own, shopper__mailbox=mailbox).order_by("pk")
    taken = of_promotion.filter(~is_there, ~is_own, AnyOf(F("pk"), picked_claims))
    is_claimed = Q(trigger=Promotion.Trigger.CLAIM, own_claim__isnull=False)
    return (
        Promotion.objects.usable(at=at)
        .annotate(own_claim=Subquery(claimed.values("pk")[:1]))
        .filter(
            Q(trigger=Promotion.Trigger.AUTOMATIC)
            | Q(AnyOf(F("pk"), picked))
            | is_claimed & ~Q(AnyOf(F("pk"), taken_off))
        )
        .annotate(
            had=usage.annotate(n=F("held") + F("used")).values("n")[:1],
            is_taken=Exists(taken),
        )
        .order_by("pk")
    )


def vouchers_to_claim() -> QuerySet[Promotion]:
    """Return the vouchers of published festivals that shoppers claim, without drafts."""
    rows = Promotion.objects.filter(
        trigger=Promotion.Trigger.CLAIM,
        festival__state=Festival.State.PUBLISHED,
        instead_of=None,
    )
    return rows.exclude(state=Promotion.State.DRAFT)


def find_voucher(code: str, *, at: datetime, user: User | None) -> Pick:
    """Return the voucher that a typed code stands for.

    Raises:
        WrongCode: there is none, or it is somebody else's.
        VoucherRefused: it cannot be used now; the text says why.
    """
    code = "".join(code.split()).upper()
    rows = Promotion.objects.filter(festival__state=Festival.State.PUBLISHED)
    rows = rows.select_related("festival", "merchant")
    promotion = rows.filter(code=code).exclude(code="").first() if code else None
    claim = None
    if promotion is None:
        claims = Claim.objects.filter(code=code, promotion__in=rows)
        claim = claims.select_related("promotion__festival", "promotion__merchant").first()
        promotion = claim.promotion if claim else None
    if promotion is None or promotion.state == Promotion.State.DRAFT:
        refusal = WrongCode if code else VoucherRefused  # nothing typed is no guess
        raise refusal(_("No voucher has this code. Check the letters and digits."))
    if claim and claim.shopper_id not in (None, _pk(user)):
        raise WrongCode(_("You have already used this voucher."))
    _refuse_outside_its_time(promotion, at)
    if claim and claim.state == Claim.State.USED:
        raise VoucherRefused(_("You have already used this voucher."))
    if promotion.trigger == Promotion.Trigger.CLAIM and claim is None:
        claim = _own_claim(promotion, user)
    return Pick(promotion.pk, claim.pk if claim else None)


@transaction.atomic
def claim_voucher(promotion: Promotion, user: User, *, at: datetime) -> Claim:
    """Claim a voucher for a shopper; a second try returns the same claim.

    Raises:
        VoucherRefused: it cannot be claimed now, all are taken, or another account of the same
            mailbox has it.
    """
    if mine := Claim.objects.filter(promotion=promotion, shopper=user).first():
        return mine
    may = Promotion.objects.filter(
        Promotion.claimable(at),
        pk=promotion.pk,
        # No join: the guard has to stand in the update itself, where a waiting one is judged again.
        festival__in=Festival.objects.filter(state=Festival.State.PUBLISHED),
    ).filter(Q(merchant=None) | Q(merchant__in=Merchant.objects.trading()))
    try:
        with transaction.atomic():
            # The claim first: of a double click one insert waits here, fails, and counts nothing.
            mine = Claim.objects.create(
                promotion=promotion, shopper=user, mailbox_id=user.mailbox_id, claimed_at=at
            )
            if not may.update(claimed=F("claimed") + 1):
                raise VoucherRefused(_why_not_claimed(promotion.pk, at))
    except IntegrityError as taken:
        if mine := Claim.objects.filter(promotion=promotion, shopper=user).first():
            return mine
        text = _("Another account with your mailbox has claimed this voucher. Use it there.")
        raise VoucherRefused(text) from taken
    return mine


def _why_not_claimed(promotion_id: int, at: datetime) -> str:
    row = Promotion.objects.select_related("festival", "merchant").get(pk=promotion_id)
    if row.claim_from and row.claim_from > at:
        day = _written(wall_of(row.claim_from, row.festival.zone))
        return _("This voucher can be claimed from %(date)s on.") % {"date": day}
    if row.claim_to and row.claim_to <= at:
        day = _written(last_day(row.claim_to, row.festival.zone))
        return _("This voucher could be claimed until %(date)s.") % {"date": day}
    if not row.is_offered or row.festival.state != Festival.State.PUBLISHED:
        return _("This voucher cannot be used at the moment. Try again later.")
    return _("All vouchers of this kind have been claimed.")


def _own_claim(promotion: Promotion, user: User | None) -> Claim:
    if user is None:
        raise NeedsAccount(_("Sign in to use this voucher. It belongs to your account."))
    claim = Claim.objects.filter(promotion=promotion, shopper=user).first()
    if claim is None:
        raise VoucherRefused(_("Claim this voucher first, then use it."))
    if claim.state == Claim.State.USED:
        raise VoucherRefused(_("You have already used this voucher."))
    return claim


def _refuse_outside_its_time(promotion: Promotion, at: datetime) -> None:
    zone = promotion.festival.zone
    if promotion.use_from > at:
        day = _written(wall_of(promotion.use_from, zone))
        raise VoucherRefused(_("This voucher starts on %(date)s.") % {"date": day})
    if promotion.use_to <= at or promotion.state == Promotion.State.ENDED_EARLY:
        day = _written(last_day(min(promotion.use_to, at), zone))
        raise VoucherRefused(_("This voucher ended on %(date)s.") % {"date": day})
    if not promotion.is_offered:
        raise VoucherRefused(_("This voucher cannot be used at the moment. Try again later."))


def _written(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _terms(
    row: Promotion, claims: Mapping[int, int | None], shopper_id: int | None, own: Holdings
) -> PromotionTerms:
    held_amount = own.promotions.get(row.pk, 0)
    held_use = 1 if row.pk in own.promotions else 0
    uses = [] if row.max_uses is None else [row.max_uses - row.held_uses - row.used + held_use]
    if row.per_shopper is not None:
        uses.append(row.per_shopper - (row.had or 0) + held_use if shopper_id else 0)
    if row.is_taken:
        uses.append(0)
    budget = None if row.budget is None else row.budget - row.held_amount - row.spent + held_amount
    return PromotionTerms(
        id=row.pk,
        festival_id=row.festival_id,
        group=Group(row.group),
        rule=row.rule,
        **{column: getattr(row, column) for column in COLUMNS},
        merchant_id=row.merchant_id,
        organizer_share=row.organizer_share,
        fund_id=row.fund_id,
        budget_left=budget,
        uses_left=min(uses, default=None),
        is_picked=row.pk in claims,
        claim_id=claims[row.pk] if row.pk in claims else _own(row),
        title=row.code or named(row, get_language() or "en"),
    )


def _own(row: Promotion) -> int | None:
    return row.own_claim if row.trigger == Promotion.Trigger.CLAIM else None


def _pk(user: User | None) -> int | None:
    return user.pk if user else None
