"""A festival's words are written in each language at the desk, and shoppers read them."""

import re
from copy import deepcopy
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from shop.core.errors import NotPossible
from shop.festivals import translations
from shop.festivals.models import ChangeLog, Festival, Promotion
from shop.festivals.promotions import manage
from shop.festivals.translations import FestivalWords, words_in
from shop.storefront.cache import catalogue_version
from tests import make
from tests.cms.dashboard.people import BEFORE, organizer
from tests.make import NOON, START
from tests.shop.orders.cart.carts import words

pytestmark = pytest.mark.django_db
OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
TEXTS = {"en": {"title": "Spring", "tagline": "All new", "intro": "Come in."}}


@pytest.fixture
def festival():
    made = make.festival(title="Spring", texts=deepcopy(TEXTS))
    make.slot(made, label="Opening evening", starts_at=START + timedelta(hours=1))
    make.promotion(made, title="Welcome", value=4_00)
    return made


def where(festival, code):
    return f"/organize/festivals/{festival.pk}/words/{code}/"


def seen(festival, code):
    slots = translations.named_slots(festival.slots.all())
    return translations.stamp(
        words_in(festival, slots, translations.titled_benefits(festival), code)
    )


def typed(festival, code, **facts):
    slot, benefit = festival.slots.get(kind="flash"), festival.promotions.get()
    known = {"title": "Printemps", "tagline": "Tout neuf", "intro": "Entrez.",
             f"slot-{slot.pk}": "Soirée d’ouverture", f"benefit-{benefit.pk}": "Bienvenue",
             "seen": seen(festival, code)}  # fmt: skip
    return known | facts


def anew(row):
    return type(row).objects.get(pk=row.pk)


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_written_in_a_language_is_what_is_read_in_it(desk, festival, code):
    answer = desk.post(where(festival, code), typed(festival, code), follow=True)

    assert "Saved: its words in" in answer.text
    made = anew(festival)
    told = {name: made.texts[code][name] for name in translations.TEXTS}
    assert told == {"title": "Printemps", "tagline": "Tout neuf", "intro": "Entrez."}
    assert made.texts["en"] == TEXTS["en"]
    assert made.slots.get(kind="flash").names == {code: "Soirée d’ouverture"}
    assert made.promotions.get().titles == {code: "Bienvenue"}
    catalogue_version.forget()
    home = Client().get(f"/{code}/").text
    assert "Printemps" in home
    assert "Tout neuf" in home


def test_a_field_shows_what_it_translates_and_is_written_in_its_own_direction(desk, festival):
    page = desk.get(where(festival, "ar")).text

    assert 'lang="ar" dir="rtl"' in page
    assert 'lang="en" dir="ltr"' in page
    assert "Opening evening" in page
    assert "العربية</bdi>, 4 missing" in page


def test_sums_keep_the_marks_that_hold_them_together(desk, festival):
    benefit, text = festival.promotions.get(), "تخفيض \u200f15.00\u00a0US$\u200e"

    desk.post(where(festival, "ar"), typed(festival, "ar", **{f"benefit-{benefit.pk}": text}))

    assert anew(benefit).titles["ar"] == text


def test_a_benefit_without_a_title_says_what_shoppers_read_instead(desk, festival):
    assert "Empty: shoppers read “4,00\N{NO-BREAK SPACE}$US de réduction”." in (
        desk.get(where(festival, "fr")).text
    )


def test_the_words_of_a_running_festival_and_an_active_benefit_may_be_translated(
    desk, festival, clock_at
):
    clock_at(NOON)
    benefit = festival.promotions.get()

    desk.post(where(festival, "fr"), typed(festival, "fr"))

    assert anew(benefit).titles == {"fr": "Bienvenue"}
    benefit.title = "Another"
    with pytest.raises(NotPossible, match="active already"):
        manage.save_draft(benefit, at=NOON)


def test_in_the_shop_s_own_language_its_texts_are_written_and_promised_names_are_not(
    desk, festival
):
    slot = festival.slots.get(kind="flash")

    desk.post(where(festival, "en"), typed(festival, "en", title="Spring days"))

    made = anew(festival)
    assert (made.title, made.texts["en"]["title"]) == ("Spring days", "Spring days")
    assert made.texts["en"]["tagline"] == "Tout neuf"
    assert (anew(slot).label, anew(slot).names) == ("Opening evening", {})


