"""A host on a telephone lets guests in where there is no line; what was done is sent later."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from shop.catalogue.models import Variant
from shop.core import clock
from shop.orders.models import Order
from shop.orders.tickets.models import DoorEntry, Ticket
from shop.orders.tickets.qr import as_png
from tests import make
from tests.browsing.steps import sign_in, words
from tests.browsing.watching import goes_sideways
from tests.journeys.ways import journey, on_phone_and_later_desk
from tests.patience import wait_until
from tests.paying import begin
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.test_squares import photograph

pytestmark = journey

# How many lists a telephone keeps.
KEPT = "caches.keys().then((keys) => keys.length)"
# Whether it keeps this page, with the names of guests.
LIST = "caches.match(location.pathname).then(Boolean)"
# Stands for the eye of a telephone: this machine has neither a camera nor the browser's reader.
EYE = """
window.BarcodeDetector = class {
  async detect() {
    const seen = window.inView ? [{ rawValue: window.inView }] : [];
    window.inView = "";
    return seen;
  }
};
const empty = document.createElement("canvas");
empty.getContext("2d").fillRect(0, 0, 9, 9);
const stream = async () => empty.captureStream(1);
Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: stream } });
"""


@pytest.fixture
def date(stage, market):
    """Return seats that begin in an hour, for which two have booked: three people and one."""
    soon = clock.now() + timedelta(hours=1)
    adult, child, _family = visits.session(starts=soon, closes_before=timedelta())
    for wanted in ({adult: 2, child: 1}, {adult: 1}):
        at = clock.now()
        payment = begin(make.cart(wanted, at=at), at=at)
        stage.sandbox.pay(payment.session_id)
        stage.work()
    return adult


def french(date):
    """Return a member of the host who reads French."""
    host = make.member(date.product.merchant)
    host.language = "fr"
    host.save()
    return host


def door(date) -> str:
    return f"/fr/merchant/{date.product.merchant.slug}/sessions/{date.pool_id}/door/"


def used() -> int:
    return Ticket.objects.exclude(used_at=None).count()


def cut(page, *, is_cut: bool) -> None:
    page.watch.is_away = is_cut
    page.context.set_offline(is_cut)


@on_phone_and_later_desk
@pytest.mark.parametrize("language", ["fr", pytest.param("ar", marks=pytest.mark.long)])
def test_guests_are_let_in_without_a_line_and_sent_when_there_is_one(  # noqa: PLR0915
    page, date, language
):
    host = french(date)
    sign_in(page, host.email)
    page.goto(door(date).replace("/fr/", f"/{language}/"))
    wait_until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
    page.reload()  # as who comes back to it
    expect(page.locator("[data-inside]")).to_have_text("0")
    assert not goes_sideways(page)
    first, second = Order.objects.order_by("pk")

    cut(page, is_cut=True)
    page.locator(f'[data-order="{first.pk}"] [data-let]').click()

    expect(page.locator("[data-inside]")).to_have_text("3")
    expect(page.locator("[data-waits] b")).to_have_text("3")
    expect(page.locator("[data-away]")).to_be_visible()
    expect(page.locator(f'[data-order="{first.pk}"] [data-unsent]')).to_be_visible()
    assert used() == 0

    page.reload()  # the telephone slept meanwhile, and there is still no line
    expect(page.locator("[data-inside]")).to_have_text("3")
    page.locator(f'[data-order="{second.pk}"] [data-let]').click()
    page.locator(f'[data-order="{second.pk}"] [name=undo]').click()  # a mistake
    expect(page.locator("[data-waits] b")).to_have_text("3")
    assert not goes_sideways(page)

    cut(page, is_cut=False)
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.locator("[data-waits]")).to_be_hidden()
    expect(page.locator("[data-away]")).to_be_hidden()
    assert used() == 3
    assert DoorEntry.objects.count() == 3
    assert set(Ticket.objects.exclude(used_at=None).values_list("used_by", flat=True)) == {host.pk}
    page.reload()
    assert "3" in page.locator("[data-inside]").inner_text()


@pytest.mark.parametrize("width", [390])
def test_an_undo_after_an_answer_that_was_lost_is_sent(page, date):
    host = french(date)
    sign_in(page, host.email)
    page.goto(door(date))
    order = Order.objects.order_by("pk").last()
    row = page.locator(f'[data-order="{order.pk}"]')

    page.watch.is_away = True
    page.route("**/door/entries/", lambda route: (route.fetch(), route.abort()), times=1)
    row.locator("[data-let]").click()
    expect(page.locator("[data-away]")).to_be_visible()
    assert used() == 1
    page.watch.is_away = False
    row.locator("[name=undo]").click()

    wait_until(lambda: used() == 0)
    expect(page.locator("[data-waits]")).to_be_hidden()
    expect(row.locator("[data-let]")).to_be_visible()


@pytest.mark.parametrize("width", [390])
def test_what_was_done_is_sent_after_the_date_is_over_and_no_list_is_kept(page, date):
    host = french(date)
    sign_in(page, host.email)
    page.goto(door(date))
    wait_until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
    order = Order.objects.order_by("pk").last()

    cut(page, is_cut=True)
    page.locator(f'[data-order="{order.pk}"] [data-let]').click()
    expect(page.locator("[data-waits] b")).to_have_text("1")
    cut(page, is_cut=False)
    # Two days later the telephone is taken up again; the shop itself stays where it is.
    page.add_init_script("const now = Date.now; Date.now = () => now() + 2 * 86_400_000;")
    page.reload()

    wait_until(lambda: used() == 1)
    wait_until(lambda: not page.evaluate(LIST))


@pytest.mark.parametrize("width", [390])
def test_who_works_for_the_store_no_more_keeps_no_list(page, date):
    host = french(date)
    sign_in(page, host.email)
    page.goto(door(date))
    wait_until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
    wait_until(lambda: page.evaluate(LIST))

    host.memberships.all().delete()
    page.watch.expect(404)
    page.reload()
    wait_until(lambda: not page.evaluate(LIST))


@pytest.mark.parametrize("width", [390])
def test_a_square_is_scanned_once_and_a_second_time_says_since_when(visitor, date):
    page = visitor()
    page.add_init_script(EYE)
    host = french(date)
    sign_in(page, host.email)
    page.goto(door(date))
    ticket = Ticket.objects.order_by("pk").first()
    expect(page.locator("square-scan [data-open]")).to_be_visible()

    cut(page, is_cut=True)
    page.locator("square-scan [data-open]").click()
    said = page.locator("dialog [role=status]")
    page.evaluate("code => { window.inView = code }", f"https://x/merchant/tickets/{ticket.code}/")
    expect(said).to_contain_text("à l’intérieur")
    expect(page.locator("[data-inside]")).to_have_text("1")

    page.locator("dialog [data-close]").click()
    page.locator("square-scan [data-open]").click()
    wait_until(lambda: page.evaluate("Boolean(document.querySelector('video').srcObject)"))
    page.evaluate("document.querySelector('square-scan').last = ''")
    page.evaluate("code => { window.inView = code }", ticket.code)
    expect(said).to_contain_text("déjà à l’intérieur, depuis")

    page.evaluate("window.inView = 'ABCDEFGHJKMNPQRS'")
    expect(said).to_contain_text("Ce billet n’est pas sur la liste")

    cut(page, is_cut=False)
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: used() == 1)


@pytest.mark.parametrize(("width", "script"), [(390, False)])
def test_without_script_a_photograph_leads_to_the_ticket(page, date):
    host = french(date)
    ticket = Ticket.objects.order_by("pk").first()
    sign_in(page, host.email)
    page.goto("/fr/merchant/tickets/")

    file = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photograph(as_png(ticket))}
    page.locator("#photo").set_input_files(file)
    page.get_by_role("button", name="Lire le carré").click()
    page.wait_for_url(f"**/fr/merchant/tickets/{ticket.code}/")
    page.get_by_role("button", name="Marquer comme utilisé").click()

    wait_until(lambda: used() == 1)
    assert not goes_sideways(page)


@pytest.mark.parametrize("width", [390])
def test_signing_out_takes_the_list_from_the_telephone(page, date):
    host = french(date)
    sign_in(page, host.email)
    page.goto(door(date))
    wait_until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
    wait_until(lambda: page.evaluate(KEPT) == 1)

    page.goto("/fr/account/logout/")
    assert page.evaluate(KEPT) == 1  # nobody has signed out yet
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(lambda url: "/logout/" not in url)
    wait_until(lambda: page.evaluate(KEPT) == 0)

    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('door:'))") == []
    assert "Dyeing" not in words(page)


@pytest.mark.parametrize("width", [390])
def test_who_was_signed_out_elsewhere_keeps_no_list(page, date):
    host = french(date)
    sign_in(page, host.email)
    page.goto(door(date))
    wait_until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
    wait_until(lambda: page.evaluate(KEPT) == 1)

    Session.objects.all().delete()
    page.goto(door(date))
    page.wait_for_url("**/login/**")
    wait_until(lambda: page.evaluate(KEPT) == 0)

    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('door:'))") == []
    assert "Dyeing" not in words(page)


@on_phone_and_later_desk
@pytest.mark.parametrize("language", ["fr", pytest.param("ar", marks=pytest.mark.long)])
def test_a_date_is_moved_and_its_guests_are_told(stage, page, date, language):
    host = french(date)
    sign_in(page, host.email)
    page.goto(door(date).replace("/fr/", f"/{language}/").replace("/door/", "/change/"))
    before = Variant.objects.get(pk=date.pk).session_start
    assert not goes_sideways(page)

    page.locator("[name=day]").fill(f"{before + timedelta(days=2):%Y-%m-%d}")
    page.locator("[name=words]").fill("Le bateau part plus tard.")
    page.locator("main form button.btn:not(.quiet)").first.click()
    page.locator("button[name=confirm]").wait_for()
    assert "Le bateau part plus tard." in words(page)  # in the very mail
    assert Variant.objects.get(pk=date.pk).session_start == before
    assert not goes_sideways(page)
    page.locator("button[name=confirm]").click()

    wait_until(lambda: Variant.objects.get(pk=date.pk).session_start > before)
    stage.work()
    told = [letter for order in Order.objects.all() for letter in stage.letters(order.contact.email)
            if "Le bateau part plus tard." in letter.text]  # fmt: skip
    assert len(told) >= 2
