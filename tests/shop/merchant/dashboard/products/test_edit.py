"""The editor of a product: what is typed is kept, and nothing that belongs to others is touched."""

from datetime import timedelta

import pytest

from shop.catalogue.models import Category, Product, Variant
from shop.festivals.models import PriceSpan, RegularPrice
from shop.merchant.moderation.models import PendingChange
from shop.storefront.listings.models import Listing
from tests import make
from tests.make import NOON
from tests.shop.merchant.dashboard.desk import EVIL, look

pytestmark = pytest.mark.django_db
WORDS = {
    "title": "Adire throw, deep indigo", "summary": "Heavy cotton.", "description": "Dyed twice.",
    "materials": "cotton, natural indigo",
    "tags": "throw, blue", "option_names": "Size", "origin": "NG", "hs_code": "630130",
    "gender": "female", "age_group": "kids", "colour": "Indigo",
}  # fmt: skip


def body(*rows, **words):
    """Return what the form sends: the words, and the rows of the grid."""
    category = make.product().category
    told = WORDS | {"category": category.pk, "version": 0} | words
    told |= {"v-TOTAL_FORMS": len(rows), "v-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        told |= {f"v-{number}-{name}": value for name, value in row.items()}
    return told


def row(sku="AD-TH-140", size="140 × 200 cm", price="69.00", units="34", weight="1350", **more):
    return {"first": size, "sku": sku, "price": price, "units": units, "weight_g": weight} | more


def form_of(client, address):
    """Return what a form sends when nothing was changed in it."""
    context = client.get(address).context
    sent = {field.html_name: field.value() for field in context["form"]}
    grid = context["grid"]
    sent |= {f"v-{name}": grid.management_form[name].value() for name in
             ("TOTAL_FORMS", "INITIAL_FORMS")}  # fmt: skip
    for form in grid.forms:
        sent |= {field.html_name: field.value() for field in form}
    return {name: value for name, value in sent.items() if value not in (None, False)}


@pytest.fixture
def new(desk):
    return desk.address("{store}/products/new/")


@pytest.fixture
def own(desk):
    return desk.address("{store}/products/{product}/")


def test_a_new_product_is_a_draft_with_its_variants_prices_and_units(client, desk, new):
    answer = client.post(
        new, body(row(), row("AD-TH-180", "180 × 220 cm", "92,5", "7", "1900"), {})
    )

    made = Product.objects.get(title="Adire throw, deep indigo")
    assert answer["Location"].endswith(f"/products/{made.pk}/")
    assert (made.merchant, made.state, made.slug) == (
        desk.merchant, "draft", "adire-throw-deep-indigo",
    )  # fmt: skip
    assert (made.materials, made.hs_code) == (["cotton", "natural indigo"], "6301.30")
    assert (made.gender, made.age_group, made.colour) == ("female", "kids", "Indigo")
    first, second = made.variants.select_related("pool")
    assert (first.sku, first.options, first.weight_g) == ("AD-TH-140", ["140 × 200 cm"], 1350)
    assert (first.pool.on_hand, second.pool.on_hand) == (34, 7)
    prices = RegularPrice.objects.filter(variant__product=made).order_by("variant")
    assert list(prices.values_list("amount", flat=True)) == [69_00, 92_50]
    assert not PriceSpan.objects.filter(variant__product=made).exists()
    assert first.listed_at is None


@pytest.mark.parametrize(
    ("facts", "is_worn", "is_open"),
    [({}, False, False), ({}, True, True), ({"colour": "Indigo"}, False, True)],
)
def test_the_details_of_clothes_are_open_where_they_count(
    client, desk, own, facts, is_worn, is_open
):
    Product.objects.update(**{"gender": "", "colour": ""} | facts)
    Category.objects.update(is_worn=is_worn)

    page = client.get(own).text.split("Clothes, shoes and hats")[0]

    assert page.rsplit("<details", 1)[1].split(">")[0].endswith(" open") == is_open


def test_more_rows_can_be_asked_for_and_nothing_that_was_typed_is_lost(client, new):
    page = client.post(new, body(row(), more="1")).context

    assert page["form"]["title"].value() == WORDS["title"]
    assert page["grid"].forms[0]["sku"].value() == "AD-TH-140"
    assert len(page["grid"].forms) == 4
    assert not Product.objects.filter(title=WORDS["title"]).exists()


@pytest.mark.parametrize(
    ("rows", "words", "said"),
    [
        ([row(), row()], {}, "The SKU AD-TH-140 is used already."),
        ([row(), row("AD-2")], {}, "Two rows stand for the same choice"),
        ([row(size="")], {}, "Say which size or kind this is"),
        ([row()], {"option_names": ""}, "Say under “What can be chosen” what this is"),
        ([row(sku="")], {"title": ""}, "Enter a SKU of your own"),
        ([row(sku="<b>")], {}, "A SKU has letters, digits, dots and hyphens"),
        ([row(price="12.345")], {}, "Enter a price in USD, like 48.00"),
        ([row(price="-3")], {}, "Enter a price in USD, like 48.00"),
        ([row(price="0")], {}, "Enter a price in USD, like 48.00"),
        ([row(price="1e9")], {}, "Enter a price in USD, like 48.00"),
        ([row(units="-1")], {}, "greater than or equal to 0"),
        ([row(weight="0")], {}, "greater than or equal to 1"),
        ([], {"title": ""}, "Enter a name"),
        ([], {"title": "\x00"}, "Null characters"),
        ([], {"category": "999999"}, "Choose a category"),
        ([], {"hs_code": "63"}, "Enter six digits, like 6301.30"),
        ([], {"origin": "XX"}, "Select a valid choice"),
        ([], {"option_names": "a, b, c, d"}, "Enter 3 at the most"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_saved(
    client, new, rows, words, said
):
    before = Product.objects.count() + Variant.objects.count()
    sent = body(*rows, **words)  # makes a product for its category

    answer = client.post(new, sent)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Product.objects.count() + Variant.objects.count() == before + 1


def test_a_sku_of_another_product_is_taken(client, desk, new):
    other = make.variant(5_00, of=make.product(of=desk.merchant))

    answer = client.post(new, body(row(sku=other.sku)))

    assert answer.status_code == 422
    assert f"The SKU {other.sku} is used already." in answer.content.decode()


def test_a_sku_of_another_store_is_free(client, new):
    other = make.variant(5_00)

    assert client.post(new, body(row(sku=other.sku))).status_code == 302

    assert Variant.objects.filter(sku=other.sku).count() == 2


def test_the_grid_without_its_bookkeeping_is_refused_and_not_a_crash(client, new, own):
    sent = {name: value for name, value in body().items() if not name.startswith("v-")}

    assert client.post(new, sent).status_code == 422
    assert client.post(own, sent).status_code == 422
    assert client.post(new, sent | {"more": "1"}).status_code == 200
    assert client.post(new, sent | {"v-TOTAL_FORMS": "9999", "v-INITIAL_FORMS": "0"}
                       ).status_code == 422  # fmt: skip


def test_hostile_words_are_words(client, new):
    evil = dict.fromkeys(("title", "summary", "description", "materials"), EVIL)

    client.post(new, body(row(size=EVIL[:50]), **evil))

    made = Product.objects.get(summary__startswith='">')
    page = client.get(f"/merchant/{made.merchant.slug}/products/{made.pk}/").content.decode()
    assert "<img src=x" not in page
    assert "{{ 7*7 }}" in page
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in made.title


def test_words_of_what_is_on_sale_wait_for_a_look(client, desk, own):
    before = Listing.objects.get(pk=desk.product.pk).title
    sent = form_of(client, own) | {"title": "Kettle, blue"}

    assert client.post(own, sent).status_code == 302

    assert Listing.objects.get(pk=desk.product.pk).title == before
    desk.variant.refresh_from_db()
    assert desk.variant.is_active
    assert client.get(own).context["form"]["title"].value() == "Kettle, blue"
    look(desk)
    assert Listing.objects.get(pk=desk.product.pk).title == "Kettle, blue"


def test_a_price_or_a_number_of_units_in_the_grid_moves_nothing_that_was_on_sale(client, desk, own):
    sent = form_of(client, own) | {"v-0-price": "1.00", "v-0-units": "3"}

    client.post(own, sent)

    assert RegularPrice.objects.get(variant=desk.variant).amount == 20_00
    desk.variant.pool.refresh_from_db()
    assert desk.variant.pool.on_hand == 1000


def test_a_variant_that_was_on_sale_is_never_deleted_and_can_come_back(client, desk, own):
    sent = form_of(client, own) | {
        "option_names": "Size", "v-0-first": "Large",
        "v-1-first": "Small", "v-1-sku": "K-S", "v-1-price": "9.00", "v-1-weight_g": "400",
    }  # fmt: skip
    assert client.post(own, sent).status_code == 302
    look(desk)

    assert client.post(own, form_of(client, own) | {"v-0-is_off": "on"}).status_code == 302

    desk.variant.refresh_from_db()
    assert not desk.variant.is_active
    fresh = Variant.objects.get(sku="K-S")
    assert fresh.listed_at - NOON < timedelta(minutes=1)
    assert PriceSpan.objects.get(variant=fresh).price == 9_00
    span = PriceSpan.objects.get(variant=desk.variant)
    assert span.ends_at <= NOON + timedelta(seconds=60)
    sent = form_of(client, own) | {"v-0-first": "Large"}
    del sent["v-0-is_off"]
    client.post(own, sent)
    desk.variant.refresh_from_db()
    assert desk.variant.is_active


def test_a_variant_that_was_never_on_sale_can_be_thrown_away(client, desk):
    own = f"/merchant/{desk.merchant.slug}/products/{desk.draft.pk}/"

    client.post(own, form_of(client, own) | {"v-0-is_off": "on"})

    assert not desk.draft.variants.exists()


def test_two_rows_may_change_their_skus_with_each_other(client, desk):
    own = f"/merchant/{desk.merchant.slug}/products/{desk.draft.pk}/"
    sent = form_of(client, own) | {"option_names": "Size", "v-0-first": "S", "v-1-first": "L",
                                   "v-1-sku": "K-L"}  # fmt: skip
    assert client.post(own, sent).status_code == 302
    sent = form_of(client, own)
    sent["v-0-sku"], sent["v-1-sku"] = sent["v-1-sku"], sent["v-0-sku"]

    assert client.post(own, sent).status_code == 302

    skus = list(desk.draft.variants.order_by("pk").values_list("sku", flat=True))
    assert skus == ["K-L", f"DRAFT-{desk.draft.pk}"]


def test_a_row_that_names_a_variant_of_another_product_stands_for_a_new_one(client, desk):
    foreign = make.variant(5_00)
    own = f"/merchant/{desk.merchant.slug}/products/{desk.draft.pk}/"
    sent = form_of(client, own) | {"v-0-id": foreign.pk, "v-0-sku": "MINE-1", "v-0-units": "2"}

    client.post(own, sent)

    sku = foreign.sku
    foreign.refresh_from_db()
    assert (foreign.sku, foreign.product.merchant_id == desk.merchant.pk) == (sku, False)
    assert Variant.objects.get(sku="MINE-1").product == desk.draft


def test_a_row_that_names_a_variant_by_no_number_is_refused(client, desk):
    own = f"/merchant/{desk.merchant.slug}/products/{desk.draft.pk}/"
    sent = form_of(client, own) | {"v-0-id": "9" * 5_000, "v-0-sku": "MINE-1", "v-0-units": "2"}

    assert client.post(own, sent).status_code == 422

    assert not desk.draft.variants.filter(sku="MINE-1").exists()


def test_an_edit_that_somebody_else_overtook_is_not_saved_and_both_are_shown(client, desk, own):
    mine = form_of(client, own) | {"title": "My title", "description": "My words"}
    theirs = form_of(client, own) | {"title": "Their title"}
    colleague = make.member(desk.merchant)
    client.force_login(colleague)
    assert client.post(own, theirs).status_code == 302
    client.force_login(desk.member)

    answer = client.post(own, mine)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "My title" in page
    assert "My words" in page
    assert "Their title" in page
    assert f"Saved by {colleague.name}" in page
    assert PendingChange.objects.get(product=desk.product).words["title"] == "Their title"
    again = mine | {"version": answer.context["form"]["version"].value()}
    assert client.post(own, again).status_code == 302
    look(desk)
    desk.product.refresh_from_db()
    assert desk.product.title == "My title"


def test_nothing_changes_while_it_waits_for_a_review(client, desk):
    make.shown_picture(desk.draft)
    own = f"/merchant/{desk.merchant.slug}/products/{desk.draft.pk}/"
    sent = form_of(client, own) | {"title": "Something else"}
    client.post(own, form_of(client, own) | {"then": "review"})

    answer = client.post(own, sent)

    assert answer.status_code == 422
    desk.draft.refresh_from_db()
    assert (desk.draft.state, desk.draft.title == "Something else") == ("submitted", False)


def test_what_is_missing_leads_to_its_field(client, desk):
    own = f"/merchant/{desk.merchant.slug}/products/{desk.draft.pk}/"

    page = client.get(own).content.decode()
    typed = form_of(client, own) | {"title": "Typed last", "then": "review"}
    answer = client.post(own, typed, follow=True)

    assert f'href="{own}pictures/">Add a picture' in page
    assert "Some things are missing, listed below." in answer.text
    desk.draft.refresh_from_db()
    assert (desk.draft.state, desk.draft.title) == ("draft", "Typed last")


def test_what_is_sent_for_review_is_what_was_typed(client, desk):
    make.shown_picture(desk.draft)
    own = f"/merchant/{desk.merchant.slug}/products/{desk.draft.pk}/"

    client.post(own, form_of(client, own) | {"title": "Typed last", "then": "review"})

    desk.draft.refresh_from_db()
    assert (desk.draft.state, desk.draft.title) == ("submitted", "Typed last")


def test_what_is_refused_is_not_sent_for_review(client, desk):
    make.shown_picture(desk.draft)
    own = f"/merchant/{desk.merchant.slug}/products/{desk.draft.pk}/"

    answer = client.post(own, form_of(client, own) | {"title": "", "then": "review"})

    assert answer.status_code == 422
    desk.draft.refresh_from_db()
    assert desk.draft.state == "draft"


def test_an_editor_takes_no_size_off_sale(client, clock_at):
    clock_at(NOON)
    store = make.merchant()
    product = make.product(of=store, option_names=["Size"])
    _small, large = (make.variant(of=product, options=[size]) for size in "SL")
    client.force_login(make.member(store, role="editor"))
    where = f"/merchant/{store.slug}/products/{product.pk}/"
    page = client.get(where).context
    form, grid = page["form"], page["grid"]
    sent = {name: form[name].value() for name in form.fields}
    sent |= {f"v-{key}": grid.management_form[key].value() for key in grid.management_form.fields}
    for row in grid.forms:
        sent |= {row.add_prefix(name): row[name].value() for name in row.fields}
    sent = {name: ", ".join(value) if isinstance(value, list) else value
            for name, value in sent.items() if value not in (None, False)}  # fmt: skip

    answer = client.post(where, sent | {"v-1-is_off": "on"})

    assert answer.status_code == 422
    assert "Whoever changes prices takes a size off sale or back." in answer.text
    large.refresh_from_db()
    assert large.is_active
