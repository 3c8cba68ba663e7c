"""What a preview lets nobody do, who may see it, and until when."""

from datetime import timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.test import Client

from shop.storefront.cache import catalogue_version
from shop.storefront.previews.access import COOKIE, key_of, revoke
from shop.storefront.previews.overlay import shown
from shop.storefront.previews.preview import Preview, Stock, Who
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import END, START
from tests.shop.storefront.previews.steps import following, looking, post, product, rows, shared

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
    assert not catalogue_version.is_unshared()


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

    clock_at(BEFORE + timedelta(minutes=50))
    assert "$15.00" in product(guest, kettle).text
    clock_at(BEFORE + timedelta(hours=1, minutes=10))
    assert "$15.00" not in product(guest, kettle).text
    assert "$15.00" in product(client, kettle).text
    clock_at(BEFORE + timedelta(hours=2, minutes=10))
    assert "$15.00" not in product(client, kettle).text

    late = Client().get(f"/preview/{key_of(link)}/", follow=True)
    assert late.status_code == 200
    assert "Preview" not in late.text


def test_case_82_a_staff_preview_is_nothing_to_somebody_else(clock_at, kettle, festival):
    clock_at(BEFORE)
    cookie = looking(festival, START).cookies[COOKIE].value
    others = [None, make.user(), organizer("reviewer")]

    for user in others:
        client = Client()
        if user:
            client.force_login(user)
        client.cookies[COOKIE] = cookie
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

    assert revoke(link, at=BEFORE, by=organizer())

    assert "$15.00" not in product(client, kettle).text
    assert "preview" not in following(link).cookies or not following(link).cookies["preview"].value
    assert not revoke(link, at=BEFORE, by=organizer())


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

    clock_at(BEFORE + timedelta(hours=2, minutes=10))

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
    before = product(client, kettle).text

    post(client, "/preview/", at=START.isoformat())

    page = product(client, kettle).text
    assert "$15.00" not in page
    assert "preview-slider" not in page
    assert "Leave the preview" in page
    assert page == before


def test_a_row_for_longer_than_72_hours_cannot_be_kept(festival):
    with pytest.raises(Exception, match="72"):
        shared(festival, START, hours=73)
    link = shared(festival, START)
    link.expires_at += timedelta(seconds=1)
    with pytest.raises(Exception, match="preview_link_is_short"), transaction.atomic():
        link.save()
