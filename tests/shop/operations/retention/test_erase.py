"""A person who is erased is found nowhere, but where the law or the shop's own rules keep it."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from cms.colleagues.invite import invite
from shop.catalogue.delivery.models import Contact
from shop.core.errors import NotPossible
from shop.festivals.changelog import log
from shop.festivals.models import ChangeLog, Claim
from shop.merchant.dashboard.people.invite import invite as invite_to_store
from shop.money.payments.apply import apply_session
from shop.money.payments.models import GatewayEvent, Payment
from shop.operations.retention.contacts import forget_contacts
from shop.operations.retention.erase import effect_of, erase, erase_account
from shop.operations.retention.person import person_at, person_of
from shop.orders.cart.models import Cart
from shop.orders.cart.saved.save import save
from shop.orders.models import Order
from shop.orders.reconcile import differences
from shop.orders.reminders.models import Reminder
from shop.people.accounts.mailboxes import mailbox_key
from shop.people.accounts.models import User
from tests import make
from tests.buying import buying, expire, pay
from tests.cms.dashboard.people import organizer
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import begin, deliver
from tests.shop.operations.retention.people import DAY, YEAR, ordered, places_of
from tests.shop.orders.reminders.waiting import reminder, whole
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
EMAIL, LATER = "amina.diallo@example.org", NOON + DAY
WORDS = ("amina", "Diallo", "Lin Yue", "Renmin Road", "13800000000")
PAID = {f"shop_contact.{part}" for part in ("email", "name", "phone", "line1")}


@pytest.fixture
def amina():
    return make.user(EMAIL, first_name="Amina", last_name="Diallo")


def order_of(user, *, ends="paid"):
    """Let somebody order, and let it be paid, run out, or stay open."""
    order = make.order({make.variant(20_00): 1}, of=make.shopper(user), email=user.email)
    if ends:
        (pay if ends == "paid" else expire)(order)
    Cart.objects.filter(pk=order.cart_id).update(holdings={} if ends else {"x": 1})
    order.refresh_from_db()
    return order


def everything(user):
    """Leave a trace of somebody in as many tables as a shopper can."""
    order_of(user, ends="expired")
    order_of(user)
    cart = user.cart
    save(cart, make.product(), at=NOON)
    reminder(user.email, slot=whole(make.festival()))
    reminder("amina.two@example.org", variant=make.variant(), email_key=mailbox_key(user.email))
    TOTP.activate(user, generate_totp_secret())
    promotion = make.promotion(make.festival(), trigger="claim")
    Claim.objects.create(promotion=promotion, shopper=user, mailbox=user.mailbox, claimed_at=NOON)
    ordered(ends="expired", email=user.email)  # before the account was opened
    invite_to_store(make.merchant(), user.email, language="en", at=NOON, by=make.user())
    invite(user.email, "analyst", language="en", at=NOON, by=organizer())
    log(user, "dismiss", at=NOON, by=None, festival=None, after={"email": user.email})
    Contact.objects.create(email=user.email.upper(), name="Amina Diallo", country="CN",
                           made_at=NOON)  # fmt: skip


def test_after_it_only_paid_orders_hold_the_persons_name_and_address(amina):
    everything(amina)
    assert len(places_of(*WORDS)) > len(PAID) + 5

    erase_account(amina, at=LATER)

    assert places_of(*WORDS) == PAID
    assert Contact.objects.exclude(email="").count() == 1
    assert Order.objects.get(contact__email=amina.email).is_paid


def test_when_the_time_of_the_documents_is_over_nothing_is_left(amina):
    everything(amina)
    erase_account(amina, at=LATER)

    forget_contacts(at=NOON + 2 * YEAR)
    assert places_of(*WORDS) == PAID
    forget_contacts(at=NOON + 12 * YEAR)

    assert places_of(*WORDS) == set()


def test_of_the_account_only_its_number_stays_and_nobody_signs_in(amina, client):
    client.force_login(amina)
    log(make.festival(), "change", at=NOON, by=amina, festival=None)

    erase_account(amina, at=LATER)

    left = User.objects.get(pk=amina.pk)
    assert (left.email, left.name, left.is_active) == (
        f"erased-{amina.pk}@nobody.invalid", f"erased-{amina.pk}", False,
    )  # fmt: skip
    assert left.mailbox is None
    assert not left.has_usable_password()
    assert ChangeLog.objects.get(action="change").by_id == amina.pk
    assert client.get("/account/").status_code == 302
    assert not EmailAddress.objects.filter(user=amina).exists()


def test_the_log_says_who_was_erased_and_by_whom_by_number(amina):
    everything(amina)
    planner = organizer()

    erase(person_of(amina), at=LATER, by=planner, reason="Asked by mail on 2 May")

    line = ChangeLog.objects.get(action="erase")
    assert (line.subject, line.subject_id, line.by) == ("user", amina.pk, planner)
    assert line.reason == "Asked by mail on 2 May"
    told = ChangeLog.objects.filter(after__has_key="email").values_list("after__email", flat=True)
    assert set(told) == {f"person {amina.pk}"}


def test_paid_orders_belong_to_no_account_and_the_books_stay(amina):
    order = order_of(amina)
    before = Order.objects.values("total", "state", "paid_at", "contact").get(pk=order.pk)

    erase_account(amina, at=LATER)

    order.refresh_from_db()
    assert (order.user, order.cart, order.shopper_key) == (None, None, "")
    assert Order.objects.values("total", "state", "paid_at", "contact").get() == before
    assert order.mailbox is not None
    assert differences() == []


def test_the_address_can_open_another_account_and_limits_still_know_the_mailbox(amina):
    order_of(amina)
    mailbox = amina.mailbox
    erase_account(amina, at=LATER)

    assert make.user(EMAIL).mailbox == mailbox


def test_a_claimed_voucher_stays_counted_without_its_shopper(amina):
    promotion = make.promotion(make.festival(), trigger="claim")
    Claim.objects.create(promotion=promotion, shopper=amina, mailbox=amina.mailbox, claimed_at=NOON)

    erase_account(amina, at=LATER)

    claim = Claim.objects.get()
    assert (claim.shopper, claim.mailbox.key) == (None, mailbox_key(EMAIL))


def unchanged(user):
    user.refresh_from_db()
    return user.email == EMAIL and user.erased_at is None and not ChangeLog.objects.exists()


def test_an_open_order_stands_in_the_way(amina):
    order_of(amina, ends="")
    reminder(EMAIL, slot=whole(make.festival()))

    with pytest.raises(NotPossible, match="waits for its payment"):
        erase_account(amina, at=LATER)

    assert unchanged(amina)
    assert Reminder.objects.exists()
    assert Contact.objects.filter(email=EMAIL).exists()


def test_an_open_order_of_a_guest_with_the_address_stands_in_the_way(amina):
    ordered(email=EMAIL)

    with pytest.raises(NotPossible, match="waits for its payment"):
        erase_account(amina, at=LATER)

    assert unchanged(amina)


def test_whoever_works_for_a_store_leaves_it_first(amina):
    store = make.merchant()
    store.memberships.create(user=amina, role="owner", joined_at=NOON)

    with pytest.raises(NotPossible, match="works for a store"):
        erase_account(amina, at=LATER)

    assert unchanged(amina)


@pytest.mark.parametrize("facts", [{"is_superuser": True}, {}])
def test_whoever_has_a_role_at_the_desk_loses_it_first(amina, facts):
    if facts:
        User.objects.filter(pk=amina.pk).update(**facts)
    else:
        amina.groups.add(organizer().groups.get())
    amina.refresh_from_db()

    with pytest.raises(NotPossible, match="role at the organizers’ desk"):
        erase_account(amina, at=LATER)

    assert unchanged(amina)


def test_a_guest_is_found_by_the_mailbox_and_erased_without_an_account():
    kept = ordered(ends="paid", email="amina.diallo@example.org")
    gone = ordered(ends="expired", email="Amina.Diallo@example.org")
    other = ordered(ends="expired", email="kofi@example.org")
    reminder(EMAIL, slot=whole(make.festival()))
    person = person_at(EMAIL)

    assert effect_of(person, at=LATER).contacts_gone == 1
    erase(person, at=LATER, by=organizer(), reason="By mail")

    emails = dict(Order.objects.values_list("pk", "contact__email"))
    assert emails == {kept.pk: EMAIL, gone.pk: "", other.pk: "kofi@example.org"}
    assert not Reminder.objects.exists()
    assert ChangeLog.objects.get().subject == "mailbox"


def test_others_keep_what_is_theirs(amina):
    kofi = make.user("kofi@example.org")
    everything(amina)
    order_of(kofi, ends="expired")
    reminder(kofi.email, slot=whole(make.festival()))

    erase_account(amina, at=LATER)

    kofi.refresh_from_db()
    assert (kofi.email, kofi.cart.contact.email) == ("kofi@example.org", "kofi@example.org")
    assert Reminder.objects.get().email == "kofi@example.org"
    assert Order.objects.get(user=kofi).contact.email == "kofi@example.org"


def test_what_the_providers_messages_said_of_the_person_is_blanked(amina, till):
    payment = begin(make.cart({make.variant(): 1}, of=make.shopper(amina), email=EMAIL))
    till.pay(payment.session_id)
    deliver(till)
    assert GatewayEvent.objects.filter(body__isnull=False).exists()

    erase_account(amina, at=LATER)

    assert not GatewayEvent.objects.filter(body__isnull=False).exists()
    assert places_of(*WORDS) == PAID
    assert apply_session(payment.session_id, at=LATER).state == Payment.State.PAID


@pytest.mark.django_db(transaction=True)
def test_of_two_who_erase_at_once_one_does(amina):
    order_of(amina, ends="expired")

    results = at_once([lambda: erase_account(amina, at=LATER)] * 2)

    assert sorted(type(found).__name__ for found in results) == ["NoneType", "NotPossible"]
    assert ChangeLog.objects.filter(action="erase").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_placed_in_this_moment_stands_in_the_way(amina):
    who = make.cart({make.variant(20_00): 1}, of=make.shopper(amina), email=EMAIL)

    with open_transaction(buying(who)):
        erasing = Beside(lambda: erase_account(amina, at=LATER))
        assert erasing.waits()

    assert isinstance(erasing.result(), NotPossible)
    assert unchanged(amina)
    assert Order.objects.get().contact.email == EMAIL


def test_effects_count_what_stays_and_what_goes(amina):
    everything(amina)

    found = effect_of(person_of(amina), at=LATER)

    assert (found.orders_kept, found.contacts_gone, found.reminders) == (1, 2, 2)
    assert found.barred == ""


def test_the_person_of_an_address_is_whoever_has_proved_it(amina):
    EmailAddress.objects.create(user=amina, email="second@example.org", verified=True)
    EmailAddress.objects.create(user=amina, email="claimed@example.org", verified=False)

    assert person_of(amina).addresses == {EMAIL, "second@example.org"}
    assert person_at("AMINA.diallo@example.org").user == amina
    assert not person_at("nobody@example.org").is_known
