"""Pictures on the desk: several at once, each with words; the first one is the cover."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shop.core.images.models import Picture
from shop.festivals.models import ChangeLog
from shop.merchant.dashboard.products.picture_views import about
from shop.merchant.moderation.contents import album_of
from shop.merchant.moderation.models import PendingChange
from shop.storefront.listings.models import Listing
from tests import make
from tests.hostile_files import NAMES, REFUSED, picture
from tests.shop.merchant.dashboard.desk import EVIL, look

pytestmark = pytest.mark.django_db


def file(name="kettle.jpg", content=None):
    return SimpleUploadedFile(name, picture() if content is None else content, "image/jpeg")


@pytest.fixture
def pictures(desk):
    return desk.address("{store}/products/{product}/pictures/")


def shown(product):
    """Return the pictures as the store wants them; of a product on sale they wait for a look."""
    pending_change = PendingChange.objects.filter(product=product).first()
    return [(place, row.alt) for place, row in enumerate(album_of(product, pending_change))]


def test_several_pictures_come_at_once_each_with_its_words(client, desk, pictures):
    sent = {"files": [file(), file("lid.png", picture("PNG"))], "alt": ["The spout", "The lid"]}

    assert client.post(pictures, sent).status_code == 302

    assert shown(desk.product) == [(0, "A kettle on a table"), (1, "The spout"), (2, "The lid")]


def test_without_script_one_description_counts_for_all(client, desk, pictures):
    client.post(pictures, {"files": [file(), file()], "alt": "A kettle"})

    assert shown(desk.product)[1:] == [(1, "A kettle"), (2, "A kettle")]


def test_what_is_refused_is_named_and_the_others_are_taken(client, desk, pictures):
    evil = file("<b>evil\u202egpj.html", REFUSED["html"][0]())

    answer = client.post(pictures, {"files": [evil, file()], "alt": "A kettle"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "&lt;b&gt;evilgpj.html: Choose a picture in JPEG" in page
    assert "<b>evil" not in page
    assert len(shown(desk.product)) == 2


def test_a_name_is_told_without_what_cannot_be_seen():
    assert about("evil\u202egpj.html", "No.") == "evilgpj.html: No."
    assert about("\u202e", "No.") == "No."


@pytest.mark.parametrize("sent", [{}, {"alt": "A kettle"}, {"files": "no file", "alt": "x"}])
def test_a_form_without_a_file_says_so(client, pictures, sent):
    assert client.post(pictures, sent).status_code == 422


def test_a_picture_needs_words(client, desk, pictures):
    answer = client.post(pictures, {"files": [file()], "alt": " \u200f "})

    assert answer.status_code == 422
    assert "Describe the picture" in answer.content.decode()
    assert len(shown(desk.product)) == 1


def test_there_are_twelve_at_the_most(client, desk, pictures):
    for number in range(11):
        make.shown_picture(desk.product, alt=f"Kettle {number}")

    answer = client.post(pictures, {"files": [file()], "alt": "One more"})

    assert answer.status_code == 422
    assert "12 pictures at the most" in answer.content.decode()
    assert not Picture.objects.filter(alt="One more").exists()


def test_another_picture_becomes_the_cover_and_cards_show_it(client, desk, pictures):
    second = make.shown_picture(desk.product, alt="From above")

    client.post(f"{pictures}{second.picture_id}/", {"do": "cover"})

    assert shown(desk.product) == [(0, "From above"), (1, "A kettle on a table")]
    look(desk)
    assert Listing.objects.get(pk=desk.product.pk).picture["alt"] == "From above"
    client.post(f"{pictures}{second.picture_id}/", {"do": "later"})
    assert shown(desk.product)[1] == (1, "From above")
    client.post(f"{pictures}{second.picture_id}/", {"do": "later"})
    assert shown(desk.product)[1] == (1, "From above")


def test_words_can_be_changed_but_not_taken_away(client, desk, pictures):
    address = f"{pictures}{desk.picture.picture_id}/"

    client.post(address, {"do": "describe", "alt": EVIL})
    client.post(address, {"do": "describe", "alt": "  "})

    (_place, alt), *_rest = shown(desk.product)
    assert alt.startswith('">')
    page = client.get(pictures).content.decode()
    assert "<img src=x" not in page


def test_a_product_on_sale_keeps_its_last_picture_and_a_draft_need_not(client, desk, pictures):
    client.post(f"{pictures}{desk.picture.picture_id}/", {"do": "remove"})
    assert len(shown(desk.product)) == 1
    only = make.shown_picture(desk.draft)

    address = f"/merchant/{desk.merchant.slug}/products/{desk.draft.pk}/pictures/{only.picture_id}/"
    client.post(address, {"do": "remove"})

    assert shown(desk.draft) == []


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_hurt_nobody(client, desk, pictures, name):
    answer = client.post(pictures, {"files": [file(name)], "alt": "A kettle"})

    assert answer.status_code in (302, 422)
    assert len(shown(desk.product)) == (2 if answer.status_code == 302 else 1)


def test_what_is_far_too_large_is_dropped_on_its_way_and_named(client, desk, pictures):
    huge = file("huge.jpg", picture() + bytes(13 * 1024 * 1024))

    answer = client.post(pictures, {"alt": "A kettle", "files": [huge, file()]})

    assert answer.status_code == 422
    assert "huge.jpg: The file must be smaller than 10 MB" in answer.content.decode()
    assert len(shown(desk.product)) == 2


def test_too_many_files_at_once_are_no_request_we_read(client, desk, pictures):
    answer = client.post(pictures, {"alt": "A kettle", "files": [file() for _ in range(21)]})

    assert answer.status_code == 400
    assert len(shown(desk.product)) == 1


def test_a_picture_that_is_marked_as_an_illustration_says_so_on_the_page(client, desk, pictures):
    make.variant(of=desk.product)
    row = desk.product.pictures.get()

    assert client.post(f"{pictures}{row.pk}/", {"do": "illustration"}).status_code == 302

    page = client.get(f"/products/{desk.product.slug}/")
    assert '<figcaption class="tag">Illustration</figcaption>' in page.text
    assert "Mark as photograph" in client.get(pictures).text
    line = ChangeLog.objects.get(action="picture_mark")
    assert (line.by, line.after) == (desk.member, {"picture": row.pk, "is_illustration": True})
    assert not PendingChange.objects.exists()  # nobody has to look at it first

    client.post(f"{pictures}{row.pk}/", {"do": "photograph"})
    assert not Picture.objects.filter(is_illustration=True).exists()
    assert "Mark as illustration" in client.get(pictures).text


def test_a_picture_of_another_store_cannot_be_marked(client, desk, pictures):
    other = make.shown_picture(make.product(of=make.merchant(name="Others")))

    assert client.post(f"{pictures}{other.picture_id}/", {"do": "illustration"}).status_code == 404

    assert not Picture.objects.filter(is_illustration=True).exists()
