"""Every block that a page can be built from has an icon, an example, and its phases."""

import pytest
from django.urls import reverse

from cms.blocks.body import LESSON_BODY, SHOP_BODY
from cms.models import HomePage, LessonPage
from tests import make, pages
from tests.cms.dashboard.people import organizer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("compared")]
OF = {name: HomePage for name, _block in SHOP_BODY} | {
    name: LessonPage for name, _block in LESSON_BODY if name not in dict(SHOP_BODY)
}


@pytest.mark.parametrize("name", OF)
def test_a_block_has_icon_example_and_phases(client, name):
    pages.home()
    make.festival()
    client.force_login(organizer())
    block = OF[name]._meta.get_field("body").stream_block.child_blocks[name]

    example = client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})

    assert example.status_code == 200
    assert block.meta.icon != "placeholder"
    assert block.meta.description
    assert "phases" in block.child_blocks
