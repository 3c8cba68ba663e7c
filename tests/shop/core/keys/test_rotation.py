"""The shop's key is changed: sign-ins, links and mails from before go on; counts stay."""

import re

import pytest
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.http import Http404, HttpResponse
from django.test import Client

from cms.colleagues.invite import invite
from cms.models import Invitation
from shop.core import clock
from shop.merchant.applications.models import Application
from shop.orders.access import begin_code, code_of, is_fresh, signed, use_code
from shop.orders.reminders import tokens
from shop.orders.reminders.models import Reminder
from shop.orders.tickets.own_calendar import address_of
from shop.people.accounts.mailboxes import mailbox_key
from shop.people.accounts.models import User
from shop.storefront.feeds import addresses
from shop.storefront.feeds.addresses import FeedScope
from shop.storefront.waiting_room import tickets
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.checkout.order.proofs import owner_of, paid_order
from tests.shop.merchant.applications import applied

pytestmark = pytest.mark.django_db
FIRST, SECOND = "the first key of this shop " * 3, "the second key of this shop " * 3


@pytest.fixture
def turn(settings):
    """Begin with the first key, and give the two steps in which it is changed."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = FIRST, []
    settings.HASH_SECRET = FIRST

    def change(*, is_over=False):
        settings.SECRET_KEY = SECOND
        settings.SECRET_KEY_FALLBACKS = [] if is_over else [FIRST]

    return change


def is_in(browser):
    return browser.get("/account/").status_code == 200


@pytest.mark.parametrize("ended", [0, 1], ids=["never ended any", "ended some"])
def test_who_is_signed_in_stays_so_and_gets_a_sign_in_of_the_new_key(turn, ended):
    user = make.user()
    User.objects.filter(pk=user.pk).update(sessions_ended=ended)
    browser, away = Client(), Client()
    for one in (browser, away):
        one.force_login(User.objects.get(pk=user.pk))
    assert is_in(browser)

    turn()
    assert is_in(browser)
    turn(is_over=True)
    assert is_in(browser)
    assert browser.session[SESSION_KEY] == str(user.pk)
    assert not is_in(away)  # was not there meanwhile, and signs in again


def test_a_key_that_leaked_signs_nobody_in_once_it_is_gone(turn):
    browser = Client()
    browser.force_login(make.user())
    turn(is_over=True)

    assert not is_in(browser)


def test_a_link_that_was_mailed_opens_the_order_and_its_proof_counts(turn):
    order = paid_order({make.variant(): 1})
    at = clock.now()
    link, browser = signed(order, at=at), owner_of(order)
    page = f"/orders/{order.number}/{order.token}/"
    turn()

    assert is_fresh(order, link, at=at)
    assert "88 Renmin Road" in browser.get(page).text
    turn(is_over=True)
    assert not is_fresh(order, link, at=at)
    assert "88 Renmin Road" not in browser.get(page).text
    assert browser.get(page).status_code == 200  # the order's own link is no signature


def test_a_code_that_was_mailed_is_right(turn):
    order = paid_order({make.variant(): 1})
    code = code_of(order, begin_code(order))
    turn(is_over=True)
    assert not use_code(order, code)
    turn()

    assert use_code(order, code)
    assert not use_code(order, code)


def test_a_mail_that_waits_holds_a_link_that_opens(turn):
    invite("ama@example.org", "analyst", language="en", at=clock.now(), by=make.user())
    token = Invitation.objects.get().token
    turn()
    assert Invitation.objects.get().token == token
    run_queued_work()

    link = re.search(r"https?://[^/\s]+(/\S+/invitation/\S+/)", mail.outbox[-1].body)[1]
    assert "You are invited as analyst" in Client().get(link).text
    turn(is_over=True)
    assert "You are invited as analyst" in Client().get(link).text


def test_an_application_that_was_begun_goes_on(turn):
    found = applied.made(NOON)
    token = found.token
    turn()
    assert Application.objects.get(pk=found.pk).token == token
    found.renew(at=NOON)
    assert found.token != token
    turn(is_over=True)
    assert Application.objects.get(pk=found.pk).token_hash != found.token_hash


def test_an_address_of_products_or_dates_goes_on_for_ever(turn, client):
    scope = FeedScope(make.merchant())
    addresses.new_address(scope, at=NOON, by=make.user())
    [feed, *_] = addresses.addresses_of(addresses.feed_of(scope))
    member = make.member(make.merchant())
    dates = address_of(member.memberships.get())
    turn(is_over=True)

    for url in (feed.url, dates):
        assert client.get(url.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_a_place_in_the_queue_is_kept(turn, rf):
    request = rf.get("/")
    request.COOKIES["cart"] = "the cart of somebody"
    answer = make_ticket(request)
    turn()
    request.COOKIES["place"] = answer.cookies["place"].value
    assert tickets.ticket_of(request, at=NOON).number == 7
    request.COOKIES["cart"] = "of somebody else"
    assert tickets.ticket_of(request, at=NOON) is None


def make_ticket(request):
    answer = HttpResponse()
    tickets.give(answer, request, tickets.QueueTicket(7, NOON))
    return answer


def test_what_counts_a_mailbox_does_not_change(turn):
    before = mailbox_key("Lin@example.org")
    turn()
    assert mailbox_key("lin@example.org") == before
    turn(is_over=True)
    assert mailbox_key("lin@example.org") == before
    assert User.objects.filter(mailbox__key=before).count() == 0
    user = make.user("lin@example.org")
    assert user.mailbox.key == before


def test_a_link_of_a_reminder_counts_until_the_old_key_is_gone(turn):
    text = tokens.token(Reminder(pk=5), tokens.STOP)
    turn()
    assert tokens.read(text, tokens.STOP) == 5
    turn(is_over=True)
    with pytest.raises(Http404):
        tokens.read(text, tokens.STOP)
