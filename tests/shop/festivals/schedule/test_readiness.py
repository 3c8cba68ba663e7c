"""What a festival lacks before it opens: each finding at its boundary, and the reasons given."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.festivals.enrolment.terms import publish_terms
from shop.festivals.models import ChangeLog, Festival, Promotion, Slot
from shop.festivals.promotions import code_batches
from shop.festivals.schedule.findings import Finding, override
from shop.festivals.schedule.move import move_festival
from shop.festivals.schedule.readiness import readiness
from shop.festivals.schedule.window import Window
from shop.people.accounts.models import User
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import BEFORE, organizer
from tests.make import END, START

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "fr", "zh-hans", "ar", "sw", "pt")


def festival(**facts):
    """Return a draft that lacks nothing."""
    texts = {
        code: {"title": "T", "tagline": f"L {code}", "intro": f"I {code}"} for code in LANGUAGES
    }
    planned = {"target_stores": 1, "target_products": 1, "target_countries": 1}
    made = make.festival(state="draft", texts=texts, **planned | facts)
    kettle = make.variant(on_hand=20)
    make.member(kettle.product.merchant)
    make.shown_picture(kettle.product)
    make.deal(of=kettle, during=made, price=15_00, allotment=10)
    return made


def found(of, *, at=BEFORE):
    return {finding.code: finding for finding in readiness(of, at=at).findings}


def test_a_festival_that_lacks_nothing_can_open():
    ready = readiness(festival(), at=BEFORE)

    assert ready.findings == ()
    assert ready.deals == 1


def test_the_board_costs_the_same_however_much_there_is():
    made = festival()
    for n in range(3):
        make.deal(of=make.variant(of=make.product(of=make.merchant(country="GH"))),
                  during=make.slot(made, label=f"F{n}"), price=15_00, allotment=5)  # fmt: skip
        make.promotion(made, budget=1, value=1, max_uses=5)

    with statements(most=17):
        readiness(made, at=BEFORE)


def test_what_is_short_of_the_plan_is_said_and_keeps_nobody_from_publishing():
    made = festival(target_stores=100, target_products=1_000, target_countries=20)

    targets = [finding for key, finding in found(made).items() if key.startswith("target-")]
    assert [finding.text for finding in targets] == [
        "1 of 100 planned stores take part.",
        "1 of 1,000 planned products take part.",
        "1 of 20 planned countries take part.",
    ]
    assert not any(finding.blocks for finding in targets)


def test_a_line_in_english_is_none_of_another_language():
    made = festival()
    made.texts["fr"]["tagline"] = " L en"
    made.texts["sw"]["tagline"] = ""

    text = found(made)["words"].text

    assert text.endswith("are shown in English in: Français 1 of 3, Kiswahili 1 of 3.")


def test_every_slot_needs_a_deal():
    made = festival()
    make.slot(made, label="Tonight")

    assert found(made)["slot"].text == "“Tonight” has no approved deal."
    assert found(made)["slot"].blocks


def test_a_start_that_has_passed_and_no_store_block():
    made = make.festival(state="draft")

    keys = {key for key, finding in found(made, at=START).items() if finding.blocks}

    assert {"past", "stores"} <= keys
    assert "past" not in found(made, at=START - timedelta(microseconds=1))


@pytest.mark.parametrize(("on_hand", "is_short"), [(9, True), (10, False)])
def test_stock_below_what_is_set_aside_is_found(on_hand, is_short):
    made = festival()
    Pool.objects.update(on_hand=on_hand)

    finding = found(made).get("stock")

    assert (finding is not None) == is_short
    if finding:
        assert "(10 set aside, 9 free)" in finding.text
        assert finding.blocks


def test_many_that_are_short_are_one_finding_and_some_are_named():
    made = festival()
    for n in range(4):
        make.deal(of=make.variant(of=make.product(title=f"Shawl {n}")), during=made, price=15_00,
                  allotment=10)  # fmt: skip
    Pool.objects.update(on_hand=0)

    assert found(made)["stock"].text.endswith("and 2 more.")


@pytest.mark.parametrize(
    ("window", "is_outside"),
    [
        ({"use_from": START, "use_to": END}, False),
        ({"use_from": START - timedelta(microseconds=1), "use_to": END}, True),
        ({"use_from": START, "use_to": END + timedelta(microseconds=1)}, True),
    ],
)
def test_a_benefit_that_can_be_used_outside_the_festival_is_found(window, is_outside):
    made = festival()
    make.promotion(made, title="Welcome", **window)

    assert ("benefit-window" in found(made)) == is_outside


def test_a_slot_outside_the_festival_is_found():
    made = festival()
    slot = make.slot(made)
    Slot.objects.filter(pk=slot.pk).update(ends_at=END + timedelta(hours=1))

    assert "window" in found(made)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"value": 500, "budget": 4_999, "max_uses": 10}, "pays for 9 of 10 expected uses"),
        ({"value": 500, "budget": 5_000, "max_uses": 10}, None),
        ({"value": 500, "budget": 4_999}, None),
        ({"value": 500, "max_uses": 10}, None),
        ({"kind": "percent", "value": 10, "cap": 500, "budget": 4_999, "max_claims": 10}, "9 of"),
        ({"kind": "percent", "value": 10, "budget": 1, "max_uses": 10}, None),
        ({"kind": "step", "value": 100, "every": 900, "max_steps": 5, "budget": 499,
          "max_uses": 1}, "pays for 0 of 1"),
    ],
)  # fmt: skip
def test_a_budget_below_its_expected_use_is_found(facts, text):
    made = festival()
    make.promotion(made, title="Welcome", **facts)

    finding = found(made).get("budget")

    assert (finding is None) == (text is None)
    if finding:
        assert text in finding.text


def test_unique_codes_are_expected_to_be_used():
    made = festival()
    row = make.promotion(made, group="voucher", trigger="code", value=10_00, budget=2_000_00)
    code_batches.make_codes(row, 150, "Radio", at=BEFORE)
    assert found(made) == {}

    code_batches.make_codes(row, 51, "Press", at=BEFORE)

    text = found(made)["budget"].text
    assert text == "The budget of “Save” pays for 200 of 201 expected uses."


def test_a_benefit_that_was_ended_is_not_looked_at():
    made = festival()
    make.promotion(made, budget=1, value=5, max_uses=2, state=Promotion.State.ENDED_EARLY)

    assert found(made) == {}


@pytest.mark.parametrize(
    ("title", "is_bare"),
    [
        ("15 off from 80", True),
        ("$15 off from 80", True),
        ("$15 off from $80.00", False),
        ("15.00 USD off", False),
        ("15 % for the 2026 edition", False),
        ("Welcome", False),
    ],
)
def test_a_title_names_no_sum_without_its_currency(title, is_bare):
    made = festival()
    make.promotion(made, title=title, value=15_00, min_spend=80_00)

    finding = found(made).get("benefit-title")

    assert bool(finding) == is_bare
    assert not (finding and finding.blocks)


def test_words_that_are_missing_are_named_by_language_and_block_nothing():
    made = festival()
    made.texts = {code: words for code, words in made.texts.items() if code != "sw"}
    made.texts["pt"] = {"title": "T", "tagline": ""}
    made.save()

    finding = found(made)["words"]

    assert finding.text.endswith("shown in English in: Kiswahili 3 of 3, Português 2 of 3.")
    assert not finding.blocks


def test_a_missing_introduction_is_told_and_blocks_nothing():
    made = festival()
    made.texts["en"].pop("intro")
    made.save()

    assert [row.text for row in found(made).values()] == ["It has no introduction yet."]
    assert not found(made)["intro"].blocks


@pytest.mark.parametrize(("late", "keys"), [(0, []), (1, ["enrolment"])])
def test_enrolment_that_closes_after_the_start_is_told_and_blocks_nothing(late, keys):
    made = festival(enrol_closes=START + timedelta(seconds=late))

    assert list(found(made)) == keys
    assert not any(row.blocks for row in found(made).values())


def test_a_reason_lets_one_finding_stand_and_no_other():
    made, person = make.festival(state="draft"), organizer()
    first = found(made)["stores"]

    override(made, first, " The stores follow ", at=BEFORE, by=person)

    after = found(made)
    assert after["stores"].override == "The stores follow"
    assert not after["stores"].blocks
    assert any(finding.blocks for finding in after.values())
    line = ChangeLog.objects.get(action="override")
    assert (line.by, line.reason) == (person, "The stores follow")


def test_a_reason_stands_for_the_sentence_that_was_read():
    made, person = festival(), organizer()
    Pool.objects.update(on_hand=9)
    override(made, found(made)["stock"], "More comes on Monday", at=BEFORE, by=person)
    assert not found(made)["stock"].blocks

    Pool.objects.update(on_hand=2)

    assert found(made)["stock"].blocks


@pytest.mark.parametrize(
    ("state", "finding", "reason"),
    [
        ("published", Finding("T", True, "stores"), "why"),
        ("draft", Finding("T", False, "words"), "why"),
        ("draft", Finding("T", True, "stores", override="before"), "why"),
        ("draft", Finding("T", True, "stores"), "  "),
    ],
)
def test_what_makes_no_sense_is_refused_and_not_logged(state, finding, reason):
    made = make.festival(state="draft")
    Festival.objects.filter(pk=made.pk).update(state=state)

    with pytest.raises(NotPossible):
        override(made, finding, reason, at=BEFORE, by=organizer())

    assert not ChangeLog.objects.filter(action="override").exists()


def test_forty_empty_slots_are_one_finding_with_one_reason():
    made, person = festival(), organizer()
    for n in range(40):
        make.slot(made, label=f"Flash {n}")

    finding = found(made)["slot"]
    assert finding.text == "40 slots have no approved deal."
    assert len(finding.parts) == 40
    override(made, finding, "They follow", at=BEFORE, by=person)
    assert not found(made)["slot"].blocks

    Slot.objects.filter(label="Flash 7").update(label="Night")
    assert found(made)["slot"].blocks


def test_without_terms_nothing_opens_and_no_reason_replaces_them():
    made, person = festival(terms=""), organizer()

    finding = found(made)["terms"]
    assert finding.blocks
    with pytest.raises(NotPossible, match="No reason replaces this"):
        override(made, finding, "Later", at=BEFORE, by=person)

    publish_terms(made, "Send on time.", at=BEFORE)
    made.refresh_from_db()
    assert "terms" not in found(made)


def test_terms_are_written_in_the_languages_that_stores_read():
    made = festival()
    store = made.enrolments.get().merchant
    User.objects.filter(memberships__merchant=store).update(language="fr")

    assert found(made)["terms-fr"].text == (
        f"The terms have no text in Français, which “{store.name}” reads."
    )
    publish_terms(made, "Send on time.", translations={"fr": "Livrez à temps."}, at=BEFORE)
    made.refresh_from_db()
    assert found(made) == {}


def test_stores_without_people_and_products_without_images_are_named_and_block_nothing():
    made = festival()
    for _number in range(2):
        make.deal(of=make.variant(on_hand=20), during=made, price=15_00)

    people, images = found(made)["people"], found(made)["images"]
    assert people.text == "2 stores have no owner who signs in."
    assert len(people.parts) == 2
    assert images.text == "2 products have no image."
    assert not people.blocks
    assert not images.blocks


def test_a_time_that_stores_did_not_agree_to_is_told():
    made = festival()
    move_festival(made, Window(START, END + timedelta(hours=1), "", ""), at=BEFORE)
    made.refresh_from_db()

    assert "did not agree to a new time yet" in found(made)["consent"].text
