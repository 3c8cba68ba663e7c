"""The grid of variants: what is on sale keeps what it needs, and stale rows lose nothing."""

import pytest

from shop.catalogue.models import Variant
from tests.shop.merchant.dashboard.desk import look
from tests.shop.merchant.dashboard.products.test_edit import form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(desk):
    return desk.address("{store}/products/{product}/")


@pytest.fixture
def sized(client, desk, own):
    """Give the product on sale a small and a large variant, and return its address."""
    sent = form_of(client, own) | {
        "option_names": "Size", "v-0-first": "Large",
        "v-1-first": "Small", "v-1-sku": "K-S", "v-1-price": "9.00", "v-1-weight_g": "400",
    }  # fmt: skip
    assert client.post(own, sent).status_code == 302
    look(desk)
    return own


@pytest.mark.parametrize("row", [0, 1])
def test_a_variant_on_sale_keeps_its_weight(client, desk, own, row):
    sent = form_of(client, own) | {
        "option_names": "Size", "v-0-first": "Large",
        "v-1-first": "Small", "v-1-sku": "K-S", "v-1-price": "9.00", "v-1-weight_g": "400",
        f"v-{row}-weight_g": "",
    }  # fmt: skip

    answer = client.post(own, sent)

    assert answer.status_code == 422
    assert "Give every size its packed weight" in answer.text
    desk.variant.refresh_from_db()
    assert desk.variant.weight_g == 500
    assert not Variant.objects.filter(sku="K-S").exists()


def test_a_draft_may_lack_weights(client, desk):
    own = desk.address("{store}/products/{draft}/")

    assert client.post(own, form_of(client, own) | {"v-0-weight_g": ""}).status_code == 302

    assert desk.draft.variants.get().weight_g == 0


def test_a_row_that_is_taken_away_is_not_judged_and_stays_as_it_is_stored(client, desk, sized):
    sku = desk.variant.sku
    sent = form_of(client, sized) | {
        "v-0-is_off": "on", "v-0-sku": "", "v-0-weight_g": "-1", "v-0-first": "",
        "v-2-is_off": "on", "v-2-sku": "K-S", "v-2-price": "nothing",
    }  # fmt: skip

    assert client.post(sized, sent).status_code == 302
    assert client.post(sized, form_of(client, sized)).status_code == 302

    desk.variant.refresh_from_db()
    facts = (desk.variant.is_active, desk.variant.sku, desk.variant.weight_g, desk.variant.options)
    assert facts == (False, sku, 500, ["Large"])
    assert Variant.objects.get(sku="K-S").is_active


def test_the_sku_of_what_was_on_sale_is_not_free_because_its_row_is_taken_away(client, desk, sized):
    sent = form_of(client, sized) | {
        "v-0-is_off": "on", "v-0-sku": "OTHER", "v-1-sku": desk.variant.sku,
    }  # fmt: skip

    answer = client.post(sized, sent)

    assert answer.status_code == 422
    assert f"The SKU {desk.variant.sku} is used already." in answer.text
    desk.variant.refresh_from_db()
    assert desk.variant.is_active


def test_the_sku_of_what_was_never_on_sale_is_free_once_its_row_is_taken_away(client, desk):
    own = desk.address("{store}/products/{draft}/")
    sku = f"DRAFT-{desk.draft.pk}"

    client.post(own, form_of(client, own) | {"v-0-is_off": "on", "v-1-sku": sku})

    made = desk.draft.variants.get()
    assert (made.sku, made.weight_g) == (sku, 0)


def test_a_row_without_a_sku_is_asked_for_it_and_not_passed_over(client, desk, own):
    blank = dict.fromkeys(("v-0-sku", "v-0-price", "v-0-units", "v-0-weight_g"), "")

    answer = client.post(own, form_of(client, own) | blank)

    assert answer.status_code == 422
    assert "Enter a SKU of your own" in answer.text


def test_what_was_added_meanwhile_stands_in_the_overtaken_form_and_stays(client, desk, own):
    mine = form_of(client, own) | {"v-0-weight_g": "650"}
    theirs = form_of(client, own) | {
        "option_names": "Size", "v-0-first": "Large",
        "v-1-first": "Small", "v-1-sku": "K-S", "v-1-price": "9.00", "v-1-weight_g": "400",
    }  # fmt: skip
    assert client.post(own, theirs).status_code == 302

    page = client.post(own, mine)

    assert page.status_code == 422
    stored = dict(page.context["form"].stored)
    assert stored["K-S"] == "Small, 400 g. Added meanwhile."
    assert stored[desk.variant.sku] == "Large, 500 g"
    (added,) = [row for row in page.context["grid"].forms if row["sku"].value() == "K-S"]
    assert (added["first"].value(), added["weight_g"].value()) == ("Small", 400)
    rows = {field.html_name: field.value() for row in page.context["grid"].forms for field in row}
    again = mine | {name: value for name, value in rows.items() if value not in (None, False)}
    again |= {
        "version": page.context["form"]["version"].value(), "option_names": "Size",
        "v-0-first": "Large", "v-TOTAL_FORMS": len(page.context["grid"].forms),
    }  # fmt: skip
    assert client.post(own, again).status_code == 302
    desk.variant.refresh_from_db()
    assert desk.variant.weight_g == 650
    look(desk)
    assert Variant.objects.get(sku="K-S").is_active


def test_what_was_taken_away_meanwhile_is_said_before_saving_puts_it_back(client, desk, sized):
    mine = form_of(client, sized) | {"title": "Kettle"}
    assert client.post(sized, form_of(client, sized) | {"v-1-is_off": "on"}).status_code == 302

    page = client.post(sized, mine)

    assert page.status_code == 422
    assert dict(page.context["form"].stored)["K-S"] == "Taken away. Saving puts it back."
    assert not Variant.objects.get(sku="K-S").is_active


def test_a_draft_row_that_was_thrown_away_meanwhile_is_still_in_the_form(client, desk):
    own = desk.address("{store}/products/{draft}/")
    mine = form_of(client, own) | {"v-0-weight_g": "700"}
    sku = mine["v-0-sku"]
    client.post(own, form_of(client, own) | {"v-0-is_off": "on"})

    page = client.post(own, mine)

    assert page.status_code == 422
    assert dict(page.context["form"].stored)[sku] == "Taken away. Saving puts it back."
    assert page.context["grid"].forms[0]["weight_g"].value() == "700"
    assert not desk.draft.variants.exists()


def test_a_choice_that_was_added_meanwhile_is_not_added_a_second_time(client, desk, sized):
    new = {"v-2-first": "Tiny", "v-2-sku": "K-T1", "v-2-price": "5.00", "v-2-weight_g": "90"}
    mine = form_of(client, sized) | new
    client.post(sized, form_of(client, sized) | new | {"v-2-sku": "K-T2"})
    look(desk)

    page = client.post(sized, mine)
    grid = page.context["grid"]
    rows = {field.html_name: field.value() for row in grid.forms for field in row}
    again = mine | {name: value for name, value in rows.items() if value not in (None, False)}
    again |= {"version": page.context["form"]["version"].value(), "v-TOTAL_FORMS": len(grid.forms)}
    answer = client.post(sized, again)

    assert "Two rows stand for the same choice" in answer.text
    assert Variant.objects.filter(options=["Tiny"]).count() == 1
