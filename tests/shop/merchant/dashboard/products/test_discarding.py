"""Pictures that nothing shows any more are gone, with their files; what orders show stays."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tasks_db.models import DBTaskResult

from cms.models import StoryPage
from shop.core.images.cleanup import files_of
from shop.core.images.models import Picture
from shop.merchant.moderation import pictures
from shop.orders.models import OrderLine
from tests import pages
from tests.hostile_files import picture
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.merchant.dashboard.desk import look

pytestmark = pytest.mark.django_db


def file() -> SimpleUploadedFile:
    return SimpleUploadedFile("kettle.jpg", picture(), "image/jpeg")


@pytest.fixture
def own(desk):
    return desk.address("{store}/products/{product}/pictures/")


@pytest.fixture
def added(client, desk, own, media):
    """Add a picture to the product and return its row; its files stand in the media folder."""
    client.post(own, {"files": [file()], "alt": "The spout"})
    look(desk)
    run_queued_work()
    assert len(files(media)) > 3
    return desk.product.shown_pictures.get(picture__alt="The spout")


@pytest.fixture
def remove(client, desk, own, added):
    """Give a way to take that picture off, and let an organizer approve it."""

    def take_off() -> None:
        client.post(f"{own}{added.picture_id}/", {"do": "remove"})
        look(desk)

    return take_off


def delete_files() -> None:
    """Run what was queued to delete files; Wagtail's own work would look for what is gone."""
    for row in DBTaskResult.objects.filter(task_path__endswith=".delete_files"):
        row.task.func(*row.args_kwargs["args"])


def files(media) -> list:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_picture_that_is_taken_off_goes_with_its_files(remove, media):
    remove()

    assert not Picture.objects.filter(alt="The spout").exists()
    assert files(media)  # until the transaction is through
    delete_files()
    assert files(media) == []


def test_a_picture_that_an_order_shows_stays(client, desk, own, added, remove, media):
    client.post(f"{own}{added.picture_id}/", {"do": "cover"})
    OrderLine.objects.filter(product=desk.product).update(
        picture=Picture.objects.get(alt="The spout").sizes["jpeg"]["320"]
    )

    remove()
    delete_files()

    assert not desk.product.shown_pictures.filter(pk=added.pk).exists()
    assert Picture.objects.filter(alt="The spout").exists()
    assert len(files(media)) > 3


@pytest.mark.parametrize("place", ["head", "block", "store"])
def test_a_picture_that_is_shown_elsewhere_stays(desk, added, remove, media, place):
    if place == "head":
        pages.page(StoryPage, picture=added.picture)
    elif place == "block":
        pages.page(StoryPage, body=[("picture", {"picture": added.picture})])
    else:
        desk.merchant.logo = added.picture
        desk.merchant.save()
    run_queued_work()

    remove()
    delete_files()

    assert Picture.objects.filter(alt="The spout").exists()
    assert len(files(media)) > 3


def test_a_logo_that_is_replaced_goes_with_its_files(client, desk, media):
    where = desk.address("{store}/profile/")
    for words in ("The old one", "The new one"):
        client.post(where, {"what": "logo", "files": file(), "alt": words})
        look(desk, page=True)
        run_queued_work() if words == "The old one" else delete_files()

    assert not Picture.objects.filter(alt="The old one").exists()
    desk.merchant.refresh_from_db()
    assert desk.merchant.logo.alt == "The new one"
    left = {str(path.relative_to(media)) for path in files(media)}
    assert left == set(files_of(desk.merchant.logo))


def test_a_picture_that_came_too_late_is_not_kept(desk, media):
    product = desk.product
    type(product).objects.filter(pk=product.pk).update(state="submitted")

    with pytest.raises(pictures.NotPossible):
        pictures.add_picture(product, file(), alt="Too late", at=NOON, by=desk.member)
    delete_files()

    assert not Picture.objects.filter(alt="Too late").exists()
    assert files(media) == []
