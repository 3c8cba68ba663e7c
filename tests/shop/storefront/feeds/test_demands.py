"""What channels demand: counted, listed, and left out of feeds by one function."""

from datetime import timedelta

import pytest

from shop.catalogue.models import Category, Product, ProductPicture, Translation, Variant
from shop.festivals.models import ProductSpan
from shop.storefront.feeds.addresses import PROGRAMME, FeedScope
from shop.storefront.feeds.board import every, lacking_rows, read_query, words_of
from shop.storefront.feeds.demands import CHANNELS, LACKING, WORDS, fitness
from tests import make
from tests.make import NOON
from tests.shop.storefront.feeds.fitting import fit, google, lines, many, meta, picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(clock_at):
    clock_at(NOON)


def found(language="en"):
    """Return how many products there are, and by channel how many are fit and which lack what."""
    count, told = fitness(PROGRAMME.products(), language, at=NOON)
    return count, {
        one.channel.code: (one.fit, {code: n for code, _words, n in one.lacking}) for one in told
    }


def taken():
    """Return how many things are in the feed of each channel."""
    return {"google": len(google()), "meta": len(meta()), "lines": len(lines())}


def as_dates():
    Product.objects.update(kind="experience")
    starts = NOON + timedelta(days=1)
    Variant.objects.update(session_start=starts, session_zone="UTC", weight_g=0)


def with_picture(side):
    ProductPicture.objects.all().delete()
    picture(Product.objects.get(), side=side)


def worn(**facts):
    Category.objects.update(is_worn=True)
    Product.objects.update(**{"gender": "female", "age_group": "adult", "colour": "Red"} | facts)


WITHOUT = {
    "goods": as_dates,
    "age": lambda: Category.objects.update(min_age=18),
    "variants": lambda: Variant.objects.update(is_active=False),
    "price": ProductSpan.objects.all().delete,
    "picture": ProductPicture.objects.all().delete,
    "tiny": lambda: with_picture(200),
    "small": lambda: with_picture(400),
    "description": lambda: Product.objects.update(description="", summary=""),
    "weight": lambda: Variant.objects.update(weight_g=0),
    "gender": lambda: worn(gender=""),
    "age_group": lambda: worn(age_group=""),
    "colour": lambda: worn(colour=""),
}


@pytest.mark.parametrize("what", WITHOUT)
def test_what_lacks_something_stands_on_the_board_and_in_no_feed_that_demands_it(what):
    fit()
    WITHOUT[what]()

    count, told = found()
    there = taken()

    assert count == 1
    for code, channel in CHANNELS.items():
        is_fit = what not in channel.demands
        if what == "tiny" and code == "meta":  # smaller than its own least as well
            is_fit = False
        assert told[code][0] == there[code] == is_fit, code
        assert is_fit or told[code][1][what if what != "tiny" or code != "meta" else "small"] == 1


def test_what_lacks_nothing_is_fit_everywhere():
    fit()

    assert found() == (1, {"google": (1, {}), "meta": (1, {}), "lines": (1, {})})
    assert taken() == {"google": 1, "meta": 1, "lines": 1}


def test_clothes_with_gender_age_group_and_colour_are_fit_everywhere():
    fit()
    worn()

    assert found() == (1, {"google": (1, {}), "meta": (1, {}), "lines": (1, {})})


@pytest.mark.parametrize("name", ["Colour", "color", "Couleur", "颜色"])
def test_an_option_named_colour_in_any_language_is_the_colour(name):
    fit(option_names=[name], options=["Rouge"])
    worn(colour="")

    assert found()[1]["google"] == (1, {})
    assert google()[0]["color"] == "Rouge"


def test_a_category_for_adults_needs_no_age_group():
    fit()
    worn(age_group="")
    Category.objects.update(min_age=18)

    assert found()[1]["google"] == (1, {})


def test_all_channels_together_demand_what_is_told_in_words():
    assert {code for one in CHANNELS.values() for code in one.demands} == set(LACKING) == set(WORDS)
    assert {*WITHOUT, "words"} == set(LACKING)


def test_a_picture_counts_with_the_size_in_which_it_is_there():
    product = fit().product
    shown = product.shown_pictures.get().picture
    shown.width = shown.height = 2_000
    shown.sizes = {"jpeg": {"320": "/media/a.jpg", "480": "/media/b.jpg"}}
    shown.save()

    assert found()[1]["meta"] == (0, {"small": 1})
    assert found()[1]["google"] == (1, {})


def test_a_language_demands_the_title_and_the_description_in_it():
    both = fit(titles={"fr": "Bouilloire"}).product
    Translation.objects.create(
        product=both, language="fr", words={"description": "Une bouilloire."}, changed_at=NOON
    )
    fit(titles={"fr": "Bouilloire"})
    fit()

    assert found("fr")[1]["google"] == (1, {"words": 2})
    assert found("fr")[1]["lines"] == (3, {})
    assert found()[1]["google"] == (3, {})


def test_boards_count_what_is_public_alone_each_store_its_own():
    own = fit().product
    Variant.objects.update(weight_g=0)
    fit()
    hidden = fit().product
    hidden.merchant.state = "suspended"
    hidden.merchant.save()
    Product.objects.filter(pk=fit().product.pk).update(state="taken_down")

    assert found()[0] == 2
    assert fitness(FeedScope(own.merchant).products(), "en", at=NOON)[0] == 1
    rows = lacking_rows(PROGRAMME.products(), read_query({"lacks": "weight"}), at=NOON)
    assert [row.pk for row in rows] == [own.pk]


def test_a_list_says_all_that_the_channel_demands_and_the_product_lacks():
    product = make.product(title="Bare")
    query = read_query({"channel": "meta", "language": "en"})

    (row,) = lacking_rows(PROGRAMME.products(), query, at=NOON)

    assert row == product
    assert list(map(str, words_of(row.lacks, query))) == [
        "Nothing of it is on sale", "Without a price", "Without a picture",
        "Without a description",
    ]  # fmt: skip


def test_what_an_address_says_and_nobody_knows_is_left_out():
    query = read_query({"channel": "x", "lacks": "'; --", "language": "xx"})

    assert (query.channel, query.lacks, query.language) == ("", "", "en")


def test_a_board_is_one_statement_and_a_sheet_reads_part_by_part(django_assert_num_queries):
    many(1_000)
    query = read_query({"lacks": "weight"})
    Variant.objects.update(weight_g=0)

    with django_assert_num_queries(1):
        assert found()[1]["google"] == (0, {"weight": 1_000})
    with django_assert_num_queries(3):
        rows = list(every(lacking_rows(PROGRAMME.products(), query, at=NOON)))
    assert len({row.pk for row in rows}) == 1_000
