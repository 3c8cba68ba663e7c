"""The stores' desk has no barriers in any of its languages, on a telephone, with hostile words."""

import re

import pytest
from django.conf import settings

from tests import pages
from tests.access.inspector import PHONE
from tests.access.test_ticket_access import opened
from tests.browsing.steps import sign_in
from tests.shop.merchant.dashboard.desk import ADDRESSES, AFTER_SALE, VISITS, open_desk
from tests.shop.merchant.dashboard.test_after_sale_doors import facts_of

pytestmark = pytest.mark.long
OTHERS = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
# Files, and the page on which only what has left is sent once more.
FILE = re.compile(r"replace/|\.|\{(file|kind|printed|shape|slip|payout|sheet_of_paper)\}")


def of(table) -> list[str]:
    """Return the addresses of pages, without those of files."""
    return [at for at, methods in table if "get" in methods.split() and not FILE.search(at)]


def walk(inspector, language: str, addresses: list[str]) -> None:
    """Look at pages in a language, by day and on a telephone."""
    page = inspector.page
    for address in addresses:
        answer = page.goto(f"/{language}{address}")
        assert answer.status == 200, address
        assert page.locator("html").get_attribute("lang") == language
        inspector.look(looks=PHONE[:1])


@pytest.mark.parametrize("language", OTHERS)
def test_the_desk_of_a_store_has_no_barriers_in_any_language(stage, inspector, language):
    pages.home()
    desk = open_desk()
    sign_in(inspector.page, desk.member.email)
    inspector.page.watch.expect(404)  # the picture has no file

    facts = facts_of(desk)
    after = ["/merchant/" + pattern.format(**facts) for pattern in of(AFTER_SALE)]
    walk(inspector, language, [desk.address(pattern) for pattern in of(ADDRESSES)] + after)
    inspector.page.goto(f"/{language}/merchant/")
    inspector.page.locator("details.person summary").click()
    inspector.look("with the fold of the person open", looks=PHONE[:1])

    assert inspector.found == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_desk_of_a_host_has_no_barriers_in_any_language(stage, inspector, language):
    pages.home()
    visit = opened()
    sign_in(inspector.page, visit.host.email)
    facts = {
        "store": visit.product.merchant.slug, "tour": visit.product.pk, "seats": visit.pool.pk,
        "ticket": visit.tickets[0].code,
    }  # fmt: skip

    walk(inspector, language, ["/merchant/" + pattern.format(**facts) for pattern in of(VISITS)])

    assert inspector.found == []
