import pytest
from django.template.loader import render_to_string

from tests.access.inspector import PHONE


def test_the_festival_the_lists_and_the_stores_have_no_barriers(market, inspector):
    inspector.visit(
        "/",
        "/products/",
        "/products/?festival=1&country=NG&sort=price",
        "/products/?q=nothing-has-this-name",
        "/products/?q=shawl",
        "/products/?q=shwal&country=NG",
        "/saved/",
        "/products/?from=dear",
        "/stores/",
        "/stores/?country=MA",
        f"/stores/{market.loom.slug}/",
    )

    assert inspector.found == []


def test_the_sheet_of_filters_has_no_barriers(market, inspector):
    inspector.page.goto("/products/")

    inspector.page.get_by_role("button", name="Filter").click()
    inspector.look("with its filters open", looks=PHONE)  # at a desk they stand beside the list

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


def test_what_goes_wrong_is_told_without_barriers(market, inspector, rf):
    page = inspector.page
    page.watch.expect(404)
    page.goto(f"/products/{market.jar.product.slug}/")
    market.jar.is_active = False
    market.jar.save()
    market.mat.state = "withdrawn"
    market.mat.save()

    page.get_by_role("button", name="Add to cart").click()
    page.get_by_text("This product is no longer on sale.").wait_for()
    inspector.look()
    inspector.visit(
        "/no-such-page/",
        f"/ar/{market.jar.product.slug}/",
        f"/products/{market.mat.slug}/",
        f"/ar/products/{market.mat.slug}/",
    )
    for name in ("400", "403", "500"):
        inspector.show(name, render_to_string(f"{name}.html", request=rf.get("/")))
    unsure = page.request.post("/cart/add/", form={"variant": str(market.jar.pk)})
    assert "Do you want to do this?" in unsure.text()
    inspector.show("unsure", unsure.text())

    assert inspector.found == []


def test_a_barrier_would_be_seen(market, inspector):
    inspector.show("bad", '<title>Bad</title><main><img src="data:,"><p style="width: 2000px">x')

    assert any("image-alt" in sentence for sentence in inspector.found)
    assert any("2008 pixels wide" in sentence for sentence in inspector.found)


def pale_words(inspector, condition):
    """Look at words that are too pale on one condition, and return what was said of them."""
    pale = f"@media ({condition}) {{ main {{ color: #ddd; }} }}"
    style = f"main {{ color: #000; background: #fff; transition: color 9s; }} {pale}"
    inspector.show("pale", f"<title>Pale</title><style>{style}</style><main>Pale words")
    return [sentence for sentence in inspector.found if "color-contrast" in sentence]


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_a_barrier_of_the_day_or_the_night_alone_would_be_seen(market, inspector, scheme, other):
    seen = pale_words(inspector, f"prefers-color-scheme: {scheme}")

    assert any(f"({scheme})" in sentence for sentence in seen)
    assert not any(f"({other})" in sentence for sentence in seen)


@pytest.mark.parametrize(("width", "other"), [(390, 1280), (1280, 390)])
def test_a_barrier_of_one_width_alone_would_be_seen(market, inspector, width, other):
    seen = pale_words(inspector, f"width: {width}px")

    assert any(f"at {width} (light)" in sentence for sentence in seen)
    assert any(f"at {width} (dark)" in sentence for sentence in seen)
    assert not any(f"at {other} " in sentence for sentence in seen)
