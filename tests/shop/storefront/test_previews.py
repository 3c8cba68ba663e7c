"""The shop at another instant: seen by whoever opened it, written by nobody, kept nowhere."""

import re
from datetime import timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.test import Client

from cms.models import FestivalPage
from shop.festivals.models import DealUsage, PriceSpan
from shop.listings.models import Listing
from shop.storefront import epoch
from shop.storefront.previews import opening
from shop.storefront.previews.overlay import shown
from shop.storefront.previews.preview import Preview, Stock, Who
from tests import make, pages
from tests.make import END, NOON, START
from tests.organizing.people import organizer
from tests.shop.storefront.previews import following, kept_pages, looking, rows, shared

pytestmark = pytest.mark.django_db

BEFORE = START - timedelta(days=1)


@pytest.fixture
def kettle():
    return make.variant(20_00)


@pytest.fixture
def festival(kettle):
    made = make.festival()
    make.deal(kettle, during=made, price=15_00, allotment=6)
    make.listed(kettle.product)
    return made


@pytest.fixture
def draft(kettle):
    made = make.festival(state="draft", starts_at=END + timedelta(days=9),
                         ends_at=END + timedelta(days=19))  # fmt: skip
    make.deal(kettle, during=made, price=15_00, allotment=6, per_shopper=2)
    make.listed(kettle.product)
    return made


def product(client, variant):
    return client.get(f"/products/{variant.product.slug}/")


def everywhere(variant):
    page = variant.product
    return ["/", "/products/", "/products/?sort=price", f"/products/?q={page.title}",
            f"/products/{page.slug}/", f"/stores/{page.merchant.slug}/"]  # fmt: skip


def test_case_80_staff_see_another_instant_and_everybody_else_the_present(
    clock_at, kettle, festival
):
    clock_at(BEFORE)

    staff, guest = product(looking(festival, START), kettle), product(Client(), kettle)

    assert "$15.00" in staff.text
    assert "Preview at Monday, 10 May 2027, 00:00:00" in staff.text
    assert staff.headers["Cache-Control"] == "private, no-store"
    assert staff.headers["X-Robots-Tag"] == "noindex"
    assert "$20.00" in guest.text
    assert "$15.00" not in guest.text
    assert "Preview" not in guest.text


def test_case_80_the_shared_copies_hold_nothing_of_a_preview(clock_at, kettle, festival):
    clock_at(BEFORE)
    client = looking(festival, START)

    for path in everywhere(kettle):
        assert client.get(path).status_code == 200

    assert kept_pages() == []
    for path in everywhere(kettle):
        assert "$15.00" not in Client().get(path).text


def test_case_80_a_preview_takes_nothing_from_the_shared_copies(clock_at, kettle, festival):
    clock_at(BEFORE)
    for path in everywhere(kettle):
        Client().get(path)

    client = looking(festival, START)
    for path in everywhere(kettle):
        assert "$15.00" in client.get(path).text, path


def test_what_a_process_knows_of_the_present_is_not_taken_from_a_preview(clock_at, draft):
    clock_at(NOON)
    looking(draft, NOON).get("/")

    assert epoch._latest is None or draft.pk not in {f.id for f in epoch._latest.festivals}


def test_a_draft_is_seen_as_if_it_were_published_on_every_page(clock_at, kettle, draft):
    clock_at(BEFORE)
    page = pages.page(FestivalPage, festival=draft, body=[("hero", {}), ("deals", {})])
    client = looking(draft, draft.starts_at)

    for path in [*everywhere(kettle), "/products/?festival=1", pages.address(page)]:
        assert "$15.00" in client.get(path).text, path
        assert "$15.00" not in Client().get(path).text, path
    before = looking(draft, draft.starts_at - timedelta(microseconds=1))
    after = looking(draft, draft.ends_at)
    for client in (before, after):
        assert "$15.00" not in product(client, kettle).text


def test_what_waits_for_a_decision_is_seen_where_it_was_asked_for(clock_at, draft):
    clock_at(BEFORE)
    teapot = make.variant(30_00)
    make.nomination(teapot, during=draft, price=22_00, allotment=3)
    make.listed(teapot.product)

    assert "$22.00" not in product(looking(draft, draft.starts_at), teapot).text
    assert "$22.00" in product(looking(draft, draft.starts_at, is_waiting=True), teapot).text
    assert not PriceSpan.objects.filter(price=22_00).exists()


