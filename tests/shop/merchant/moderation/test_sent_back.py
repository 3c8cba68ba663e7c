"""Who reads a product again is shown why it was sent back, and what differs since."""

from dataclasses import replace

import pytest

from shop.merchant.moderation.sent_back import sent_back
from shop.storefront.listings import publish
from shop.storefront.listings.edit import edit_product, newest_edit, words_of
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    made = make.draft(make.merchant(), title="Kettle", summary="Made of tin.")
    make.shown_picture(made)
    return made


def submitted(product):
    publish.submit(product, at=NOON, by=make.user())


def edited(product, **words):
    newest = newest_edit(product)
    edit_product(
        product, replace(words_of(product), **words), [], version=newest.pk if newest else 0,
        at=NOON, by=make.user(),
    )  # fmt: skip
    product.refresh_from_db()


def sides(found):
    return {
        row.name: tuple("".join(text for _differs, text in side)
                        for side in (row.before, row.after))
        for row in found.words
    }  # fmt: skip


def test_a_first_submission_has_nothing_before_it(draft):
    submitted(draft)

    assert sent_back(draft) is None


def test_what_differs_since_is_shown_from_what_was_read_to_what_is_there(draft):
    submitted(draft)
    publish.request_changes(draft, "Say what it is made of.", at=NOON, by=organizer())
    draft.refresh_from_db()
    edited(draft, summary="Made of iron.")
    edited(draft, summary="Made of iron by hand.", title="Iron kettle")
    edited(draft, title="Kettle")  # as it was
    submitted(draft)

    found = sent_back(draft)

    assert found.line.reason == "Say what it is made of."
    assert sides(found) == {"In one sentence": ("Made of tin.", "Made of iron by hand.")}
    assert not found.has_other_pictures


def test_the_desk_shows_it_to_who_decides(client, draft):
    submitted(draft)
    publish.request_changes(draft, "Say what it is made of.", at=NOON, by=organizer())
    draft.refresh_from_db()
    edited(draft, category_id=make.product().category_id, summary="Made of iron.")
    submitted(draft)
    client.force_login(organizer("reviewer"))

    page = client.get(f"/organize/new-products/{draft.pk}/").text

    assert "It was sent back before" in page
    assert "Say what it is made of." in page
    assert "<ins>" in page
    assert "<del>" in page
