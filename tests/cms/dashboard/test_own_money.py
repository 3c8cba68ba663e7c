"""No organizer alone redirects what a store earns, or decides on the money of their own store."""

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from cms.colleagues.models import Invitation
from shop.festivals.models import ChangeLog, Enrolment
from shop.merchant.dashboard.people.invite import accept_anew, invite
from shop.money.money_tasks import gate
from shop.money.money_tasks.hands import LATELY
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import RefundProposal
from shop.money.payments.proposals import decided
from shop.money.settlements import methods
from shop.money.settlements.make import draft
from shop.money.settlements.methods import WAIT, add_method, current_method
from shop.money.settlements.models import Payout, PayoutBatch, PayoutMethod, Settlement
from shop.orders.models import Refund
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership, StoreInvitation
from shop.people.merchants.own_stores import OwnStore
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import set_clocks
from tests.queue import run_queued_work
from tests.shop.money.settlements.earned import ACCOUNT, DAY, MONDAY, earned, settled, store
from tests.shop.people.accounts.people import PASSWORD

pytestmark = pytest.mark.django_db
ALIAS, AMA = "eve.alias@example.org", "ama@example.org"
TYPED = {"rail": "bank", "holder": "Eve", "account": "0110 0927 74471", "bank": "Equity Bank",
         "bic": "eqblkena"}  # fmt: skip
COMPARED = {"reason": "Letter of the bank"}


@pytest.fixture
def till(sandbox, clock_at):
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    return sandbox


@pytest.fixture
def merchant(till):
    made = store(name="Amani Kettles", slug="amani", country="KE")
    make.member(made, AMA)
    return made


def at_desk(user):
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def eve(merchant):
    """Return the browser of an organizer with nothing good in mind."""
    return at_desk(organizer())


@pytest.fixture
def bo(merchant):
    """Return the browser of another organizer."""
    return at_desk(organizer())


def works_for(merchant, user):
    Membership.objects.create(merchant=merchant, user=user, role="owner", joined_at=NOON)


def told(email):
    run_queued_work()
    return [letter for letter in mail.outbox if letter.to == [email]]


def planted(eve, merchant, *, removes):
    """Let an organizer make an alias of theirs owner, who types an account; return that."""
    where = f"/organize/stores/{merchant.pk}"
    if removes:
        ama = Membership.objects.get(user__email=AMA)
        eve.post(f"{where}/people/{ama.pk}/leave/")
        assert not Membership.objects.filter(pk=ama.pk).exists()
    sent = eve.post(f"{where}/invite/", {"email": ALIAS, "role": "owner", "language": "en"})
    assert sent.status_code == 302, sent.text
    alias = Client()
    link = f"/account/store/{StoreInvitation.objects.get().token}/"
    alias.post(link, {"name": "Alias", "password": PASSWORD})
    cache.clear()
    alias.post("/account/reauthenticate/", {"password": PASSWORD})
    typed = alias.post("/merchant/amani/money/account/", TYPED)
    assert typed.status_code == 302, typed.text
    return PayoutMethod.objects.get(state="new")


@pytest.mark.parametrize("removes", [False, True], ids=["beside", "instead of"])
def test_an_organizer_who_plants_an_owner_does_not_confirm_that_owners_account(
    eve, bo, merchant, clock_at, removes
):
    before = current_method(merchant, at=NOON)
    row = planted(eve, merchant, removes=removes)
    known = {letter.subject: letter.body for letter in told(AMA)}
    assert ALIAS in known["Amani Kettles has another owner"]
    assert "Another account for Amani Kettles" in known

    refused = eve.post(f"/organize/accounts/{row.pk}/confirm/", COMPARED)

    assert "Another organizer has to do this" in refused.text
    row.refresh_from_db()
    assert (row.state, row.confirmed_by) == ("new", None)
    assert current_method(merchant, at=NOON + 29 * DAY) == before
    bo.post(f"/organize/accounts/{row.pk}/confirm/", COMPARED)  # who compared it with papers
    row.refresh_from_db()
    assert row.state == "ready"
    assert row.usable_from == row.added_at + WAIT


