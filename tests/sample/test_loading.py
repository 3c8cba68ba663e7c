import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from sample.edition import edition
from sample.loading import write_rows
from sample.management.commands import load_sample
from sample.progress import Progress
from shop.catalogue.models import Category, Product, Variant
from shop.delivery.models import Carrier, Country, ImportRule, Rate
from shop.festivals import prices, running
from shop.festivals.models import (
    Deal,
    Enrolment,
    Festival,
    Nomination,
    Participation,
    PriceSpan,
    ProductSpan,
    Promotion,
    Slot,
)
from shop.festivals.models.prices import FOREVER
from shop.listings.models import Listing
from shop.merchants.models import Merchant
from shop.pictures.models import Picture
from tests.sample.loaded import DAY_0, counts, instants, load_six, product_ids, six
from tests.truth import past, span_differences

pytestmark = pytest.mark.django_db


def in_force(spans, at):
    return spans.filter(starts_at__lte=at, ends_at__gt=at)


def test_six_stores_come_with_everything_that_the_shop_shows(demo):
    said = load_six()

    assert said.splitlines() == [
        "Stocking stores: 6",
        "Drawing pictures: 72",
        "The payment sandbox cannot be reached (STRIPE_BASE_URL names none): "
        "orders are made at the next start.",
        "The sample is complete but for 5 orders: 6 stores, 60 products.",
    ] or said.startswith("Drawing pictures: 72\nStocking stores: 6\n")
    assert counts() == {
        "Merchant": 6, "Product": 60, "Picture": 66, "Festival": 1,
        "Deal": Deal.objects.count(), "Listing": 60, "Order": 0, "Shipment": 0,
    }  # fmt: skip
    kinds = Product.objects.values_list("kind").annotate(Count("pk")).order_by("kind")
    assert list(kinds) == [("experience", 10), ("goods", 50)]
    assert Product.objects.filter(state="published", published_at__lt=DAY_0).count() == 60
    assert Merchant.objects.filter(state="approved", ship_region="east").count() == 3


def test_reference_tables_are_whole(demo):
    load_six()

    assert Country.objects.count() == 249
    assert Rate.objects.count() == 1200
    assert ImportRule.objects.count() == 77
    assert Carrier.objects.count() == 54
    assert Category.objects.count() == 46
    coffee = Category.objects.get(path="food/coffee")
    assert (coffee.name, coffee.names) == ("Coffee", {"fr": "Café", "zh-hans": "咖啡"})


def test_every_picture_is_there_with_a_text_for_people_who_cannot_see_it(demo, drawn):
    load_six()

    for picture in Picture.objects.all():
        assert picture.alt
        assert Path(picture.file.path).is_file()
        for address in picture.sizes["jpeg"].values():
            assert (drawn / address.removeprefix("/media/")).is_file()
    for cloth in Merchant.objects.values_list("cloth", flat=True):
        assert (drawn / cloth.removeprefix("/media/")).is_file()
    card = Listing.objects.get(slug="kangundo-ab-washed-arabica").picture
    assert card["small"].endswith("-320.jpg")
    assert card["jpeg"].count("w,") == 2


def test_the_festival_is_on_its_sixth_day_and_speaks_three_languages(demo):
    load_six()

    festival = Festival.objects.get()
    assert festival.is_live(DAY_0)
    assert (festival.starts_wall, festival.ends_wall) == ("2026-11-20 00:00", "2026-11-30 00:00")
    assert festival.texts.keys() == {"en", "fr", "zh-hans"}
    for words in festival.texts.values():
        assert words["tagline"]
        assert words["intro"]
        assert words["cta"].keys() == {"teaser", "live", "ended"}
        assert words["headings"]["flash"].keys() == {"title", "text"}
    assert Slot.objects.filter(kind="flash", starts_at__lte=DAY_0, ends_at__gt=DAY_0).count() == 1
    codes = Promotion.objects.filter(state="active").values_list("trigger", "code")
    assert sorted(codes) == [
        ("automatic", ""), ("automatic", ""), ("claim", ""), ("code", "BAOBAB10"),
    ]  # fmt: skip


