"""A mail to a store reaches each member whom it is for, once, and nobody else."""

import pytest
from django.core import mail

from shop.core.tasks import enqueue
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.notifications import StoreMail, tell, tell_stores, to_members
from shop.people.merchants.roles import Right
from tests import make
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db


@to_members("put-back", right=Right.WORDS, place=1)
def send_sample(merchant_id: int, user: User, what: str) -> StoreMail | None:
    """Tell one member that something is public again; nothing where there is nothing to tell."""
    store = Merchant.objects.get(pk=merchant_id)
    return StoreMail(store, {"subject": what, "reason": "-", "link": "-"}) if what else None


def told() -> list[tuple[str, str]]:
    run_queued_work()
    return sorted((one.to[0], one.subject) for one in mail.outbox)


def test_each_member_with_the_right_is_told_once():
    loom, dye = make.merchant(name="Loom"), make.merchant(name="Dye")
    make.member(loom, "owner@example.org")
    make.member(loom, "packer@example.org", role="packer")
    both = make.member(dye, "both@example.org")
    Membership.objects.create(merchant=loom, user=both, role="editor", joined_at=make.LONG_AGO)

    tell(send_sample, loom.pk, "Kettle", merchant__in=[loom.pk, dye.pk])

    assert [to for to, _subject in told()] == ["both@example.org", "owner@example.org"]


def test_several_stores_are_told_each_of_its_own():
    loom, dye, empty = (make.merchant(name=name) for name in ("Loom", "Dye", "Empty"))
    make.member(loom, "loom@example.org")
    make.member(dye, "dye@example.org")
    rows = [
        (loom.pk, (loom.pk, "Kettle")),
        (loom.pk, (loom.pk, "Pan")),
        (dye.pk, (dye.pk, "Cloth")),
        (empty.pk, (empty.pk, "Air")),
    ]

    count = tell_stores(send_sample, rows)

    assert count == 2
    assert [to for to, _subject in told()] == ["dye@example.org"] + 2 * ["loom@example.org"]


def test_who_has_left_or_lost_the_role_is_told_nothing():
    store = make.merchant(name="Loom")
    gone, less = make.member(store, "gone@example.org"), make.member(store, "less@example.org")
    tell(send_sample, store.pk, "Kettle", merchant=store)

    Membership.objects.filter(user=gone).delete()
    Membership.objects.filter(user=less).update(role="packer")

    assert told() == []


def test_nothing_is_sent_where_there_is_nothing_to_tell():
    store = make.merchant(name="Loom")
    user = make.member(store, "owner@example.org")

    enqueue(send_sample, store.pk, user.pk, "")

    assert told() == []