def colleague(browser, email, role="organizer"):
    """Invite somebody to the dashboard as an organizer does it; return their browser."""
    sent = browser.post("/organize/colleagues/", {"email": email, "role": role, "language": "en"})
    assert sent.status_code == 302, sent.text
    return accepted(Invitation.objects.get(email=email, accepted_at=None))


def accepted(invitation):
    found = Client()
    joined = found.post(f"/account/invitation/{invitation.token}/",
                        {"name": "Alias", "password": PASSWORD})  # fmt: skip
    assert joined.headers["Location"] == "/organize/"
    return found


def is_confirmed(browser, row):
    said = browser.post(f"/organize/accounts/{row.pk}/confirm/", COMPARED).text
    row.refresh_from_db()
    assert (row.state == "ready") != ("The two of you count as one person" in said)
    return row.state == "ready"


def test_an_alias_at_the_dashboard_does_not_confirm_what_its_maker_planted(eve, bo, merchant):
    second = colleague(eve, "eve2@example.org")
    row = planted(eve, merchant, removes=False)

    assert not is_confirmed(second, row)
    assert is_confirmed(bo, row)


def test_a_maker_does_not_confirm_what_an_alias_at_the_dashboard_planted(eve, merchant):
    row = planted(colleague(eve, "eve2@example.org"), merchant, removes=False)

    assert not is_confirmed(eve, row)


def test_two_aliases_of_one_maker_count_as_one_person(eve, merchant):
    second, third = colleague(eve, "eve2@example.org"), colleague(eve, "eve3@example.org")
    row = planted(second, merchant, removes=False)

    assert not is_confirmed(colleague(third, "eve4@example.org"), row)


def test_an_alias_that_changed_its_address_or_its_role_is_known_all_the_same(eve, merchant):
    second = colleague(eve, "eve2@example.org", "analyst")
    user = User.objects.get(email="eve2@example.org")
    eve.post(f"/organize/colleagues/{user.pk}/role/", {"role": "organizer"})
    User.objects.filter(pk=user.pk).update(email="other@example.org")
    row = planted(eve, merchant, removes=False)

    assert not is_confirmed(second, row)
    ChangeLog.objects.filter(action="role").delete()
    assert not is_confirmed(second, row)  # by the invitation alone


def test_an_old_account_that_an_organizer_opens_again_counts_as_theirs(eve, merchant):
    user = organizer()
    eve.post(f"/organize/colleagues/{user.pk}/close/", {})
    eve.post(f"/organize/colleagues/{user.pk}/open/", {})
    row = planted(eve, merchant, removes=False)

    assert not is_confirmed(at_desk(user), row)


def test_a_colleague_of_thirty_days_confirms_what_the_inviter_prepared(eve, merchant, clock_at):
    second = colleague(eve, "eve2@example.org")
    clock_at(NOON + LATELY + DAY)
    row = planted(eve, merchant, removes=False)

    assert is_confirmed(second, row)


def test_two_organizers_of_the_installations_account_confirm_from_the_first_day(merchant):
    User.objects.create_superuser("root@example.org", PASSWORD)
    root = at_desk(User.objects.get(email="root@example.org"))
    first, second = colleague(root, "ada@example.org"), colleague(root, "ben@example.org")
    row = planted(first, merchant, removes=False)

    assert not is_confirmed(root, row)
    assert is_confirmed(second, row)


def test_a_reminder_is_no_hand_in_the_people_of_a_store(eve, bo, merchant):
    invite(merchant, ALIAS, language="en", at=NOON, by=organizer())
    row = add_method(merchant, ACCOUNT, rail="bank", at=NOON, by=make.member(merchant))
    festival = make.festival()
    silent = make.merchant()
    Enrolment.objects.create(festival=festival, merchant=silent, state="accepted", commission_bp=0)
    old = invite(silent, AMA, language="en", at=NOON - LATELY, by=organizer())
    other = add_method(silent, ACCOUNT, rail="bank", at=NOON, by=make.user())

    eve.post(f"/organize/festivals/{festival.pk}/stores/remind/")
    again = StoreInvitation.objects.get(merchant=merchant).pk
    eve.post(f"/organize/stores/{merchant.pk}/invitations/{again}/again/")

    assert StoreInvitation.objects.get(pk=old.pk).sent_at > old.sent_at
    assert is_confirmed(eve, row)
    assert is_confirmed(eve, other)


