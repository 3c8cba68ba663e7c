"""Sharing has no barriers, with hostile words: at the desk of a store and at the organizers'."""

from shop.core import clock
from shop.merchant.share_kits.kits import KitChoice, ask
from shop.storefront.share_links.links import make_link, make_own
from tests import make, pages
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.shop.merchant.dashboard.desk import EVIL


def test_sharing_has_no_barriers(stage, inspector):
    pages.home()
    at = clock.now()
    store = make.merchant(name="Amani Kettles", slug="amani")
    member = make.member(store, "ama@example.org")
    product = make.product(of=store, title=EVIL)
    made = [ask(store, KitChoice(of, None, "en"), at=at, by=member) for of in (product, None)]
    make_link(store, product, EVIL, at=at, by=member)
    sign_in(inspector.page, member.email, "/merchant/amani/")

    inspector.visit("/merchant/amani/share/", "/merchant/amani/share/links/",
                    f"/merchant/amani/share/{made[1].pk}/")  # fmt: skip
    stage.work()
    inspector.visit(f"/merchant/amani/share/{made[0].pk}/")
    assert inspector.found == []


def test_the_list_of_links_has_no_barriers(stage, inspector):
    pages.home()
    own = make_own("/products/", EVIL, None, at=clock.now(), by=make.user())
    sign_in(inspector.page, organizer().email, "/organize/")

    inspector.visit("/organize/links/", "/organize/links/new/", f"/organize/links/{own.pk}/stop/")
    assert inspector.found == []
