import pytest
from wagtail.users.models import UserProfile

from cms.models import FestivalPage
from tests import make, pages

pytestmark = pytest.mark.django_db


def test_an_editor_whom_wagtail_does_not_know_yet_can_look_ahead(client, rf):
    page = FestivalPage(title="Spring", slug="spring", festival=make.festival())
    editor = pages.editor()
    client.force_login(editor)
    request = rf.get("/organize/", HTTP_COOKIE=f"sessionid={client.cookies['sessionid'].value}")

    answer = page.make_preview_request(original_request=request, preview_mode="start")

    assert answer.status_code == 200
    assert UserProfile.objects.filter(user=editor).exists()
