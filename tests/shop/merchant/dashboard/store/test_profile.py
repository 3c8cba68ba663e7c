"""A store tells its own story; name, country and money are not its to change."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shop.festivals.models import ChangeLog
from shop.merchant.moderation.models import PendingChange
from tests import make
from tests.hostile_files import REFUSED, picture
from tests.shop.merchant.dashboard.desk import EVIL, look

pytestmark = pytest.mark.django_db
TOLD = {"tagline": "Kettles that sing.", "story": "We beat copper.\r\nBy hand.", "founded": "1994",
        "makers": "7", "low_stock": "3"}  # fmt: skip


@pytest.fixture
def profile(desk):
    return desk.address("{store}/profile/")


def test_words_are_saved_and_logged_and_nothing_else_can_be(client, desk, profile):
    more = {"name": "Mine", "country": "US", "commission_bp": "0", "slug": "x", "state": "approved",
            "certifications": ["Halal"]}  # fmt: skip

    assert client.post(profile, TOLD | more).status_code == 302

    before = desk.merchant
    assert type(before).objects.get(pk=before.pk).story == ""  # until somebody has looked
    assert client.get(profile).context["form"]["story"].value() == "We beat copper.\nBy hand."
    look(desk, page=True)
    after = type(before).objects.get(pk=before.pk)
    assert (after.tagline, after.story) == ("Kettles that sing.", "We beat copper.\nBy hand.")
    assert after.low_stock == 3
    kept = ("name", "country", "commission_bp", "slug", "ship_region", "certifications",
            "reserve_bp")  # fmt: skip
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    log = ChangeLog.objects.get(subject="merchant", action="propose")
    assert (log.by, log.after["founded"]) == (desk.member, 1994)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"founded": "2030"}, "Enter a year that has begun."),
        ({"makers": "-1"}, "greater than or equal to 1"),
        ({"tagline": "a" * 121}, "at most 120"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_saved(client, desk, profile, wrong, said):
    answer = client.post(profile, TOLD | wrong)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    desk.merchant.refresh_from_db()
    assert desk.merchant.story == ""


def test_hostile_words_stay_words(client, desk, profile):
    client.post(profile, TOLD | {"tagline": EVIL, "story": EVIL})
    look(desk, page=True)

    page = client.get(profile).content.decode()
    shop = client.get(f"/stores/{desk.merchant.slug}/").content.decode()
    assert "<img src=x" not in page + shop


def test_who_was_overtaken_sees_both_and_nothing_is_lost(client, desk, profile):
    seen = client.get(profile).context["form"]["version"].value()
    colleague = make.member(desk.merchant)
    client.force_login(colleague)
    theirs = TOLD | {"version": seen, "tagline": "Theirs", "makers": "9"}
    assert client.post(profile, theirs).status_code == 302
    client.force_login(desk.member)

    answer = client.post(profile, TOLD | {"version": seen, "tagline": "Mine"})

    assert answer.status_code == 422
    assert f"Saved by {colleague.name}" in answer.text
    assert answer.context["form"].stored == [
        ("In one sentence", "Theirs"), ("How many people work there", "9"),
    ]  # fmt: skip
    assert answer.context["form"]["tagline"].value() == "Mine"
    assert PendingChange.objects.get(merchant=desk.merchant).words["tagline"] == "Theirs"
    again = {"version": answer.context["form"]["version"].value(), "tagline": "Mine"}
    assert client.post(profile, TOLD | again).status_code == 302
    look(desk, page=True)
    desk.merchant.refresh_from_db()
    assert desk.merchant.tagline == "Mine"


@pytest.mark.parametrize("which", ["logo", "banner"])
def test_logo_and_banner_are_uploaded_like_any_picture(client, desk, profile, which):
    good = {"what": which, "alt": "Our door",
            "files": SimpleUploadedFile("door.png", picture("PNG", (1200, 400)))}  # fmt: skip
    assert client.post(profile, good).status_code == 302
    desk.merchant.refresh_from_db()
    assert getattr(desk.merchant, which) is None  # until somebody has looked
    look(desk, page=True)
    desk.merchant.refresh_from_db()
    made = getattr(desk.merchant, which)
    assert made.sizes["jpeg"]

    evil = good | {"files": SimpleUploadedFile("door.png", REFUSED["svg"][0]())}
    answer = client.post(profile, evil)

    assert answer.status_code == 422
    desk.merchant.refresh_from_db()
    assert getattr(desk.merchant, which) == made
    assert desk.merchant.tagline == ""


def test_a_picture_of_something_else_is_nothing(client, desk, profile):
    sent = {"what": "commission_bp", "files": SimpleUploadedFile("a.jpg", picture()), "alt": "x"}

    assert client.post(profile, sent).status_code == 422
