"""A merchant who types francs is asked whether they are dollars, on a telephone as well."""

import pytest

from shop.festivals.models import RegularPrice
from tests.browsing.steps import sign_in, words
from tests.journeys.ways import journey, with_and_without_script

pytestmark = journey


@with_and_without_script
@pytest.mark.parametrize("width", [390])
def test_francs_are_asked_back_and_corrected(stage, market, visitor):
    product = market.indigo.product
    page = visitor()
    address = f"/merchant/{market.loom.slug}/products/{product.pk}/prices/"
    sign_in(page, "weaver@example.org", address)
    field = page.get_by_label("New price: Indigo (USD)")
    before = RegularPrice.objects.filter(variant=market.indigo).count()

    field.fill("12 500")
    page.get_by_role("button", name="See what changes").click()
    page.get_by_text("Is it in USD?").wait_for()
    assert "$12,500.00 is" in words(page)
    assert RegularPrice.objects.filter(variant=market.indigo).count() == before

    field.fill("38")
    page.get_by_role("button", name="See what changes").click()
    page.get_by_role("button", name="Confirm").wait_for()
    assert "Is it in USD?" not in words(page)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("Your changes are saved.").wait_for()
    assert RegularPrice.objects.filter(variant=market.indigo).latest("pk").amount == 38_00