def test_the_past_is_shown_as_it_was(clock_at, kettle, festival):
    make.reprice(kettle, 33_00, at=END + timedelta(days=1))
    clock_at(END + timedelta(days=5))

    assert "$33.00" in product(Client(), kettle).text
    assert "$15.00" in product(looking(festival, NOON), kettle).text
    assert "$20.00" in product(looking(festival, END), kettle).text


def test_the_past_of_a_closed_festival_is_shown_too(clock_at, kettle, festival):
    type(festival).objects.update(state="closed")
    clock_at(END + timedelta(days=5))

    page = product(looking(festival, NOON), kettle).text

    assert "$15.00" in page
    assert "Festival price until 19 May" in page


@pytest.mark.parametrize(
    ("stock", "price", "words"),
    [("", "$15.00", "0 of 6"), ("gone", "$20.00", "In stock"), ("one", "$15.00", "In stock")],
)
def test_a_scenario_sells_the_deals_out_or_down_to_one(clock_at, kettle, festival, stock, price,
                                                       words):  # fmt: skip
    clock_at(BEFORE)

    page = product(looking(festival, START, stock=Stock(stock)), kettle).text

    assert f'"price": "{price[1:]}"' in page


def test_deals_that_sell_everyday_stock_are_sold_out_with_it(clock_at, kettle):
    festival = make.festival()
    make.deal(kettle, during=festival, price=15_00)
    make.listed(kettle.product)
    clock_at(BEFORE)

    gone = product(looking(festival, START, stock=Stock.SOLD_OUT), kettle).text
    one = product(looking(festival, START, stock=Stock.ONE_LEFT), kettle).text

    assert "Sold out" in gone
    assert "In stock, 1 piece" in one
    assert "$15.00" in one
    assert Listing.objects.get(product=kettle.product).is_available


@pytest.mark.parametrize(
    ("who", "says", "total"),
    [
        (Who.GUEST, "Sign in to buy at this price", "$60.00"),
        (Who.NEW, "2 per shopper", "$50.00"),
        (Who.AT_LIMIT, "You can buy", "$60.00"),
    ],
)
def test_the_cart_is_priced_for_the_shopper_that_was_chosen(clock_at, kettle, draft, who, says,
                                                            total):  # fmt: skip
    clock_at(BEFORE)
    user = organizer()
    make.cart({kettle: 3}, of=make.shopper(user), at=BEFORE)
    client = looking(draft, draft.starts_at, user=user, who=who)
    before = rows()

    page = re.sub(r"<[^>]+>|\s+", " ", client.get("/cart/").text)

    assert total in page
    assert says in page
    assert rows() == before
    assert not DealUsage.objects.exists()


def post(client, path, **data):
    return client.post(path, data, headers={"Sec-Fetch-Site": "same-origin"})


ACTIONS = [
    ("post", "/cart/add/", {"variant": "{variant}"}),
    ("post", "/cart/claim/{promotion}/", {}),
    ("post", "/cart/voucher/", {"code": "X"}),
    ("post", "/cart/lines/{variant}/", {"quantity": "5"}),
    ("post", "/cart/country/", {"country": "CN"}),
    ("post", "/saved/", {"product": "{product}"}),
    ("post", "/saved/remove/", {"product": "{product}"}),
    ("get", "/checkout/", {}),
    ("post", "/checkout/", {"email": "a@example.org"}),
    ("get", "/checkout/delivery/", {}),
    ("post", "/checkout/delivery/", {"pay": ""}),
    ("get", "/account/signup/", {}),
    ("post", "/account/signup/", {"email": "a@example.org"}),
    ("post", "/account/login/", {"login": "a@example.org", "password": "x"}),
    ("get", "/account/", {}),
    ("get", "/orders/{order}/paid/", {}),
    ("post", "/orders/{order}/cancel/", {}),
]