def test_an_old_invitation_that_is_accepted_lately_is_a_hand_of_who_sent_it_first(
    eve, bo, merchant, clock_at
):
    where = f"/organize/stores/{merchant.pk}"
    eve.post(f"{where}/invite/", {"email": ALIAS, "role": "owner", "language": "en"})
    clock_at(NOON + LATELY + DAY)
    old = StoreInvitation.objects.get()
    eve.post(f"{where}/invitations/{old.pk}/again/")
    accept_anew(StoreInvitation.objects.get().token, name="Alias", password=PASSWORD,
                at=NOON + LATELY + DAY)  # fmt: skip
    alias = User.objects.get(email=ALIAS)
    row = add_method(merchant, ACCOUNT, rail="bank", at=NOON + LATELY + DAY, by=alias)

    refused = eve.post(f"/organize/accounts/{row.pk}/confirm/", COMPARED)

    assert "In the last 30 days you invited or removed people of" in refused.text
    row.refresh_from_db()
    assert row.state == "new"
    assert is_confirmed(bo, row)


def test_an_organizer_who_invited_somebody_long_ago_confirms_an_account(eve, merchant, clock_at):
    row = planted(eve, merchant, removes=False)
    clock_at(NOON + LATELY + DAY)

    eve.post(f"/organize/accounts/{row.pk}/confirm/", COMPARED)

    row.refresh_from_db()
    assert row.state == "ready"


def test_who_invited_people_of_another_store_confirms_an_account(eve, merchant):
    planted(eve, merchant, removes=False)
    other = make.merchant()
    row = add_method(other, ACCOUNT, rail="bank", at=NOON, by=make.member(other))

    eve.post(f"/organize/accounts/{row.pk}/confirm/", COMPARED)

    row.refresh_from_db()
    assert row.state == "ready"


def test_an_organizer_neither_confirms_nor_closes_the_account_of_their_own_store(bo, merchant):
    row = add_method(merchant, ACCOUNT, rail="bank", at=NOON, by=make.member(merchant))
    own = organizer()
    works_for(merchant, own)
    browser = at_desk(own)

    for way in ("confirm", "close"):
        answer = browser.post(f"/organize/accounts/{row.pk}/{way}/", COMPARED)
        assert "You act for this store yourself" in answer.text

    row.refresh_from_db()
    assert row.state == "new"
    bo.post(f"/organize/accounts/{row.pk}/confirm/", COMPARED)
    row.refresh_from_db()
    assert row.state == "ready"


def test_own_money_is_refused_beneath_the_pages_too(merchant):
    row = add_method(merchant, ACCOUNT, rail="bank", at=NOON, by=make.member(merchant))
    gate.open_task("receivable", row, "It owes.", at=NOON, merchant=merchant)
    task, own = MoneyTask.objects.get(), organizer()
    works_for(merchant, own)

    with pytest.raises(OwnStore):
        methods.confirm_method(row.pk, at=NOON + LATELY + DAY, by=own, reason="A letter")
    with pytest.raises(OwnStore):
        gate.close(task, "paid_in", reason="A letter", at=NOON, by=own)


def test_one_organizer_confirms_so_many_accounts_a_day(eve, bo, merchant, monkeypatch):
    monkeypatch.setattr(methods, "ACCOUNTS_A_DAY", 2)
    rows = []
    for _n in range(3):
        one = make.merchant()
        rows.append(add_method(one, ACCOUNT, rail="bank", at=NOON, by=make.member(one)))

    answers = [eve.post(f"/organize/accounts/{row.pk}/confirm/", COMPARED) for row in rows]

    assert "You have confirmed 2 accounts within a day" in answers[-1].text
    bo.post(f"/organize/accounts/{rows[-1].pk}/confirm/", COMPARED)
    assert PayoutMethod.objects.filter(state="ready", pk__in=[row.pk for row in rows]).count() == 3


