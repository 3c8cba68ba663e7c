"""Every answer says what pages may ask of a device, and personal ones that nobody keeps them."""

import pytest

from tests import make
from tests.buying import pay
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.checkout.order.proofs import owner_of
from tests.shop.merchant.dashboard.desk import open_desk
from tests.shop.orders.cart.carts import fill

pytestmark = pytest.mark.django_db
OF_GUESTS = [
    "/account/login/", "/account/signup/", "/fr/account/password/reset/", "/account/",
    "/account/confirm-email/", "/account/password/reset/key/done/", "/cart/", "/checkout/",
    "/zh-hans/cart/", "/saved/", "/account/no-such-page/", "/organize/", "/organize/login/",
    "/merchant/", "/orders/BB-2027-100001/nothing/", "/remind/done/",
]  # fmt: skip
OF_MEMBERS = [
    "/account/", "/account/vouchers/", "/account/email/", "/account/password/change/",
    "/account/2fa/", "/account/2fa/webauthn/", "/account/logout/", "/account/sign-out-elsewhere/",
    "/account/reauthenticate/", "/ar/account/", "/merchant/",
]  # fmt: skip


def is_nobodys(answer):
    words = {word.strip() for word in answer.headers["Cache-Control"].split(",")}
    return {"private", "no-store"} <= words


@pytest.mark.parametrize("address", OF_GUESTS)
def test_no_personal_page_of_a_guest_is_kept(client, address):
    assert is_nobodys(client.get(address)), address


def test_no_personal_page_of_a_signed_in_person_is_kept(client):
    client.force_login(open_desk().member)

    kept = [address for address in OF_MEMBERS if not is_nobodys(client.get(address))]

    assert kept == []


def test_no_page_of_the_organizers_desk_is_kept(client):
    client.force_login(organizer())

    for address in ("/organize/", "/organize/festivals/", "/organize/fairness/", "/organize/x/"):
        assert is_nobodys(client.get(address)), address


def test_no_page_of_an_order_or_a_full_cart_is_kept():
    order = make.order({make.variant(): 1})
    pay(order, at=NOON)
    client = owner_of(order)
    fill(client, {make.variant(): 1})

    here = f"/orders/{order.number}/{order.token}/"
    for address in (here, f"{here}invoice/", f"{here}cancel/", "/cart/", "/cart/summary/"):
        assert is_nobodys(client.get(address)), address


def test_shared_pages_are_kept_as_before_also_for_who_is_signed_in(client):
    make.listed(make.variant().product)
    for_all = client.get("/products/").headers["Cache-Control"]
    client.force_login(make.user())

    for_one = client.get("/products/").headers["Cache-Control"]

    assert for_all.startswith("public, max-age=")
    assert for_one.startswith("private, max-age=")


@pytest.mark.parametrize("address", ["/products/", "/account/login/", "/organize/", "/health/"])
def test_every_answer_takes_the_device_s_powers_from_the_page(client, address):
    policy = client.get(address).headers["Permissions-Policy"]

    assert {"camera=()", "microphone=()", "geolocation=()", "payment=()"} <= set(policy.split(", "))
    assert "publickey-credentials-get=(self)" in policy


@pytest.mark.parametrize(
    ("path", "status"),
    [("/health/live/", 200), ("/health/ready/", 200), ("/health/", 301), ("/products/", 301)],
)
def test_nothing_but_whether_it_lives_is_answered_by_plain_http(path, status, client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(path).status_code == status
