"""The catalogue tree is moved and renamed in one piece, and lists follow."""

import pytest
from django.conf import settings
from django.test import Client

from shop.catalogue.models import Category
from shop.core.errors import NotPossible
from shop.storefront.cache import catalogue_version
from shop.storefront.listings.categories import save_category
from shop.storefront.listings.models import Listing
from tests import make
from tests.cms.dashboard.people import BEFORE
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    paths = ("meals", "meals/coffee", "meals-to-go", "drinks", "drinks/tea")
    return {path: Category.objects.create(path=path, name=path.title()) for path in paths}


def paths() -> set[str]:
    return set(
        Category.objects.filter(name__regex="^(Meals|Drinks)").values_list("path", flat=True)
    )


def typed(category, **facts):
    known = {"path": category.path, "name": category.name, "position": "1", "returns": "unused"}
    return known | facts


def test_what_stands_below_a_category_moves_along_and_lists_find_it(desk, tree):
    kettle = make.variant()
    kettle.product.category = tree["meals/coffee"]
    kettle.product.save()
    make.listed(kettle.product)
    assert kettle.product.title in Client().get("/products/?category=meals/coffee").text

    answer = desk.post(
        f"/organize/desk_categories/edit/{tree['meals'].pk}/",
        typed(tree["meals"], path="food-here", name_fr="Repas"),
    )

    assert answer.status_code == 302
    assert paths() == {"food-here", "food-here/coffee", "meals-to-go", "drinks", "drinks/tea"}
    listing = Listing.objects.get()
    assert (listing.category, listing.top_category) == ("food-here/coffee", "food-here")
    assert "#category:food-here'" in str(Listing.objects.values_list("text", flat=True).get())
    catalogue_version.forget()
    for path in ("food-here", "food-here/coffee"):
        assert kettle.product.title in Client().get(f"/products/?category={path}").text
    assert ("food-here", "Meals", {"fr": "Repas"}) in catalogue_version.current_version(
        at=BEFORE
    ).tree


def test_a_renamed_category_is_found_by_its_new_name(desk, tree):
    kettle = make.variant()
    kettle.product.category = tree["drinks/tea"]
    kettle.product.save()
    make.listed(kettle.product)

    desk.post(
        f"/organize/desk_categories/edit/{tree['drinks/tea'].pk}/",
        typed(tree["drinks/tea"], name="Rooibos"),
    )

    catalogue_version.forget()
    assert kettle.product.title in Client().get("/products/?q=rooibos").text


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("meals", "meals/below", "cannot stand below itself"),
        ("meals", "drinks/meals", "it can only stand at the top"),
        ("drinks/tea", "nowhere/tea", "no category “nowhere”"),
        ("drinks/tea", "meals/coffee", "already"),
        ("drinks/tea", "drinks/tea/green", "one stroke at the most"),
        ("drinks/tea", "Drinks & tea", "one stroke at the most"),
        ("drinks", "d" * 41, "one stroke at the most"),
    ],
)
def test_a_category_stands_where_it_can(desk, tree, before, after, said):
    stood = paths()

    answer = desk.post(
        f"/organize/desk_categories/edit/{tree[before].pk}/", typed(tree[before], path=after)
    )

    assert answer.status_code == 200
    assert said in answer.text
    assert paths() == stood


def test_two_that_would_get_one_path_stay_apart(tree):
    Category.objects.create(path="food-here/coffee", name="Drinks of old")
    stood = paths()
    meals = tree["meals"]
    meals.path = "food-here"

    with pytest.raises(NotPossible, match="food-here/coffee"):
        save_category(meals, at=NOON)

    assert paths() == stood


def test_a_new_category_is_in_the_menu_of_every_page_at_once(desk, tree):
    assert "Cocoa" not in Client().get("/products/").text

    answer = desk.post(
        "/organize/desk_categories/new/",
        {"path": "cocoa", "name": "Cocoa", "position": "0", "returns": "unused"},
    )

    assert answer.status_code == 302
    catalogue_version.forget()
    assert "cocoa" in catalogue_version.current_version(at=BEFORE).known.categories


def test_a_category_is_named_in_every_language_and_pages_call_it_so(desk, tree):
    tea = tree["drinks/tea"]
    Category.objects.filter(pk=tea.pk).update(names={"zh": "茗", "sw": "Chai", "eo": "Teo"})
    kettle = make.variant()
    kettle.product.category = tea
    kettle.product.save()
    make.listed(kettle.product)
    names = {f"name_{code}": f"Tea {code}" for code, _name in settings.LANGUAGES if code != "en"}

    page = desk.get(f"/organize/desk_categories/edit/{tea.pk}/").text
    desk.post(f"/organize/desk_categories/edit/{tea.pk}/", typed(tea, **names | {"name_sw": ""}))

    assert 'name="name_ar" lang="ar" dir="rtl"' in page
    assert 'value="茗"' in page
    kept = {code: f"Tea {code}" for code in ("fr", "zh-hans", "ar", "pt")}
    assert Category.objects.get(pk=tea.pk).names == kept | {"eo": "Teo"}
    catalogue_version.forget()
    for code, name in kept.items():
        assert name in Client().get(f"/{code}/products/{kettle.product.slug}/").text
    assert "Drinks/Tea" in Client().get(f"/sw/products/{kettle.product.slug}/").text


def test_the_list_says_in_which_languages_each_is_named(desk, tree):
    Category.objects.filter(pk=tree["drinks"].pk).update(names={"fr": "Boissons", "zh": "饮料"})

    page = desk.get("/organize/desk_categories/").text

    assert "Français, 简体中文" in page
    assert "English alone" in page
