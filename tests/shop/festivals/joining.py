"""A store that takes part in a festival."""

from __future__ import annotations

from datetime import timedelta

from shop.festivals.enrolment import enrol
from shop.festivals.nominations.checks import Proposal
from tests import make
from tests.make import START

BEFORE = START - timedelta(days=20)


def joined(festival, variant, *, at=BEFORE):
    """Return a member whose store takes part."""
    merchant = variant.product.merchant
    by = make.member(merchant)
    enrol.invite(festival, [merchant], at=at)
    enrol.join(
        festival,
        merchant,
        terms_version=festival.terms_version,
        commission_bp=festival.commission_bp,
        at=at,
        by=by,
    )
    return by


def whole(festival):
    return festival.slots.get(kind="whole")


def percent(off: int, **facts) -> Proposal:
    return Proposal(rule="percent", numbers={"percent": off}, **facts)
