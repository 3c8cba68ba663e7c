"""What the first pages show is known from the pages themselves."""

import re

import pytest
from django.test import Client

from sample import first_screens
from shop.core.images.renditions import make_modern_sizes


@pytest.mark.django_db
@pytest.mark.usefixtures("six_stores")
def test_each_picture_of_the_first_pages_is_made_ready_as_wide_as_it_is_asked_for():
    pages = [Client().get(path).text for path in first_screens.PAGES]
    cards = set(re.findall(r'src="(/media/products/[^"]+-320\.jpg)"', " ".join(pages)))

    shown = {row.sizes["jpeg"]["320"]: (row, up_to) for row, up_to in first_screens._shown()
             if "320" in row.sizes["jpeg"]}  # fmt: skip

    assert len(cards) >= 24
    assert cards <= shown.keys()
    row, up_to = shown[min(cards)]
    assert up_to in (640, 1200)
    assert not first_screens._is_ready(row, up_to)
    make_modern_sizes(row, up_to=640)
    assert first_screens._is_ready(row, 640)
    assert not first_screens._is_ready(row, 1200)
