"""Whoever wants to be told leaves an address; nobody can be subscribed by somebody else."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from shop.core.locks import one_after_another
from shop.core.networks import keyed_hash
from shop.orders.reminders import tokens
from shop.orders.reminders.ask import MOST_A_DAY, MOST_OF_NETWORK
from shop.orders.reminders.due import tell_opened
from shop.orders.reminders.models import Reminder
from tests import make
from tests.crowd import at_once
from tests.make import END, NOON, START
from tests.queue import run_queued_work
from tests.shop.orders.reminders.waiting import BEFORE, guest, mails, reminder, sold_out, whole
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def before(clock_at):
    clock_at(BEFORE)


def remind(browser, thing, email="", path="/remind/"):
    return browser.post(path, {"thing": thing, "email": email})


def link(what, *, number=-1):
    return re.search(rf"http://[^/\s]+(/\S*remind/\S+/{what}/)", mail.outbox[number].body)[1]


def test_a_guest_is_asked_by_one_mail_and_told_after_agreeing(clock_at):
    festival, browser = make.festival(title="Harvest Days"), guest()

    answer = remind(browser, f"festival-{festival.pk}", " Ada@Example.org")

    assert (answer.status_code, answer.url) == (303, "/remind/done/?is=confirm")
    row = Reminder.objects.get()
    assert (row.email, row.slot, row.confirmed_at) == (ADA, whole(festival), None)
    assert mails() == [ADA]
    assert "Harvest Days" in mail.outbox[0].body
    clock_at(START)
    assert tell_opened(at=START) == 0
    page = browser.get(link("confirm"))
    row.refresh_from_db()
    assert (page.status_code, row.confirmed_at) == (200, None)  # a program that opens links
    assert browser.post(link("confirm")).url == "/remind/done/?is=confirmed"
    assert tell_opened(at=START) == 1
    assert mails() == [ADA, ADA]
    assert mail.outbox[1].subject == "Harvest Days has started"


def test_a_signed_in_shopper_with_a_confirmed_address_is_noted_at_once():
    festival, ada = make.festival(), make.user(ADA)
    browser = guest()
    browser.force_login(ada)

    assert remind(browser, f"festival-{festival.pk}").url == "/remind/done/?is=ready"
    assert remind(browser, f"festival-{festival.pk}", "ADA@example.org").status_code == 303

    row = Reminder.objects.get()
    assert row.user == ada
    assert row.confirmed_at is not None
    assert mails() == []


@pytest.mark.parametrize("is_verified", [False, True])
def test_an_account_subscribes_no_address_but_its_own_confirmed_one(is_verified):
    festival, browser = make.festival(), guest()
    browser.force_login(make.user(ADA, is_verified=is_verified))
    stranger = "bob@example.org" if is_verified else ADA

    assert remind(browser, f"festival-{festival.pk}", stranger).url.endswith("is=confirm")

    row = Reminder.objects.get()
    assert (row.email, row.user, row.confirmed_at) == (stranger, None, None)


def test_one_address_and_thing_is_one_row_and_one_mail_a_day(clock_at):
    festival, browser = make.festival(), guest()
    for _ in range(3):
        remind(browser, f"festival-{festival.pk}", ADA)
    assert Reminder.objects.count() == 1
    assert mails() == [ADA]

    clock_at(BEFORE + timedelta(hours=25))
    remind(browser, f"festival-{festival.pk}", ADA)

    assert Reminder.objects.count() == 1
    assert mails() == [ADA, ADA]


def test_nobody_fills_a_strangers_box():
    festivals = [make.festival() for _ in range(MOST_A_DAY + 2)]
    answers = [remind(guest(), f"festival-{f.pk}", ADA).status_code for f in festivals]

    assert answers == [303] * MOST_A_DAY + [429] * 2
    assert len(mails()) == MOST_A_DAY == Reminder.objects.count()


def test_addresses_of_one_mailbox_are_asked_four_times_a_day_in_all():
    thing = f"festival-{make.festival().pk}"
    answers = [
        remind(guest(), thing, f"stranger+{number}@gmail.com").status_code
        for number in range(MOST_A_DAY + 2)
    ]

    assert answers == [303] * MOST_A_DAY + [429] * 2
    assert len(mails()) == MOST_A_DAY


def test_one_network_causes_so_many_mails_an_hour_and_others_go_on(clock_at):
    thing = f"festival-{make.festival().pk}"
    here = {"REMOTE_ADDR": "203.0.113.7"}

    def ask(n, **network):
        data = {"thing": thing, "email": f"guest-{n}@example.org"}
        return guest().post("/remind/", data, **network).status_code

    answers = [ask(n, **here) for n in range(MOST_OF_NETWORK + 1)]

    assert answers == [303] * MOST_OF_NETWORK + [429]
    assert ask(99) == 303
    clock_at(BEFORE + timedelta(hours=2))
    assert ask(98, **here) == 303


@pytest.mark.django_db(transaction=True)
def test_many_at_once_from_one_network_cause_no_more_mails():
    thing = f"festival-{make.festival().pk}"

    def asks(n):
        data = {"thing": thing, "email": f"guest-{n}@example.org"}
        return lambda: guest().post("/remind/", data).status_code

    answers = at_once([asks(n) for n in range(MOST_OF_NETWORK + 10)], threads=10)

    assert answers.count(303) == MOST_OF_NETWORK == Reminder.objects.count()


@pytest.mark.django_db(transaction=True)
def test_who_asks_waits_for_another_from_the_same_network():
    told = {"thing": f"festival-{make.festival().pk}", "email": "guest@example.org"}

    with open_transaction(lambda: one_after_another(keyed_hash("127.0.0.1"))):
        beside = Beside(lambda: guest().post("/remind/", told).status_code)
        assert beside.waits()

    assert beside.result() == 303


def test_another_site_subscribes_nobody_and_an_old_browser_is_asked_once_more():
    thing = f"festival-{make.festival().pk}"
    evil = Client(headers={"Sec-Fetch-Site": "cross-site"}, enforce_csrf_checks=True)
    old = Client(enforce_csrf_checks=True)

    assert remind(evil, thing, ADA).status_code == 403
    asked = remind(old, thing, ADA)

    assert "Do you want to do this?" in asked.text
    assert not Reminder.objects.exists()


@pytest.mark.parametrize("email", ["", "ada", "a@b\0.c", "x" * 250 + "@example.org"])
def test_an_address_that_is_none_is_answered_at_its_field(email):
    answer = remind(guest(), f"festival-{make.festival().pk}", email)

    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert not Reminder.objects.exists()


@pytest.mark.parametrize("thing", ["", "festival-0", "festival-9", "slot-x", "user-1", "variant-9"])
def test_what_is_not_there_cannot_be_waited_for(thing):
    assert remind(guest(), thing, ADA).status_code == 409
    assert not Reminder.objects.exists()


@pytest.mark.parametrize("facts", [{"state": "draft"}, {"state": "cancelled"},
                                   {"starts_at": BEFORE}])  # fmt: skip
def test_a_festival_that_is_secret_called_off_or_open_is_nothing_to_wait_for(facts):
    thing = f"festival-{make.festival(**facts).pk}"

    assert remind(guest(), thing, ADA).status_code == 409
    assert guest().get(f"/remind/?thing={thing}").status_code == 409


def test_a_product_is_waited_for_with_its_next_deal_or_its_festival(clock_at):
    festival = make.festival()
    evening = make.slot(festival, starts_at=NOON, ends_at=END)
    kettle, listed, neither = (make.variant() for _ in range(3))
    make.deal(kettle, during=evening, price=9_00)
    festival.participations.create(product=listed.product)

    for variant in (kettle, listed):
        assert remind(guest(), f"product-{variant.product_id}", ADA).status_code == 303
    assert remind(guest(), f"product-{neither.product_id}", ADA).status_code == 409

    assert set(Reminder.objects.values_list("product", "slot")) == {
        (kettle.product_id, evening.pk), (listed.product_id, whole(festival).pk),
    }  # fmt: skip


def test_the_links_of_a_mail_stop_it_and_nobody_can_make_one_up(clock_at):
    row = reminder(slot=whole(make.festival()))
    stop = f"/remind/{tokens.token(row, tokens.STOP)}/stop/"

    assert Client().get(stop).status_code == 200
    assert Reminder.objects.filter(pk=row.pk).exists()
    for wrong in ("x", tokens.token(row, tokens.GO), f"{row.pk}"):
        assert Client().post(f"/remind/{wrong}/stop/").status_code == 404
    # As mail programs do it, without a token or a cookie (RFC 8058).
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 303

    assert not Reminder.objects.exists()
    assert Client().post(stop).status_code == 303


def test_a_link_that_confirms_works_for_a_week(clock_at):
    row = reminder(slot=whole(make.festival()), is_confirmed=False)
    text = tokens.token(row, tokens.CONFIRM)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "CONFIRM_WITHIN", timedelta(seconds=-1))
        assert Client().post(f"/remind/{text}/confirm/").status_code == 404
    assert Client().post(f"/remind/{text}/confirm/").status_code == 303


def test_every_mail_says_how_to_stop_it_in_its_headers_too(clock_at):
    reminder(slot=whole(make.festival()), language="fr")
    clock_at(START)
    tell_opened(at=START)
    run_queued_work()

    [message] = mail.outbox
    stop = link("stop")
    assert message.extra_headers["List-Unsubscribe"].endswith(f"{stop}>")
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop.startswith("/fr/remind/")
    assert "a commencé" in message.subject


def test_the_mail_opens_the_prepared_cart_of_this_browser_else_the_thing():
    festival, kettle = make.festival(), make.variant()
    row = reminder(slot=whole(festival), product=kettle.product)
    go = f"/remind/{tokens.token(row, tokens.GO)}/go/"
    prepared = guest()
    prepared.post("/cart/add/", {"variant": kettle.pk, "quantity": 1})

    assert prepared.get(go).url == "/cart/"
    assert guest().get(go).url == f"/products/{kettle.product.slug}/"
    assert guest().get(f"/remind/{tokens.token(row, tokens.STOP)}/go/").status_code == 404


def test_a_sold_out_product_offers_to_tell_and_takes_an_address(clock_at):
    clock_at(NOON)
    kettle, _order = sold_out()
    page = guest().get(f"/products/{kettle.product.slug}/").text

    assert f'name="thing" value="variant-{kettle.pk}"' in page
    answer = remind(guest(), f"variant-{kettle.pk}", ADA)

    assert answer.url == "/remind/done/?is=confirm&of=return"
    assert (
        "This does not reserve one for you"
        in guest().get(answer.url.replace("confirm", "ready")).text
    )
    assert Reminder.objects.get().variant == kettle


def test_a_page_of_a_deal_to_come_says_when_and_offers_to_tell_but_not_its_price():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=13_37)

    page = guest().get(f"/products/{kettle.product.slug}/").text

    assert "In a festival from 10 May at 00:00" in page
    assert f'value="product-{kettle.product_id}"' in page
    assert "13.37" not in page


def test_the_form_says_by_which_clock_the_festival_opens():
    festival, browser = make.festival(title="Harvest Days"), guest()

    page = browser.get(f"/remind/?thing=festival-{festival.pk}").text

    assert re.search(
        r"<own-time.*>Opens 10 May at 00:00 \(Coordinated Universal Time\)</time>", page
    )
    assert 'pattern="Opens {date} at {time}"' in page
