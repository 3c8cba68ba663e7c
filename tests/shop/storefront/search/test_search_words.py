import pytest

from tests import make
from tests.shop.storefront.shelf import listed

pytestmark = pytest.mark.django_db

NOTHING = ["kettle", "sketab", "-basket", "'", "a & | !", "½", "% _", "basket:*", "\\", "((("]
NOTHING += ["篮X", "😀 basket"]
FOUND = ["basket", "BASK", "sisal basket", "basket sis", "panier", "pani", "café", "cafe"]
FOUND += ['"sisal basket"', "basket -cup", "篮", "剑麻篮子", "Nyanza"]


def basket():
    titles = {"fr": "Panier café", "zh": "剑麻篮子"}
    store = make.merchant(name="Nyanza House")
    return make.variant(of=make.product(title="Sisal basket", titles=titles, of=store))


@pytest.mark.parametrize("words", FOUND)
def test_words_are_found_as_people_type_them(words):
    make.listed(make.variant(of=make.product(title="Cup")).product, basket().product)

    assert listed(words=words) == ["Sisal basket"]


@pytest.mark.parametrize("words", NOTHING)
def test_words_that_match_nothing_are_no_error(words):
    make.listed(make.variant(of=make.product(title="Cup")).product, basket().product)

    assert set(listed(words=words)) <= {"Cup", "Sisal basket"}