def test_a_festival_keeps_a_title_in_the_shop_s_own_language(desk, festival):
    answer = desk.post(where(festival, "en"), typed(festival, "en", title=" "))

    assert answer.status_code == 422
    assert anew(festival).title == "Spring"


def test_what_is_emptied_falls_back(desk, festival):
    desk.post(where(festival, "fr"), typed(festival, "fr"))
    slot = festival.slots.get(kind="flash")
    empty = {"title": "", "tagline": "", "intro": "", f"slot-{slot.pk}": ""}

    desk.post(where(festival, "fr"), typed(anew(festival), "fr", **empty))

    assert "fr" not in anew(festival).texts
    assert anew(slot).names == {}


def test_a_plain_twin_is_replaced_and_what_it_told_more_is_kept(desk, festival):
    festival.texts["zh"] = {"title": "春", "headings": {"flash": {"title": "限时"}}}
    festival.save()

    desk.post(where(festival, "zh-hans"), typed(festival, "zh-hans", title="春节"))

    made = anew(festival)
    assert "zh" not in made.texts
    assert made.texts["zh-hans"]["title"] == "春节"
    assert made.texts["zh-hans"]["headings"] == {"flash": {"title": "限时"}}


def test_who_was_overtaken_in_a_language_keeps_what_was_typed_and_others_are_not_in_the_way(
    desk, festival
):
    french, swahili = typed(festival, "fr"), typed(festival, "sw", title="Masika")
    desk.post(where(festival, "fr"), typed(festival, "fr", title="Le printemps"))

    late = desk.post(where(festival, "fr"), french)
    desk.post(where(festival, "sw"), swahili)

    assert late.status_code == 422
    assert "meanwhile" in late.text
    assert 'value="Printemps"' in late.text
    assert anew(festival).texts["fr"]["title"] == "Le printemps"
    assert anew(festival).texts["sw"]["title"] == "Masika"
    fresh = late.context["seen"]
    desk.post(where(festival, "fr"), french | {"seen": fresh})
    assert anew(festival).texts["fr"]["title"] == "Printemps"


def test_a_benefit_that_is_changed_meanwhile_keeps_its_translations():
    draft = make.promotion(make.festival(state="draft"), title="Welcome", value=4_00, state="draft")
    Promotion.objects.filter(pk=draft.pk).update(titles={"fr": "Bienvenue"})

    draft.value = 5_00  # read before it was translated
    manage.save_draft(draft, at=BEFORE)

    assert (anew(draft).value, anew(draft).titles) == (5_00, {"fr": "Bienvenue"})


def test_what_did_not_change_is_no_change(desk, festival):
    desk.post(where(festival, "fr"), typed(festival, "fr"))
    lines = ChangeLog.objects.count()

    desk.post(where(festival, "fr"), typed(anew(festival), "fr"))

    assert ChangeLog.objects.count() == lines


def test_the_log_says_which_words_of_which_language_changed(desk, festival):
    desk.post(where(festival, "fr"), typed(festival, "fr"))

    told = words(desk.get(f"/organize/festivals/{festival.pk}/history/"))

    assert re.search(r"festival changed: .{1,60} \(intro fr, title fr, tagline fr\)", told)
    assert re.search(r"slot changed: .{1,60} \(name fr\)", told)
    assert re.search(r"benefit changed: .{1,60} \(title fr\)", told)


def test_the_board_leads_to_the_language_that_lacks_words_until_none_does(desk, festival):
    Festival.objects.filter(pk=festival.pk).update(state="draft")
    board = f"/organize/festivals/{festival.pk}/"
    for code in OTHERS[1:]:
        desk.post(where(festival, code), typed(anew(festival), code))

    page = desk.get(board).text
    assert "Some of its words are shown in English in: Français 4 of 4." in page
    assert f'href="{board}words/">Clear it' in page
    first = desk.get(f"{board}words/")
    assert f'action="{where(festival, "fr")}"' in first.text
    desk.post(where(festival, "fr"), typed(anew(festival), "fr"))

    assert "shown in English" not in desk.get(board).text


def test_other_languages_and_festivals_are_not_there(desk, festival):
    assert desk.get(where(festival, "xx")).status_code == 404
    assert desk.get(f"/organize/festivals/{festival.pk + 999}/words/fr/").status_code == 404


