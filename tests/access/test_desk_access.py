"""The merchants' desk has no barriers, with hostile words in every field."""

from tests import make
from tests.browsing.steps import sign_in
from tests.sample.loaded import root_collection
from tests.shop.merchant.dashboard.desk import EVIL, open_desk


def test_the_merchants_desk_has_no_barriers(stage, inspector):
    root_collection()
    inspector.page.watch.expect(404)  # the pictures have no files
    desk = open_desk(EVIL[:100], slug="amani-kettles", tagline=EVIL, story=EVIL, city=EVIL[:60])
    make.shown_picture(desk.draft, alt=EVIL)
    type(desk.draft).objects.filter(merchant=desk.merchant).update(
        title=EVIL, summary=EVIL, description=EVIL, review_note=EVIL
    )
    type(desk.nomination).objects.update(state="changes_requested", note=EVIL)
    change = make.pending_change(
        desk.product, words={"title": EVIL, "description": EVIL}, state="refused", note=EVIL,
        has_pictures=True,
    )  # fmt: skip
    change.pictures.create(picture=desk.picture.picture, alt=EVIL[:60])
    make.pending_change(desk.merchant, words={"story": EVIL})
    page = inspector.page
    sign_in(page, desk.member.email, "/merchant/")

    inspector.look()
    inspector.visit(*(desk.address(pattern) for pattern in (
        "{store}/orders/",
        "{store}/products/",
        "{store}/products/new/",
        "{store}/products/{product}/",
        "{store}/products/{draft}/",
        "{store}/products/{product}/pictures/",
        "{store}/products/{product}/stock/",
        "{store}/products/{product}/prices/",
        "{store}/festivals/",
        "{store}/festivals/{festival}/",
        "{store}/festivals/{festival}/statement/",
        "{store}/festivals/{festival}/terms/{version}/",
        "{store}/festivals/{festival}/sheet/",
        "{store}/sheets/{sheet}/",
        "{store}/slots/{slot}/{product}/",
        "{store}/profile/",
        "{store}/products/{product}/words/{language}/",
        "{store}/profile/words/{language}/",
        "orders/{suborder}/",
    )))  # fmt: skip
    page.goto(desk.address("{store}/products/new/"))
    page.watch.expect(422)
    page.get_by_role("main").get_by_role("button", name="Save").first.click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")

    assert inspector.found == []
