import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from django.conf import settings

from sample.filling import placeholders
from sample.flagship import FILE, deal_price, flagship_plan
from sample.reading import festivals, stores
from sample.sheets import SheetError

LOADED_ON = date(2026, 11, 25)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def plan():
    return flagship_plan(stores(), festivals())


@pytest.fixture(scope="module")
def products():
    return {product.sku: product for store in stores() for product in store.products}


def with_change(tmp_path, change):
    sheet = yaml.safe_load(FILE.read_text("utf-8"))
    change(sheet)
    file = tmp_path / "flagship.yaml"
    file.write_text(yaml.safe_dump(sheet), "utf-8")
    return file


def flash_windows(plan):
    return [slot.window(LOADED_ON) for slot in plan.slots if slot.kind == "flash"]


def live_hours():
    starts_at, ends_at = festivals()[0].window(LOADED_ON)
    count = (ends_at - starts_at) // HOUR
    return [starts_at + place * HOUR for place in range(count)]


def prior_price(plan, products, nomination):
    """Return the lowest regular price of the cheapest variant in the 30 days before the deal."""
    cheapest = min(products[nomination.sku].variants, key=lambda variant: variant.price)
    earlier = {row.variant: row for row in plan.earlier_prices}.get(cheapest.sku)
    slot = next(slot for slot in plan.slots if slot.key == nomination.slot)
    if earlier and -earlier.days_ago > slot.start_day - 30:
        return min(cheapest.price, earlier.price)
    return cheapest.price


def test_the_same_sheets_give_the_same_plan(plan):
    assert flagship_plan(stores(), festivals()) == plan


def test_there_are_120_deals_for_the_whole_festival_and_180_flash_deals(plan):
    kinds = {slot.key: slot.kind for slot in plan.slots}

    assert Counter(kinds[nomination.slot] for nomination in plan.nominations) == {
        "whole": 120,
        "flash": 180,
    }


def test_each_product_is_nominated_once(plan):
    assert len({nomination.sku for nomination in plan.nominations}) == 300


def test_every_store_has_a_deal(plan, products):
    nominated = {nomination.sku for nomination in plan.nominations}

    for store in stores():
        assert nominated & {product.sku for product in store.products}


def test_the_first_slot_is_the_whole_festival(plan):
    assert [slot.key for slot in plan.slots if slot.kind == "whole"] == ["whole"]
    assert plan.slots[0].window(LOADED_ON) == festivals()[0].window(LOADED_ON)


def test_the_flash_slots_of_ten_days_follow_each_other_without_gap_or_overlap(plan):
    windows = flash_windows(plan)

    assert len(windows) == 40
    assert len({slot.key for slot in plan.slots}) == 41
    assert [end for _, end in windows[:-1]] == [start for start, _ in windows[1:]]
    assert (windows[0][0], windows[-1][1]) == festivals()[0].window(LOADED_ON)


def test_one_flash_slot_with_a_deal_runs_at_every_hour_of_the_live_days(plan):
    filled = {nomination.slot for nomination in plan.nominations}
    windows = {slot.key: slot.window(LOADED_ON) for slot in plan.slots if slot.kind == "flash"}

    assert len(live_hours()) == 240
    for at in live_hours():
        running = [key for key, (start, end) in windows.items() if start <= at < end]
        assert len(running) == 1
        assert running[0] in filled


@pytest.mark.parametrize("day", [5, 6])
def test_some_slots_ended_and_some_come_at_every_moment_of_the_middle_days(plan, day):
    starts_at, _ = festivals()[0].window(LOADED_ON)
    windows = flash_windows(plan)

    for minute in range(24 * 60):
        at = starts_at + timedelta(days=day - 1, minutes=minute)
        assert sum(end <= at for _, end in windows) >= 16
        assert sum(start > at for start, _ in windows) >= 16


def test_a_flash_slot_starts_at_its_hour_in_the_festival_s_zone(plan):
    morning = next(slot for slot in plan.slots if slot.key == "06-morning")

    assert morning.window(LOADED_ON) == (
        datetime(2026, 11, 25, 3, tzinfo=UTC),
        datetime(2026, 11, 25, 9, tzinfo=UTC),
    )
    assert (morning.label, morning.hold_minutes) == ("Day 6, morning", 10)


def test_each_day_has_18_flash_deals_of_different_stores(plan):
    for day in range(1, 11):
        stores_of_day = [
            nomination.sku.rsplit("-", 1)[0]
            for nomination in plan.nominations
            if nomination.slot.startswith(f"{day:02}-")
        ]
        assert len(stores_of_day) == 18
        assert len(set(stores_of_day)) == 18


def test_percentages_keep_to_the_festival_s_rule(plan, products):
    assert plan.rules.min_percent_off == 10
    for nomination in plan.nominations:
        assert 10 <= nomination.percent <= 40
        if products[nomination.sku].lowest_price >= 200_00:
            assert nomination.percent == 10


def test_an_allotment_is_never_above_the_stock(plan, products):
    for nomination in plan.nominations:
        product = products[nomination.sku]
        stock = {variant.sku: variant.stock for variant in product.variants}

        assert product.stock >= 4
        assert set(nomination.allotments) == {sku for sku, units in stock.items() if units}
        for sku, units in nomination.allotments.items():
            assert 1 <= units <= stock[sku]


def test_no_outing_and_nothing_scarce_is_in_a_flash_slot(plan, products):
    flash = [nomination for nomination in plan.nominations if nomination.slot != "whole"]

    assert not any(products[nomination.sku].outing for nomination in flash)
    assert min(products[nomination.sku].stock for nomination in flash) == 20