def test_a_name_of_another_festival_s_slot_is_left_alone(desk, festival):
    other = make.slot(make.festival(), label="Night")

    desk.post(where(festival, "fr"), typed(festival, "fr", **{f"slot-{other.pk}": "Nuit"}))

    assert anew(other).names == {}


def test_what_is_over_stays_as_it_was(festival):
    Festival.objects.filter(pk=festival.pk).update(state="cancelled")

    with pytest.raises(NotPossible, match="over"):
        translations.write(
            festival, "fr", FestivalWords({"title": "Printemps"}),
            seen=seen(festival, "fr"), at=BEFORE,
        )  # fmt: skip

    assert anew(festival).texts == TEXTS


def test_a_merchandiser_translates_the_words_and_leaves_the_original(client, clock_at):
    clock_at(BEFORE)
    festival = make.festival()
    client.force_login(organizer("merchandiser"))
    here = f"/organize/festivals/{festival.pk}/words/"

    assert client.get(f"{here}fr/").status_code == 200
    assert client.get(f"{here}en/").status_code == 403
    assert client.post(f"{here}en/", {"title": "Mine"}).status_code == 403
    assert f'href="{here}"' in client.get(f"/organize/festivals/{festival.pk}/").text
    festival.refresh_from_db()
    assert festival.title != "Mine"


@pytest.mark.parametrize("lacks", ["tagline", "intro"])
def test_a_merchandiser_is_never_led_to_the_original(client, desk, festival, lacks):
    for code in OTHERS:
        desk.post(where(festival, code), typed(anew(festival), code))
    made = anew(festival)
    made.texts["en"][lacks] = ""
    made.save()
    client.force_login(organizer("merchandiser"))

    page = client.get(f"/organize/festivals/{festival.pk}/words/")

    assert page.status_code == 200
    assert f'action="{where(festival, OTHERS[0])}"' in page.text
    assert f'href="{where(festival, "en")}"' not in page.text
    assert "English</bdi>, the original" in page.text
    tabs = re.findall(rf'href="({where(festival, "")[:-1]}[\w-]+/)"', page.text)
    assert [client.get(tab).status_code for tab in tabs] == [200] * len(OTHERS)
    client.force_login(organizer())
    led = client.get(f"/organize/festivals/{festival.pk}/words/").text
    assert f'action="{where(festival, "en")}"' in led
    assert f'href="{where(festival, "en")}"' in led


def test_a_changed_original_marks_its_translations_until_they_are_saved(desk, festival):
    Festival.objects.update(state="draft")
    desk.post(where(festival, "fr"), typed(festival, "fr"))
    assert "out of date" not in desk.get(where(festival, "fr")).text

    own = {"title": "Spring", "tagline": "All new", "intro": "Come in, from noon."}
    desk.post(where(festival, "en"), own | {"seen": seen(festival, "en")})

    page = desk.get(where(festival, "fr")).text
    assert "1 out of date" in page
    assert page.count("The English text has changed since this was saved.") == 1
    board = desk.get(f"/organize/festivals/{festival.pk}/").text
    assert "The English words have changed since they were translated: Français." in board

    desk.post(where(festival, "fr"), typed(anew(festival), "fr"))

    assert "out of date" not in desk.get(where(festival, "fr")).text
    assert "have changed since" not in desk.get(f"/organize/festivals/{festival.pk}/").text


def test_a_translation_that_is_older_than_its_marks_is_marked_as_well(desk, festival):
    Festival.objects.update(texts=TEXTS | {"fr": {"intro": "Entrez."}, "pt": {"title": "Flor"}})

    own = {"title": "Spring", "tagline": "All new", "intro": "Come in, from noon."}
    desk.post(where(festival, "en"), own | {"seen": seen(festival, "en")})

    made = anew(festival)
    assert translations.outdated(made, "fr") == ["intro"]
    assert translations.outdated(made, "pt") == []


def test_an_original_that_is_changed_back_leaves_its_translations_right(desk, festival):
    desk.post(where(festival, "fr"), typed(festival, "fr"))
    for intro in ("Go away.", "Come in."):
        own = {"title": "Spring", "tagline": "All new", "intro": intro}
        desk.post(where(festival, "en"), own | {"seen": seen(anew(festival), "en")})

    assert translations.outdated(anew(festival), "fr") == []