@pytest.fixture(params=["staff", "link"])
def anyone(request, clock_at, festival):
    clock_at(BEFORE)
    if request.param == "staff":
        return looking(festival, START)
    return following(shared(festival, START))


@pytest.mark.parametrize("action", ACTIONS)
def test_case_81_nothing_can_be_done_in_a_preview(sandbox, anyone, kettle, festival, action):
    method, path, body = action
    order = make.order({kettle: 1}, at=BEFORE)
    names = {
        "variant": kettle.pk, "product": kettle.product_id,
        "promotion": make.promotion(festival, trigger="claim").pk,
        "order": f"{order.number}/{order.token}",
    }  # fmt: skip
    data = {name: value.format(**names) for name, value in body.items()}
    before = rows()

    answer = getattr(anyone, method)(
        path.format(**names), data, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert answer.status_code == 409
    assert "Nothing can be bought, saved or changed here" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert rows() == before
    assert not list(sandbox.world.store.all("checkout.session"))


def test_the_database_itself_refuses_to_write(festival):
    with pytest.raises(InternalError), shown(Preview(at=START, festival_id=festival.pk)):
        make.merchant()

    assert make.merchant().pk  # and takes rows again behind it


@pytest.mark.parametrize("breaks", [False, True])
def test_nothing_of_a_preview_is_left_on_the_connection(draft, breaks):
    preview = Preview(at=draft.starts_at, festival_id=draft.pk, stock=Stock.SOLD_OUT,
                      who=Who.AT_LIMIT, is_waiting=True)  # fmt: skip
    try:
        with shown(preview):
            if breaks:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone() == ("off",)
    assert not epoch.is_apart()


def test_a_view_that_writes_all_the_same_is_refused_with_the_sentence(
    clock_at, kettle, festival, monkeypatch
):
    clock_at(BEFORE)
    monkeypatch.setattr("shop.storefront.previews.middleware.POSTED", {"cart-add"})
    client = looking(festival, START)
    before = rows()

    answer = post(client, "/cart/add/", variant=kettle.pk)

    assert answer.status_code == 409
    assert "Nothing can be bought" in answer.text
    assert rows() == before


def test_case_82_an_expired_preview_is_the_ordinary_page(clock_at, kettle, festival):
    clock_at(BEFORE)
    client, link = looking(festival, START), shared(festival, START, hours=1)
    guest = following(link)
    assert "$15.00" in product(guest, kettle).text

    clock_at(BEFORE + timedelta(minutes=59, seconds=50))
    assert "$15.00" in product(guest, kettle).text
    clock_at(BEFORE + timedelta(hours=1, seconds=9))
    assert "$15.00" not in product(guest, kettle).text
    assert "$15.00" in product(client, kettle).text
    clock_at(BEFORE + timedelta(hours=2, seconds=9))
    assert "$15.00" not in product(client, kettle).text

    late = Client().get(f"/preview/{opening.key_of(link)}/", follow=True)
    assert late.status_code == 200
    assert "Preview" not in late.text


def test_case_82_a_staff_preview_is_nothing_to_somebody_else(clock_at, kettle, festival):
    clock_at(BEFORE)
    cookie = looking(festival, START).cookies[opening.COOKIE].value
    others = [None, make.user(), organizer("reviewer")]

    for user in others:
        client = Client()
        if user:
            client.force_login(user)
        client.cookies[opening.COOKIE] = cookie
        page = product(client, kettle)
        assert "$15.00" not in page.text
        assert "Preview" not in page.text


def test_whoever_loses_the_permission_loses_the_preview(clock_at, kettle, festival):
    clock_at(BEFORE)
    user = organizer()
    client = looking(festival, START, user=user)
    assert "$15.00" in product(client, kettle).text

    user.groups.clear()

    assert "$15.00" not in product(client, kettle).text


def test_a_shared_preview_ends_when_it_is_revoked(clock_at, kettle, festival):
    clock_at(BEFORE)
    link = shared(festival, START)
    client = following(link)
    assert "$15.00" in product(client, kettle).text

    assert opening.revoke(link, at=BEFORE, by=organizer())

    assert "$15.00" not in product(client, kettle).text
    assert "preview" not in following(link).cookies or not following(link).cookies["preview"].value
    assert not opening.revoke(link, at=BEFORE, by=organizer())


@pytest.mark.parametrize("key", ["1", "1.x", "nonsense", "1.", "%00", "1:x"])
def test_an_address_that_nobody_made_opens_nothing(festival, key):
    shared(festival, START)

    answer = Client().get(f"/preview/{key}/", follow=True)

    assert answer.status_code == 200
    assert "Preview" not in answer.text


@pytest.mark.parametrize("text", ["x", "", "eyJ9:1:2"])
def test_a_cookie_that_nobody_signed_opens_nothing(kettle, festival, text):
    client = Client()
    client.cookies[opening.COOKIE] = text

    assert "Preview" not in product(client, kettle).text


def test_desks_know_no_preview(clock_at, kettle, festival):
    clock_at(BEFORE)
    client = looking(festival, START)

    answer = client.get(f"/organize/festivals/{festival.pk}/")

    assert "data-moment" not in answer.text
    assert client.get("/health/").headers.get("X-Robots-Tag") is None


def test_staff_go_through_the_moments_and_leave(clock_at, kettle, festival):
    clock_at(BEFORE)
    client = looking(festival, START - timedelta(seconds=1))
    address = f"/products/{kettle.product.slug}/"
    page = client.get(address).text
    assert f'<option value="{START.isoformat()}"' in page

    answer = post(client, "/preview/", at=START.isoformat(), next=address)
    assert (answer.status_code, answer.url) == (303, address)
    assert "$15.00" in client.get(address).text
    post(client, "/preview/", wall="2027-05-20T00:00", at=START.isoformat())
    assert "$15.00" not in client.get(address).text
    post(client, "/preview/leave/", next=address)
    assert "Preview" not in client.get(address).text


def test_going_through_the_moments_makes_a_preview_last_no_longer(clock_at, kettle, festival):
    clock_at(BEFORE)
    client = looking(festival, START)
    clock_at(BEFORE + timedelta(hours=1, minutes=59))
    post(client, "/preview/", at=START.isoformat())

    clock_at(BEFORE + timedelta(hours=2, seconds=9))

    assert "Preview" not in product(client, kettle).text


@pytest.mark.parametrize("at", ["", "x", "2027-05-10T00:00:00", "9999999-01-01T00:00"])
def test_a_moment_that_is_none_is_told(clock_at, festival, at):
    clock_at(BEFORE)

    answer = post(looking(festival, START), "/preview/", at=at)

    assert answer.status_code == 409
    assert "Choose a moment" in answer.text


@pytest.mark.parametrize(
    ("wall", "says"), [("2027-04-30T00:30", "does not exist"), ("2027-10-28T23:30", "twice")]
)
def test_a_wall_time_that_the_clock_leaves_out_or_repeats_is_told(clock_at, wall, says):
    clock_at(BEFORE)
    festival = make.festival(zone="Africa/Cairo")

    answer = post(looking(festival, START), "/preview/", wall=wall)

    assert answer.status_code == 409
    assert says in answer.text


def test_whoever_has_a_shared_preview_chooses_no_other_moment(clock_at, kettle, festival):
    clock_at(BEFORE)
    client = following(shared(festival, START - timedelta(seconds=1)))

    post(client, "/preview/", at=START.isoformat())

    page = product(client, kettle).text
    assert "$15.00" not in page
    assert "preview-slider" not in page


def test_language_and_country_are_chosen_within_a_preview(clock_at, kettle, festival):
    clock_at(BEFORE)
    client = looking(festival, START)

    assert post(client, "/preferences/", currency="EUR").status_code == 303
    page = client.get(f"/fr/products/{kettle.product.slug}/").text

    assert "15,00" in page
    assert "Aperçu" in page
    assert "€" in page
    assert "15,00" not in Client().get(f"/fr/products/{kettle.product.slug}/").text


def test_a_row_for_longer_than_72_hours_cannot_be_kept(festival):
    with pytest.raises(Exception, match="72"):
        shared(festival, START, hours=73)
    link = shared(festival, START)
    link.expires_at += timedelta(seconds=1)
    with pytest.raises(Exception, match="preview_link_is_short"), transaction.atomic():
        link.save()
