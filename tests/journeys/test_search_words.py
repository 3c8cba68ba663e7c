"""An organizer sees what was not found, gives the search a word, and shoppers find by it."""

import pytest
from playwright.sync_api import Page

from shop.core import clock
from shop.storefront.listings.search_index import count_words
from shop.storefront.models import ZeroResultSearch
from tests import make
from tests.browsing.steps import sign_in
from tests.browsing.watching import goes_sideways
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import journey

pytestmark = [journey, pytest.mark.parametrize("width", [1280, 390])]


@pytest.fixture
def boss(stage, market, page) -> Page:
    """Let an organizer in who is no superuser; shoppers have looked for two words in vain."""
    made = make.variant(of=make.product(title="Festive head wrap"))
    make.listed(made.product)
    count_words(at=clock.now())
    for words, language, times in (("gele", "en", 7), ("هديه للام", "ar", 3)):
        ZeroResultSearch.objects.create(
            day=clock.now().date(), language=language, words=words, is_near=False, times=times,
            last_at=clock.now(),
        )  # fmt: skip
    sign_in(page, organizer().email, "/organize/not-found/")
    return page


def test_what_was_not_found_gets_a_synonym_and_is_found(boss):
    assert goes_sideways(boss) == ""
    boss.get_by_role("link", name="Add a synonym of gele").click()
    assert boss.locator("#id_term").input_value() == "gele"
    boss.get_by_label("Is another word for").fill("head wrap")
    boss.locator("main").get_by_role("button", name="Create").first.click()
    boss.get_by_role("link", name="gele", exact=True).first.wait_for()
    assert goes_sideways(boss) == ""

    boss.goto("/products/?q=gele")

    boss.get_by_role("link", name="Festive head wrap").first.wait_for()


def test_words_come_in_from_a_sheet_or_say_what_is_wrong(boss):
    boss.goto("/organize/desk_meanings/")
    boss.get_by_role("link", name="Bring in a sheet").first.click()
    for place, said in (("country:XX", "no country"), ("country:TZ", "1 added")):
        content = f"Language,Phrase,Kind,What fits,Note\nen,Mbeya,place,{place},\n".encode()
        file = {"name": "words.csv", "mimeType": "text/csv", "buffer": content}
        boss.get_by_label("Sheet (CSV)").set_input_files(file)
        boss.get_by_role("button", name="Bring it in").click()
        boss.get_by_text(said).first.wait_for()
        assert goes_sideways(boss) == ""
    boss.get_by_role("link", name="Mbeya").click()
    boss.get_by_label("What fits").wait_for()
    assert goes_sideways(boss) == ""


def test_what_is_set_aside_leaves_the_list(boss):
    boss.get_by_role("button", name="Set gele aside").click()

    boss.get_by_text("It is shown again once shoppers ask").wait_for()
    assert boss.get_by_role("link", name="Add a synonym of gele").count() == 0
