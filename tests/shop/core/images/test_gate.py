"""Members upload images one request at a time; most threads of a process stay free for pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shop.core.images import gate
from shop.core.images.clean import PictureRefused
from shop.core.images.gate import one_at_a_time
from shop.core.images.models import Picture
from tests import make
from tests.hostile_files import picture

pytestmark = pytest.mark.django_db


def test_a_second_upload_of_the_same_member_is_refused_at_once_and_the_first_goes_on():
    member, done = make.user(), []

    with one_at_a_time(member):
        with (
            pytest.raises(PictureRefused, match="Your last upload is still being worked on"),
            one_at_a_time(member),
        ):
            done.append("second")
        done.append("first")
    with one_at_a_time(member):
        done.append("later")

    assert done == ["first", "later"]


def test_no_more_than_two_threads_of_a_process_wait_for_images():
    members = [make.user() for _n in range(3)]

    with (
        one_at_a_time(members[0]),
        one_at_a_time(members[1]),
        pytest.raises(PictureRefused, match="Many pictures are coming in just now"),
        one_at_a_time(members[2]),
    ):
        pass
    with one_at_a_time(members[2]):
        assert gate.PLACES.acquire(blocking=False)
        gate.PLACES.release()


def test_a_place_is_free_again_after_an_upload_that_failed():
    member = make.user()

    with pytest.raises(ZeroDivisionError), one_at_a_time(member):
        raise ZeroDivisionError

    with one_at_a_time(member):
        pass


def test_a_member_whose_place_is_taken_reads_so_on_the_page(client):
    merchant = make.merchant()
    member = make.member(merchant)
    product = make.draft(merchant)
    client.force_login(member)

    with one_at_a_time(member):
        answer = client.post(
            f"/merchant/{merchant.slug}/products/{product.pk}/pictures/",
            {"files": [SimpleUploadedFile("bag.jpg", picture())], "alt": "A bag"},
        )

    assert answer.status_code == 422
    assert "Your last upload is still being worked on." in answer.text
    assert not Picture.objects.exists()