def test_prices_after_the_discount_are_sensible(plan, products):
    for nomination in plan.nominations:
        for variant in products[nomination.sku].variants:
            price = deal_price(variant.price, nomination.percent)
            assert 2_00 <= price < variant.price


@pytest.mark.parametrize(
    ("price", "percent", "expected"), [(58_00, 15, 49_30), (7_50, 25, 5_63), (4_50, 33, 3_02)]
)
def test_half_a_cent_of_a_deal_price_counts_as_one(price, percent, expected):
    assert deal_price(price, percent) == expected


def test_20_deals_are_limited_per_shopper_and_20_are_subsidized(plan):
    limited = [one for one in plan.nominations if one.per_shopper is not None]
    subsidized = [one for one in plan.nominations if one.subsidy]

    assert Counter(one.per_shopper for one in limited) == {1: 1, 2: 17, 3: 2}
    assert len(subsidized) == 20


def test_a_subsidy_is_at_most_half_the_discount_of_every_variant(plan, products):
    for nomination in plan.nominations:
        for variant in products[nomination.sku].variants:
            discount = variant.price - deal_price(variant.price, nomination.percent)
            assert 0 <= nomination.subsidy <= (discount + 1) // 2


def test_a_shopper_s_limit_is_at_most_the_allotment_of_each_variant(plan):
    for nomination in plan.nominations:
        if nomination.per_shopper is not None:
            assert 1 <= nomination.per_shopper <= min(nomination.allotments.values())


def test_220_products_had_another_price_before(plan, products):
    assert len({row.sku for row in plan.earlier_prices}) == 220
    assert len({row.variant for row in plan.earlier_prices}) == len(plan.earlier_prices)
    today = {
        variant.sku: variant.price for product in products.values() for variant in product.variants
    }
    for row in plan.earlier_prices:
        assert 6 <= row.days_ago <= 60
        assert row.price % 10 == 0
        assert row.price != today[row.variant]
        assert 0.8 < row.price / today[row.variant] < 1.2


def test_all_variants_of_a_product_changed_on_the_same_day(plan, products):
    rows = {row.variant: row for row in plan.earlier_prices}

    for sku in {row.sku for row in plan.earlier_prices}:
        assert len({rows[variant.sku].days_ago for variant in products[sku].variants}) == 1


def test_five_deals_are_honestly_no_reduction(plan, products):
    none = [
        nomination.sku
        for nomination in plan.nominations
        if deal_price(products[nomination.sku].lowest_price, nomination.percent)
        >= prior_price(plan, products, nomination)
    ]

    assert len(none) == 5
    assert not plan.rules.must_beat_prior_price


def test_the_promotions_are_four_of_different_kinds(plan):
    assert [(one.group, one.kind, one.trigger) for one in plan.promotions] == [
        ("save", "step", "automatic"),
        ("voucher", "percent", "code"),
        ("voucher", "amount", "claim"),
        ("shipping", "free_shipping", "automatic"),
    ]


def test_guests_can_type_baobab10(plan):
    code = plan.promotions[1]

    assert (code.code, code.value, code.cap, code.min_spend) == ("BAOBAB10", 10, 30_00, 60_00)
    assert code.organizer_share == 50
    assert code.per_shopper is None


def test_spend_and_save_says_what_the_festival_s_page_says(plan):
    save, figures = plan.promotions[0], placeholders()

    assert (save.every, save.value, save.max_steps) == (300_00, 50_00, 3)
    assert save.organizer_share == 100
    assert save.every == int(figures["save_every"]) * 100
    assert save.value == int(figures["save_off"]) * 100
    assert plan.promotions[3].min_spend == int(figures["free_delivery_from"]) * 100


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sheet: sheet["whole"].update(percent=[9]), "less than the least percentage"),
        (lambda sheet: sheet["whole"].update(percent=[99]), "would cost less than a dollar"),
        (lambda sheet: sheet["whole"].update(products=990), "990 products are wanted"),
        (lambda sheet: sheet["flash"].update(products=179), "179 products for 180 places"),
        (
            lambda sheet: sheet["flash"]["slots"]["evening"].update(to=25),
            "slot evening does not lie within a day",
        ),
        (lambda sheet: sheet["rules"].update(min_allotment=2), "less than the least allotment"),
        (lambda sheet: sheet.pop("dear"), "'dear' is missing"),
        (lambda sheet: sheet.update(festival="none"), "'none' is missing"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(tmp_path, change, message):
    with pytest.raises(SheetError, match=f"flagship.yaml: .*{message}"):
        flagship_plan(stores(), festivals(), with_change(tmp_path, change))


def test_slots_and_benefits_have_names_in_all_languages_and_sums_have_a_currency(plan):
    others = {code for code, _name in settings.LANGUAGES} - {"en"}
    titles = [text for row in plan.promotions for text in (row.title, *row.titles.values())]

    assert all(set(slot.names) == others for slot in plan.slots if slot.kind == "flash")
    assert all(set(row.titles) == others for row in plan.promotions)
    assert all("$" in text for text in titles)
    for text in titles:  # what is left without sums is a percentage or no number at all
        left = re.sub(r"US\$\u00a0?[\d.,]+|\$[\d.,]+|[\d.,]+\u00a0(US\$|\$US)", "", text)
        assert not re.search(r"\d", re.sub(r"\d+[ \u00a0]?%", "", left)), text
