"""Festivals, slots and benefits are called by their names in the language of whoever reads them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import translation

from shop.checkout.order.summary import show_order_sums
from shop.festivals.mail import send_decision
from shop.festivals.models import Slot
from shop.festivals.promotions.text import named, title_and_terms
from shop.festivals.schedule.clone import clone_festival
from shop.merchant.dashboard.spreadsheets.slot_names import SlotNames
from shop.orders.cart.pricing import price_cart
from shop.orders.reminders.subjects import thing_of
from tests import make
from tests.make import END, NOON, START

pytestmark = pytest.mark.django_db
WIDE = "\N{NO-BREAK SPACE}"
FRENCH = {"fr": "Bienvenue"}
TEXTS = {"fr": {"title": "Fête du printemps"}, "zh": {"title": "春节"}}


def evening(festival, **facts):
    return make.slot(
        festival, label="Opening evening",
        names={"fr": "Soirée d’ouverture", "ar": "أمسية الافتتاح"}, **facts,
    )  # fmt: skip


def test_a_benefit_is_called_by_its_title_in_the_language():
    save = make.promotion(make.festival(), title="Welcome", titles=FRENCH, value=15_00)

    with translation.override("fr"):
        assert title_and_terms(save, "fr") == ("Bienvenue", f"15,00{WIDE}$US de réduction")
    assert title_and_terms(save, "en") == ("Welcome", "$15.00 off")


def test_a_benefit_without_a_title_in_it_is_called_by_what_it_gives_and_says_so_once():
    save = make.promotion(make.festival(), title="15 off from 80", value=15_00, min_spend=80_00)

    with translation.override("pt"):
        title, terms = title_and_terms(save, "pt")
    assert f"US${WIDE}15,00" in title
    assert f"US${WIDE}80,00" in title
    assert terms == ""


def test_the_cart_and_the_order_call_a_benefit_in_the_language_of_the_page():
    festival = make.festival()
    make.promotion(festival, title="Welcome", titles=FRENCH, value=4_00)
    kettle = make.variant(20_00)
    make.deal(kettle, during=festival, price=15_00)

    with translation.override("fr"):
        cart = make.cart({kettle: 1})
        terms = [b.promotion.title for b in price_cart(cart, at=NOON).quote.benefits]
    order = make.order({kettle: 1})
    with translation.override("fr"):
        french = [label for label, _sum in show_order_sums(order).rows]
    with translation.override("en"):
        english = [label for label, _sum in show_order_sums(order).rows]

    assert terms == ["Bienvenue"]
    assert any("Bienvenue" in label for label in french)
    assert any("Welcome" in label for label in english)


def test_a_code_names_its_benefit_in_every_language():
    code = {"group": "voucher", "trigger": "code", "code": "SAVE"}
    save = make.promotion(make.festival(), title="Welcome", titles=FRENCH, value=1_00, **code)

    assert str(save) == "SAVE"
    assert named(save, "fr") == "Bienvenue"


def test_who_waits_for_a_slot_reads_its_name_in_the_language_of_the_page():
    festival = make.festival(title="Spring", texts=TEXTS)
    slot = evening(festival)

    with translation.override("fr"):
        french = thing_of(f"slot-{slot.pk}", at=START - timedelta(days=1)).title
    with translation.override("sw"):
        swahili = thing_of(f"slot-{slot.pk}", at=START - timedelta(days=1)).title

    assert french == "Fête du printemps, Soirée d’ouverture"
    assert swahili == "Spring, Opening evening"


def test_the_whole_slot_is_called_alike_in_all_festivals():
    whole = make.festival().slots.get()

    with translation.override("fr"):
        assert whole.label_in("fr") == "Tout le festival"
    assert whole.label_in("en") == "Whole festival"


def test_a_store_reads_the_festival_s_name_in_its_own_language():
    festival = make.festival(title="Spring", texts=TEXTS)
    nomination = make.nomination(make.variant(20_00), during=evening(festival), price=15_00)
    nomination.state = nomination.State.APPROVED
    nomination.save()
    member = make.member(nomination.product.merchant)
    member.language = "fr"
    member.save()

    send_decision.call(nomination.pk, member.pk)

    (letter,) = mail.outbox
    assert "Fête du printemps" in letter.subject + letter.body
    assert "Spring" not in letter.subject + letter.body


def test_a_sheet_may_name_a_slot_in_any_language_that_names_no_other():
    festival = make.festival()
    slot = evening(festival)
    make.slot(festival, label="Night", names={"fr": "Soirée", "pt": "Noite"})
    make.slot(festival, label="Late", names={"fr": "Soirée", "sw": "Night"})

    names = SlotNames(festival, at=NOON)

    assert names.find("opening evening") == names.find("soirée d’ouverture") == slot
    assert names.find("Soirée") is None
    assert names.find("night").label == "Night"


def test_names_come_along_into_the_next_year():
    festival = make.festival()
    evening(festival, starts_at=NOON, ends_at=NOON + timedelta(hours=1))
    make.promotion(festival, title="Welcome", titles=FRENCH, value=4_00)

    made = clone_festival(
        festival, "Next", END.date() + timedelta(days=300), at=END + timedelta(days=30)
    ).festival

    assert made.promotions.get().titles == FRENCH
    assert made.slots.get(kind=Slot.Kind.FLASH).names["fr"] == "Soirée d’ouverture"
