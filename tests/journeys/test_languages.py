"""An organizer writes a festival's words in French; a French browser is led to them."""

from tests import make
from tests.browsing.steps import sign_in, words
from tests.browsing.watching import goes_sideways
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import journey, on_desk_and_phone

pytestmark = journey


@on_desk_and_phone
def test_words_are_written_at_the_desk_and_offered_to_whoever_reads_french(stage, visitor):
    festival = make.festival(title="Spring", texts={"en": {"title": "Spring", "tagline": "New"}})
    make.promotion(festival, title="Welcome", value=4_00)
    desk, shop = visitor(), visitor(locale="fr-FR")
    sign_in(desk, organizer().email, "/organize/")

    desk.goto(f"/organize/festivals/{festival.pk}/")
    desk.get_by_role("link", name="Some of its words are shown in English").click()
    assert "/words/" in desk.url
    assert not goes_sideways(desk)
    desk.get_by_label("Title", exact=True).fill("Fête du printemps")
    desk.get_by_label("Line below the title").fill("Tout est neuf")
    desk.get_by_label("Benefit “Welcome”").fill("Bienvenue")
    desk.get_by_role("button", name="Save").click()
    desk.get_by_text("Saved: its words in Français.").wait_for()

    shop.goto("/")
    shop.get_by_role("link", name="Lire cette page en français").click()
    shop.get_by_role("heading", name="Fête du printemps").first.wait_for()
    assert shop.url.endswith("/fr/")
    assert "Tout est neuf" in words(shop)
    assert not goes_sideways(shop)
    shop.goto("/products/")
    shop.wait_for_load_state("networkidle")
    assert "Lire cette page" not in words(shop)