@pytest.fixture
def own(merchant):
    """Return the browser of an organizer who works for the store as well."""
    user = organizer()
    works_for(merchant, user)
    return at_desk(user)


def state():
    return [
        list(model.objects.order_by("pk").values_list("pk", "state"))
        for model in (Settlement, Payout, PayoutBatch, MoneyTask)
    ] + [Refund.objects.count(), RefundProposal.objects.count()]


def refused(browser, where, typed):
    """Press a button as somebody who may not, and assert that nothing came of it."""
    before = state()
    answer = browser.post(where, typed, follow=True)
    assert "You act for this store yourself" in answer.text, where
    assert state() == before, where


def test_the_way_of_a_stores_money_is_walked_by_others_alone(own, bo, till, merchant, clock_at):
    earned(till, merchant)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    clock_at(MONDAY + DAY / 24)

    def by_others(where, typed):
        refused(own, where, typed)
        before = state()
        bo.post(where, typed)
        assert state() != before, where

    refused(own, f"/organize/settlements/{made.pk}/drop/", {"reason": "Later"})
    refused(own, "/organize/settlements/approve/", {"pick": [made.pk], f"seen-{made.pk}": "9000"})
    by_others(f"/organize/settlements/{made.pk}/approve/", {"seen": "9000"})
    payout = Payout.objects.get()
    by_others("/organize/batches/new/", {"pick": [payout.pk], "profile": "statement_csv"})
    batch = PayoutBatch.objects.get()
    refused(own, f"/organize/payouts/{payout.pk}/leave-out/", {})
    by_others(f"/organize/batches/{batch.pk}/export/", {})
    refused(own, f"/organize/payouts/{payout.pk}/fail/", {"reason": "Closed"})
    proof = {"bank_reference": "FT1", "paid_on": "2027-05-31", "amount": "90.00"}
    by_others(f"/organize/payouts/{payout.pk}/prove/", proof)
    refused(own, f"/organize/batches/{batch.pk}/close/", {})
    by_others(f"/organize/payouts/{payout.pk}/came-back/", {"reason": "Account closed"})
    task = MoneyTask.objects.get()
    refused(own, f"/organize/money/{task.pk}/trust/", {"reason": "It is right"})
    by_others(f"/organize/money/{task.pk}/trust/", {"reason": "It is right"})


def test_a_settlement_of_the_own_store_is_not_paid_elsewhere(own, till, merchant, clock_at):
    earned(till, merchant)
    made = settled(merchant)
    clock_at(MONDAY + DAY / 24)

    refused(own, f"/organize/settlements/{made.pk}/paid/", {
        "bank_reference": "FT1", "paid_on": "2027-05-31", "amount": "90.00"})  # fmt: skip


def test_orders_of_the_own_store_are_refunded_and_kept_back_by_others(own, bo, till, merchant):
    order = earned(till, merchant)
    line, part = order.lines.get(), order.suborders.get()
    typed = {"cause": "goodwill", "reason": "Torn", "do": "send", "seen": decided(order.pk),
             f"units-{line.pk}": "1"}  # fmt: skip

    refused(own, f"/organize/orders/{order.pk}/refund/", typed)
    for name in ("keep", "arrived"):
        answer = own.post(f"/organize/orders/{order.pk}/{name}/?part={part.pk}", {"reason": "So"})
        assert "You act for this store yourself" in answer.text
    bo.post(f"/organize/orders/{order.pk}/refund/", typed)
    bo.post(f"/organize/orders/{order.pk}/keep/?part={part.pk}", {"reason": "So"})

    assert Refund.objects.get().by is not None
    part.refresh_from_db()
    assert part.held_at
