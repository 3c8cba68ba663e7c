import pytest

pytestmark = pytest.mark.xdist_group("access")


def test_the_festival_the_lists_and_the_stores_have_no_barriers(market, inspector):
    inspector.visit(
        "/",
        "/products/",
        "/products/?festival=1&country=NG&sort=price",
        "/products/?q=nothing-has-this-name",
        "/products/?from=dear",
        "/stores/",
        "/stores/?country=MA",
        f"/stores/{market.loom.slug}/",
    )

    assert inspector.found == []


def test_the_sheet_of_filters_has_no_barriers(market, inspector, look):
    if look != "phone":
        pytest.skip("On a desk the filters stand beside the list.")
    inspector.page.goto("/products/")

    inspector.page.get_by_role("button", name="Filter").click()
    inspector.look("with its filters open")

    assert inspector.found == []


def test_products_have_no_barriers(market, inspector):
    inspector.page.watch.expect(404)

    inspector.visit(
        f"/products/{market.indigo.product.slug}/",  # variants, a festival deal
        f"/products/{market.jar.product.slug}/",  # a flash deal
        f"/products/{market.lamp.product.slug}/",  # a limit, for accounts
        f"/products/{market.mat.slug}/",  # sold out
        f"/products/{market.tour.slug}/",  # an experience
        f"/ar/products/{market.indigo.product.slug}/",
        "/zh-hans/",
    )
    for fold in inspector.page.locator("details.fold:not([open]) summary").all():
        fold.click()
    inspector.look("with its folds open")

    assert inspector.found == []


def test_what_is_not_there_is_told_without_barriers(market, inspector):
    inspector.page.watch.expect(404)
    market.mat.state = "withdrawn"
    market.mat.save()

    inspector.visit("/no-such-page/", f"/products/{market.mat.slug}/")

    assert inspector.found == []
