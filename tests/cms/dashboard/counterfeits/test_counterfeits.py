"""A counterfeit that was approved as a kettle: nobody sees it, and organizers end it."""

import re
from datetime import timedelta

import pytest

from shop.catalogue.models import Product
from tests.cms.dashboard.counterfeits.steps import (
    TELEPHONE,
    as_,
    assert_clean,
    page_of,
    rewrite,
    shown,
)
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
NOW = NOON


def test_shoppers_never_see_a_counterfeit_on_any_page_kept_or_not(
    client, clock_at, kettle, swindler, own
):
    clock_at(NOON)
    assert_clean(shown(client, kettle))

    rewrite(as_(client, swindler), kettle, own)

    for moment in (NOON, NOON + timedelta(seconds=5), NOON + timedelta(hours=1)):
        clock_at(moment)
        assert_clean(shown(client, kettle))
    mine = as_(client, swindler).get(own).text
    assert "Your change waits for a look" in mine
    assert "<del>Copper kettle</del>" in mine
    listed = client.get(f"/merchant/{kettle.merchant.slug}/products/").text
    assert "A change waits for a look" in listed


def test_an_organizer_finds_it_and_sees_before_and_after(client, desk, kettle, swindler, own):
    rewrite(as_(client, swindler), kettle, own)
    desk = as_(client, organizer("reviewer"))

    assert "1 change of what shoppers see" in desk.get("/organize/").text
    listed = desk.get("/organize/changes/", {"q": "copper"}).text
    page = desk.get(re.search(r"/organize/changes/\d+/", listed)[0]).text

    for part in (
        "<del>Copper kettle</del>", "<ins>Rolex Submariner</ins>", "Watches",
        "A Rolex", "A kettle on a table", TELEPHONE,
    ):  # fmt: skip
        assert part in page, part


def test_its_store_reads_why_it_was_refused(client, desk, refused, swindler, own, mailoutbox):
    run_queued_work()

    assert "A counterfeit." in mailoutbox[-1].body
    mine = as_(client, swindler).get(own).text
    assert "Your change was not approved" in mine
    assert "A counterfeit." in mine
    desk = as_(client, organizer())
    assert "No change waits." in desk.get("/organize/changes/").text
    assert "Copper kettle" in desk.get("/organize/changes/", {"state": "refused"}).text


def test_the_effect_of_a_take_down_is_said_before_and_a_reason_is_needed(client, desk, kettle):
    where = f"/organize/new-products/{kettle.pk}/take-down/"

    assert "Nothing of Copper kettle" in desk.get(where).text
    assert desk.post(where, {"reason": ""}).status_code == 422

    assert page_of(client, kettle).status_code == 200


def test_what_is_down_is_nowhere_and_its_store_cannot_put_it_back(
    client, desk, down, kettle, swindler, own
):
    assert page_of(client, kettle).status_code == 404
    assert "Copper kettle" not in shown(client, kettle)

    assert "Its store sells counterfeits." in as_(client, swindler).get(own).text
    for way in ("submit/", "withdraw/"):
        as_(client, swindler).post(f"{own}{way}")
        assert page_of(client, kettle).status_code == 404


def test_what_is_put_back_is_what_was_approved_and_all_is_in_the_log(client, desk, down, kettle):
    as_(client, organizer()).post(f"/organize/new-products/{kettle.pk}/put-back/")

    assert_clean(shown(client, kettle))
    said = as_(client, organizer()).get(f"/organize/new-products/{kettle.pk}/").text
    for word in ("change proposed", "change refused", "taken down", "put back"):
        assert f"product {word}" in said


def test_reviewers_find_a_published_product_in_the_list_and_its_buttons(desk, kettle):
    page = desk.get("/organize/desk_products/", {"q": "copper"}).text
    assert f"/organize/new-products/{kettle.pk}/" in page

    product = desk.get(f"/organize/new-products/{kettle.pk}/").text
    assert f"/organize/new-products/{kettle.pk}/take-down/" in product
    Product.objects.filter(pk=kettle.pk).update(state="taken_down", review_note="Bad")
    product = desk.get(f"/organize/new-products/{kettle.pk}/").text
    assert f"/organize/new-products/{kettle.pk}/put-back/" in product
