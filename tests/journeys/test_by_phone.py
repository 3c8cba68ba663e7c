"""What is said is so, on a telephone: the shop in French, the stores' desk in English."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from shop.catalogue.delivery.models import Contact
from shop.core import clock
from shop.money.payments.refund import refund_lines
from shop.orders.cart.models import CartLine
from shop.orders.models import Order
from shop.orders.tickets.models import Ticket
from shop.people.accounts.models import User
from tests import make
from tests.browsing.steps import sign_in, words
from tests.browsing.watching import goes_sideways
from tests.journeys.ways import journey
from tests.paying import begin
from tests.shop.checkout.steps import link
from tests.shop.orders.tickets import visits

pytestmark = [journey, pytest.mark.parametrize("width", [390])]


def bought(stage, wanted) -> Order:
    """Return an order that somebody who reads French has paid."""
    at = clock.now()
    payment = begin(make.cart(wanted, at=at), at=at)
    stage.sandbox.pay(payment.session_id)
    stage.work()
    Order.objects.update(language="fr")
    return Order.objects.get()


def test_money_that_goes_back_is_said_as_it_stands(stage, market, page):
    order = bought(stage, {market.lamp: 1})
    refund_lines(order.pk, [order.lines.get().pk], reason="Brisée", at=clock.now())

    page.goto(f"/fr{link(order)}")

    assert "Remboursement en cours" in words(page)
    assert "Remboursé le" not in words(page)
    assert page.get_by_text("Payée", exact=True).count() == 0
    assert not goes_sideways(page)

    stage.beat()
    stage.work()
    page.reload()

    assert "Remboursé le" in words(page)
    assert "Remboursement en cours" not in words(page)


def test_whoever_books_seats_alone_is_asked_for_no_postal_address(stage, market, page):
    tour = visits.experience(title="Teinture à l’indigo")
    adult, *_others = visits.session(tour, starts=clock.now() + timedelta(days=9))
    make.listed(tour)
    page.goto(f"/fr/products/{tour.slug}/")
    assert "40,00" in words(page)
    assert "dès 24,00" not in words(page)
    assert "Réservations closes le" in words(page)
    assert not goes_sideways(page)

    page.get_by_role("button", name="Réserver").click()
    page.wait_for_url("**/fr/cart/")
    assert CartLine.objects.get().variant_id == adult.pk
    page.get_by_role("link", name="Passer commande").filter(visible=True).first.click()
    page.wait_for_url("**/fr/checkout/")

    page.get_by_text("Qui réserve ?").first.wait_for()
    expect(page.locator("[name=postcode], [name=line1], [name=city]")).to_have_count(0)
    assert not goes_sideways(page)


def test_a_ticket_of_another_day_is_not_burned_by_the_main_button(stage, market, page):
    adult, *_others = visits.session(starts=clock.now() + timedelta(days=3))
    host = make.member(adult.product.merchant)
    bought(stage, {adult: 1})
    ticket = Ticket.objects.get()
    sign_in(page, host.email, "/merchant/")

    page.goto(f"/merchant/tickets/{ticket.code}/")
    own = page.get_by_role("button", name="Mark as used", exact=True)
    expect(own).to_have_count(0)
    page.get_by_text("Let somebody in all the same…").click()
    page.get_by_role("button", name="Mark as used all the same").click()
    page.get_by_role("button", name="Undo").click()

    page.get_by_text("The ticket is good again.").first.wait_for()
    ticket.refresh_from_db()
    assert ticket.used_at is None
    assert not goes_sideways(page)


def test_an_address_stands_as_its_country_writes_it(stage, market, page):
    order = bought(stage, {market.lamp: 1})
    Contact.objects.filter(pk=order.contact_id).update(
        line1="12 Otley Road", postcode="LS6 3HN", city="Leeds", region="", country="GB"
    )
    sign_in(page, market.potter.email, "/merchant/")

    page.goto(f"/merchant/orders/{order.suborders.get().pk}/")

    said = words(page)
    assert said.index("12 Otley Road") < said.index("Leeds") < said.index("LS6 3HN")
    assert not goes_sideways(page)


def test_every_link_of_an_order_leads_somewhere(stage, market, page):
    order = bought(stage, {market.lamp: 1})
    page.goto(f"/fr{link(order)}")

    found = page.locator("a[href]").evaluate_all("all => all.map(one => one.href)")
    own = {one.partition("#")[0] for one in found if urlsplit(one).netloc in page.url}
    assert len(own) > 10
    broken = {one: page.request.get(one).status for one in sorted(own)}

    assert {one: status for one, status in broken.items() if status >= 400} == {}


def test_a_page_is_found_and_shared_in_french(stage, market, page):
    page.goto("/fr/products/brass-lamp/")

    assert page.title().startswith("Brass lamp of the old town")
    [canonical] = page.locator("link[rel=canonical]").evaluate_all("all => all.map(a => a.href)")
    assert urlsplit(canonical).path == "/fr/products/brass-lamp/"
    picture = page.locator("meta[property='og:image']").first.get_attribute("content")
    assert page.request.get(urlsplit(picture).path).ok
    for address in ("/robots.txt", "/sitemap.xml", "/favicon.ico"):
        assert page.request.get(address).ok, address


def test_a_store_in_a_running_festival_is_offered_no_way_out(stage, market, page):
    assert market.kiln.enrolments.get(festival=market.festival).state == "accepted"
    sign_in(page, market.potter.email, "/merchant/")

    page.goto(f"/merchant/{market.kiln.slug}/festivals/{market.festival.pk}/")

    page.get_by_role("heading", level=1).wait_for()
    assert "Leave this festival" not in words(page)
    assert not goes_sideways(page)


def test_the_page_of_sheets_fits_a_narrow_telephone(stage, market, page):
    begins = clock.now() + timedelta(days=30)
    festival = make.festival(starts_at=begins, ends_at=begins + timedelta(days=9))
    make.nomination(market.mat.variants.get(), during=festival, price=20_00)
    sign_in(page, market.weaver.email, "/merchant/")
    page.set_viewport_size({"width": 320, "height": 640})

    page.goto(f"/merchant/{market.loom.slug}/festivals/{festival.pk}/sheet/")

    expect(page.locator("input[type=file]")).to_be_visible()
    assert not goes_sideways(page)


def test_somebody_without_a_store_is_told_so(stage, market, page):
    ada = make.user()
    User.objects.filter(pk=ada.pk).update(language="fr")
    sign_in(page, ada.email, "/account/login/")

    answer = page.goto("/merchant/")

    assert answer.status == 200
    assert "boutique" in words(page)
    assert not goes_sideways(page)
