"""What a category may not be sent to cannot be ordered there, and an asked age is said."""

import pytest

from shop.catalogue.models import Category
from shop.core.errors import AgeNotSaid
from shop.orders.models import Order
from shop.orders.place import place_order
from shop.storefront.listings.categories import save_category
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.checkout.steps import give_address, press_pay
from tests.shop.orders.cart.carts import fill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]


@pytest.fixture
def knife():
    made = Category.objects.create(path="home/knives", name="Knives")
    return make.variant(20_00, of=make.product(title="Knife", category=made))


def rule(variant, **rules):
    category = variant.product.category
    for name, value in rules.items():
        setattr(category, name, value)
    save_category(category, at=NOON)


def test_what_is_barred_cannot_be_ordered_to_that_country(browser, knife):
    fill(browser, {knife: 1})
    give_address(browser)
    rule(knife, barred=["CN"])

    assert "Knife may not be sent to China." in browser.get("/cart/").text
    page = f"/products/{knife.product.slug}/"
    assert "This product cannot be sent to China." in browser.get(page).text
    answer = press_pay(browser)

    assert answer.status_code == 409
    assert not Order.objects.exists()
    rule(knife, barred=["US"])
    assert "may not be sent" not in browser.get("/cart/").text
    assert press_pay(browser).status_code == 303


def test_other_goods_of_the_cart_are_not_held_up_by_it(browser, knife):
    kettle = make.variant(20_00, of=make.product(title="Kettle"))
    fill(browser, {knife: 1, kettle: 1})
    give_address(browser)
    rule(knife, barred=["CN"])

    page = browser.get("/cart/").text

    assert "Knife may not be sent to China." in page
    assert "Kettle may not" not in page


def test_an_age_is_asked_at_the_checkout_and_kept_with_the_order(browser, knife):
    rule(knife, min_age=18)
    fill(browser, {knife: 1})
    give_address(browser)
    assert "I am 18 years old or older." in browser.get("/checkout/delivery/").text
    page = browser.get(f"/products/{knife.product.slug}/").text
    assert "For people of 18 years and older" in page

    refused = press_pay(browser)
    too_young = press_pay(browser, age="17")

    assert (refused.status_code, too_young.status_code) == (409, 409)
    assert "Say that you are 18 or older" in refused.text
    assert not Order.objects.exists()
    assert press_pay(browser, age="18").status_code == 303
    assert Order.objects.get().of_age == 18


def test_nobody_is_asked_for_what_has_no_rule(browser):
    kettle = make.variant(20_00, of=make.product(title="Kettle"))
    fill(browser, {kettle: 1})
    give_address(browser)

    assert "years old or older" not in browser.get("/checkout/delivery/").text
    assert press_pay(browser).status_code == 303
    assert Order.objects.get().of_age == 0


def test_the_order_itself_refuses_who_has_not_said_it(knife):
    rule(knife, min_age=18)
    who = make.cart({knife: 1})

    with pytest.raises(AgeNotSaid):
        place_order(who, agreed=make.agreed(who), at=NOON)


def test_rules_count_for_all_that_stands_below_and_for_what_is_new_there():
    top = Category.objects.create(path="blades", name="Blades")
    below = Category.objects.create(path="blades/swords", name="Swords")
    beside = Category.objects.create(path="bladesmith", name="Smiths")
    top.barred, top.min_age = ["DE", "FR"], 21

    save_category(top, at=NOON)
    new = Category(path="blades/axes", name="Axes")
    save_category(new, at=NOON)

    below.refresh_from_db()
    beside.refresh_from_db()
    assert [(row.barred, row.min_age) for row in (below, new, beside)] == [
        (["DE", "FR"], 21), (["DE", "FR"], 21), ([], 0),
    ]  # fmt: skip
    below.barred, below.min_age = ["DE", "FR", "JP"], 16
    save_category(below, at=NOON)
    assert below.min_age == 21  # at least what stands above
    top.barred, top.min_age = ["FR", "GB"], 18
    save_category(top, at=NOON)
    below.refresh_from_db()
    assert (below.barred, below.min_age) == (["FR", "GB", "JP"], 18)  # its own rule stays


def test_a_category_that_moves_takes_on_the_rules_of_its_new_place():
    Category.objects.create(path="weapons", name="Weapons", barred=["DE"], min_age=18)
    moved = Category.objects.create(path="antiques", name="Antiques")
    moved.path, moved.barred = "weapons/antiques", ["JP"]

    save_category(moved, at=NOON)

    moved.refresh_from_db()
    assert (moved.barred, moved.min_age) == (["DE", "JP"], 18)


def test_organizers_set_the_rules_of_a_category(client, knife):
    client.force_login(organizer())
    where = f"/organize/desk_categories/edit/{knife.product.category_id}/"
    make.origin("KE")
    told = {"path": "home/knives", "name": "Knives", "position": "1", "returns": "unused"}
    Category.objects.create(path="home", name="Home")

    answer = client.post(where, told | {"barred": ["GB", "IE"], "min_age": "18"})

    assert answer.status_code == 302, answer.text
    now = Category.objects.get(path="home/knives")
    assert (now.barred, now.min_age) == (["GB", "IE"], 18)
    assert client.post(where, told | {"barred": ["XX"]}).status_code == 200
    assert client.post(where, told | {"min_age": "99"}).status_code == 200
    assert client.post(where, told | {"min_age": ""}).status_code == 302
    assert Category.objects.get(path="home/knives").min_age == 0