def test_everybody_takes_part_and_every_deal_counts_from_the_start_of_its_slot(demo):
    load_six()

    assert Enrolment.objects.filter(state="accepted", accepted_at__lt=DAY_0).count() == 6
    assert Participation.objects.count() == 60
    planned = {plan.sku: plan for plan in six().nominations}
    assert Nomination.objects.filter(state="approved").count() == len(planned)
    for deal in Deal.objects.select_related("slot", "variant__product"):
        assert (deal.effective_from, deal.effective_to) == (deal.slot.starts_at, deal.slot.ends_at)
    limited = Deal.objects.filter(per_shopper__isnull=False).exists()
    assert limited == any(plan.per_shopper for plan in planned.values())


def test_what_was_shown_at_any_instant_is_what_the_price_function_says(demo):
    load_six()

    assert span_differences(product_ids(), instants(DAY_0, 200)) == []


def test_prices_are_known_without_a_gap_from_the_day_of_listing_on(demo):
    load_six()

    for variant in Variant.objects.prefetch_related("price_spans"):
        rows = sorted(variant.price_spans.all(), key=lambda span: span.starts_at)
        assert rows[0].starts_at == variant.listed_at <= DAY_0 - timedelta(days=60)
        assert rows[-1].ends_at == FOREVER
        for before, after in zip(rows, rows[1:], strict=False):
            assert before.ends_at == after.starts_at
    assert in_force(ProductSpan.objects, DAY_0 - timedelta(days=20)).count() == 60


def test_some_reductions_show_the_lowest_price_before_and_some_are_none(demo):
    load_six()

    reduced = in_force(PriceSpan.objects, DAY_0).filter(deal__isnull=False)
    assert reduced.filter(percent__isnull=False).exists()
    for span in reduced.filter(percent__isnull=False):
        assert span.percent == (span.prior_price - span.price) * 100 // span.prior_price


def test_later_changes_leave_the_past_as_it_was(demo):
    load_six()
    known = past(product_ids(), DAY_0)
    running_deal = Deal.objects.filter(slot__kind="whole").first()
    other = Variant.objects.exclude(product=running_deal.variant.product).first()

    running.pause_deal(running_deal, at=DAY_0)
    prices.change_prices({other.pk: 1_00}, at=DAY_0)

    assert past(product_ids(), DAY_0) == known
    assert span_differences(product_ids(), instants(DAY_0, 60)) == []


def test_a_second_load_finds_nothing_to_do(till):
    load_six()
    before = counts()

    assert load_six() == "The sample is complete: nothing to do.\n"

    assert counts() == before


def test_what_an_organizer_corrected_stays(demo):
    load_six()
    Country.objects.filter(code="FR").update(service="check")
    Merchant.objects.filter(slug="iveti-hills-market").update(name="Iveti")

    load_six()

    assert Country.objects.get(code="FR").service == "check"
    assert Merchant.objects.get(slug="iveti-hills-market").name == "Iveti"


def test_the_whole_catalogue_fits(demo):
    write_rows(edition(at=DAY_0), Progress(io.StringIO()))

    assert Merchant.objects.count() == 100
    assert Listing.objects.filter(is_available=True).count() > 990
    assert Variant.objects.count() == 1542
    assert Nomination.objects.filter(state="approved").count() == 300
    assert in_force(ProductSpan.objects, DAY_0).count() == 1000
    assert span_differences(product_ids(), instants(DAY_0, 5)) == []


def test_outside_a_demonstration_nothing_is_loaded(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=1"):
        call_command(load_sample.Command())

    assert not Merchant.objects.exists()
    assert not Country.objects.exists()


def test_a_shop_in_another_currency_is_told_so(demo, settings):
    settings.SHOP_CURRENCY = "EUR"

    with pytest.raises(CommandError, match="SHOP_CURRENCY=USD"):
        call_command(load_sample.Command())

    assert not Merchant.objects.exists()
