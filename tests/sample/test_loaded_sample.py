import itertools
from datetime import timedelta
from pathlib import Path

from django.db.models import Count

from shop.catalogue.delivery.models import Carrier, Country, ImportRule, Rate
from shop.catalogue.models import Category, Product, Variant
from shop.core.images.models import Picture
from shop.festivals.deals.actions import pause_deal
from shop.festivals.models import (
    Deal,
    Enrolment,
    Nomination,
    Participation,
    PriceSpan,
    ProductSpan,
    Promotion,
    Slot,
)
from shop.festivals.models.prices import FOREVER
from shop.festivals.prices import regular
from shop.people.merchants.models import Merchant
from shop.storefront.listings.models import Listing
from tests.sample.loaded import (
    DAY_0,
    counts,
    flagship,
    instants,
    load_six,
    product_ids,
    six,
    some_ids,
)
from tests.truth import past, span_differences


def in_force(spans, at):
    return spans.filter(starts_at__lte=at, ends_at__gt=at)


def test_six_stores_come_with_everything_that_the_shop_shows(loaded):
    assert counts() == {
        "Merchant": 6, "Product": 60, "Picture": 72, "Festival": 4,
        "Deal": Deal.objects.count(), "Listing": 60, "Order": 0, "Shipment": 0,
    }  # fmt: skip
    kinds = Product.objects.values_list("kind").annotate(Count("pk")).order_by("kind")
    assert list(kinds) == [("experience", 10), ("goods", 50)]
    assert Product.objects.filter(state="published", published_at__lt=DAY_0).count() == 60
    assert Merchant.objects.filter(state="approved", ship_region="east").count() == 2


def test_reference_tables_are_whole(loaded):
    assert Country.objects.count() == 249
    assert Rate.objects.count() == 1200
    assert ImportRule.objects.count() == 77
    assert Carrier.objects.count() == 54
    assert Category.objects.count() == 46
    coffee = Category.objects.get(path="food/coffee")
    names = {"fr": "Café", "zh-hans": "咖啡", "ar": "قهوة", "sw": "Kahawa", "pt": "Café"}
    assert (coffee.name, coffee.names) == ("Coffee", names)


def test_every_picture_is_there_with_a_text_for_people_who_cannot_see_it(loaded, drawn):
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


def test_the_festival_is_on_its_sixth_day_and_speaks_six_languages(loaded):
    festival = flagship()
    assert festival.is_live(DAY_0)
    assert (festival.starts_wall, festival.ends_wall) == ("2026-11-20 00:00", "2026-11-30 00:00")
    assert festival.texts.keys() == {"en", "fr", "zh-hans", "ar", "sw", "pt"}
    for words in festival.texts.values():
        assert words["tagline"]
        assert words["intro"]
        assert words["cta"].keys() == {"teaser", "live", "ended"}
        assert words["headings"]["flash"].keys() == {"title", "text"}
    assert Slot.objects.filter(kind="flash", starts_at__lte=DAY_0, ends_at__gt=DAY_0).count() == 1
    codes = Promotion.objects.filter(state="active").values_list("trigger", "code")
    assert sorted(codes) == [
        ("automatic", ""), ("automatic", ""), ("claim", ""), ("code", ""), ("code", "BAOBAB10"),
    ]  # fmt: skip


def test_everybody_takes_part_and_every_deal_counts_from_the_start_of_its_slot(loaded):
    own = Enrolment.objects.filter(festival=flagship(), state="accepted")
    assert own.filter(accepted_at__lt=DAY_0).count() == 6
    assert Participation.objects.filter(festival=flagship()).count() == 60
    planned = {plan.sku: plan for plan in six().nominations}
    assert Nomination.objects.filter(slot__festival=flagship(), state="approved").count() == len(
        planned
    )
    for deal in Deal.objects.filter(slot__festival=flagship()).select_related("slot"):
        assert (deal.effective_from, deal.effective_to) == (deal.slot.starts_at, deal.slot.ends_at)
    limited = Deal.objects.filter(per_shopper__isnull=False).exists()
    assert limited == any(plan.per_shopper for plan in planned.values())


def test_what_was_shown_at_any_instant_is_what_the_price_function_says(loaded):
    assert span_differences(some_ids(), instants(DAY_0, 200)) == []


def test_prices_are_known_without_a_gap_from_the_day_of_listing_on(loaded):
    for variant in Variant.objects.prefetch_related("price_spans"):
        rows = sorted(variant.price_spans.all(), key=lambda span: span.starts_at)
        assert rows[0].starts_at == variant.listed_at <= DAY_0 - timedelta(days=60)
        assert rows[-1].ends_at == (variant.closes_at or FOREVER)
        for before, after in itertools.pairwise(rows):
            assert before.ends_at == after.starts_at
    assert in_force(ProductSpan.objects, DAY_0 - timedelta(days=20)).count() == 60


def test_some_reductions_show_the_lowest_price_before_and_some_are_none(loaded):
    reduced = in_force(PriceSpan.objects, DAY_0).filter(deal__isnull=False)
    assert reduced.filter(percent__isnull=False).exists()
    for span in reduced.filter(percent__isnull=False):
        assert span.percent == (span.prior_price - span.price) * 100 // span.prior_price


def test_later_changes_leave_the_past_as_it_was(loaded):
    known = past(product_ids(), DAY_0)
    running_deal = Deal.objects.filter(slot__kind="whole").first()
    other = Variant.objects.exclude(product=running_deal.variant.product).first()

    pause_deal(running_deal, at=DAY_0)
    regular.change_prices({other.pk: 1_00}, at=DAY_0)

    assert past(product_ids(), DAY_0) == known
    assert span_differences(some_ids(), instants(DAY_0, 60)) == []


def test_what_an_organizer_corrected_stays(loaded, demo):
    Country.objects.filter(code="FR").update(service="check")
    Merchant.objects.filter(slug="iveti-hills-market").update(name="Iveti")

    load_six()

    assert Country.objects.get(code="FR").service == "check"
    assert Merchant.objects.get(slug="iveti-hills-market").name == "Iveti"
