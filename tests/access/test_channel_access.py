"""Boards of channels have no barriers, with hostile words."""

from shop.core import clock
from shop.storefront.feeds import addresses
from shop.storefront.feeds.addresses import PROGRAMME, FeedScope
from tests import make, pages
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.shop.merchant.dashboard.desk import EVIL


def shelf():
    """Return a store with a product that lacks much, and addresses."""
    pages.home()
    store = make.merchant(name="Amani Kettles", slug="amani")
    for n in range(3):
        product = make.product(of=store, title=f"{n} {EVIL}")
        make.variant(20_00, of=product, weight_g=0)
    member = make.member(store, "ama@example.org")
    for scope in (PROGRAMME, FeedScope(store)):
        addresses.new_address(scope, at=clock.now(), by=member)
    return store, member


def test_the_channels_of_a_store_have_no_barriers(stage, inspector):
    store, member = shelf()
    own = f"/merchant/{store.slug}/products/channels/"
    sign_in(inspector.page, member.email, own)

    inspector.visit(own, f"{own}?language=ar", f"{own}?lacks=picture")
    addresses.close_address(FeedScope(store), at=clock.now(), by=member)
    inspector.visit(own)

    assert inspector.found == []


def test_the_board_of_channels_has_no_barriers(stage, inspector):
    shelf()
    make.festival(title="Harvest")
    inspector.within = "main"
    sign_in(inspector.page, organizer().email, "/organize/")

    inspector.visit("/organize/channels/", "/organize/channels/products/?lacks=weight")

    assert inspector.found == []
