"""What organizers and merchandisers do in Wagtail: both write, the organizer publishes."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents.models import Document
from wagtail.models import Locale, Page

from cms.models import HomePage, StoryIndexPage, StoryPage
from cms.roles import EDITORS
from shop.core.images.models import Picture
from shop.core.images.upload import store
from tests import make, pages
from tests.cms.dashboard.people import BEFORE, GROUPS, organizer
from tests.hostile_files import picture
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
OTHERS = [group for group in GROUPS if group not in EDITORS]


@pytest.fixture(autouse=True)
def files(settings, tmp_path, clock_at):
    clock_at(BEFORE)
    settings.MEDIA_ROOT = tmp_path


def enter(client, group):
    user = organizer(group)
    client.force_login(user)
    return user


def upload(client, title="A jar"):
    file = SimpleUploadedFile("jar.jpg", picture(), "image/jpeg")
    return client.post(
        "/organize/images/add/", {"title": title, "alt": "Clay", "tags": "", "file": file}
    )


def write_down(client):
    file = SimpleUploadedFile("terms.pdf", b"%PDF-1.4 terms", "application/pdf")
    return client.post("/organize/documents/add/", {"title": "Terms", "tags": "", "file": file})


@pytest.mark.parametrize("group", EDITORS)
def test_editors_upload_pictures_and_documents(client, group):
    enter(client, group)

    assert upload(client).status_code == 302
    assert write_down(client).status_code == 302

    assert (Picture.objects.get().title, Document.objects.get().title) == ("A jar", "Terms")
    for place in ("images/", "documents/", "images/chooser/", "documents/chooser/"):
        assert client.get(f"/organize/{place}").status_code == 200
    client.logout()
    assert client.get(Document.objects.get().url).status_code == 200


@pytest.mark.parametrize("group", EDITORS)
def test_editors_send_visitors_of_an_old_address_to_the_new_one(client, group):
    page = pages.page(StoryPage, slug="shea")
    enter(client, group)
    sent = {"old_path": "/old-shea/", "redirect_page": page.pk, "is_permanent": "on"}

    answer = client.post("/organize/redirects/add/", sent)

    assert answer.status_code == 302
    assert Redirect.objects.get().redirect_page.pk == page.pk
    assert client.get("/old-shea/").headers["Location"] == pages.address(page)


@pytest.mark.parametrize("group", EDITORS)
def test_editors_begin_a_translation_which_is_a_draft(client, group):
    french, _ = Locale.objects.get_or_create(language_code="fr")
    page = pages.page(StoryPage, title="Shea")
    pages.translated(HomePage.objects.get(), "fr")
    pages.translated(StoryIndexPage.objects.get(locale__language_code="en"), "fr")
    enter(client, group)

    answer = client.post(f"/organize/translation/submit/page/{page.pk}/", {"locales": french.pk})

    assert answer.status_code == 302
    made = page.get_translation(french)
    assert not made.live


@pytest.mark.parametrize("group", OTHERS)
def test_nobody_else_does(client, group):
    page = pages.page(StoryPage)
    french, _ = Locale.objects.get_or_create(language_code="fr")
    enter(client, group)

    upload(client)
    write_down(client)
    client.post("/organize/redirects/add/", {"old_path": "/x/", "redirect_link": "/y/"})
    client.post(f"/organize/translation/submit/page/{page.pk}/", {"locales": french.pk})

    assert not Picture.objects.exists()
    assert not Document.objects.exists()
    assert not Redirect.objects.exists()
    assert not page.get_translations().exists()


@pytest.fixture
def story():
    """Return a published page and a draft, each in the list of stories."""
    live = pages.page(StoryPage, title="Read already", slug="live")
    draft = pages.page(StoryPage, title="New", slug="draft", live=False)
    return {"live": live.pk, "draft": draft.pk, "list": live.get_parent().pk}


def fields(client, where):
    """Return what the form of a page sends as it stands."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", client.get(where).text):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag:
            found[name[1]] = value[1] if value else ""
    return found


def edited(client, pk, **facts):
    where = f"/organize/pages/{pk}/edit/"
    sent = {"title": "Written over", "slug": f"over-{pk}", "body-count": "0", "introduction": ""}
    return client.post(where, fields(client, where) | sent | facts)


WAYS = {
    "publish a draft": lambda c, s: edited(c, s["draft"], **{"action-publish": "action-publish"}),
    "publish a change": lambda c, s: edited(c, s["live"], **{"action-publish": "action-publish"}),
    "withdraw": lambda c, s: c.post(f"/organize/pages/{s['live']}/unpublish/"),
    "publish many": lambda c, s: c.post(
        f"/organize/bulk/wagtailcore/page/publish/?id={s['draft']}&next=/organize/"),
    "withdraw many": lambda c, s: c.post(
        f"/organize/bulk/wagtailcore/page/unpublish/?id={s['live']}&next=/organize/"),
    "move many": lambda c, s: c.post(
        f"/organize/bulk/wagtailcore/page/move/?id={s['live']}&next=/organize/",
        {"chooser": s["list"], "move_applicable": "on"}),
    "delete many": lambda c, s: c.post(
        f"/organize/bulk/wagtailcore/page/delete/?id={s['live']}&next=/organize/"),
    "delete": lambda c, s: c.post(f"/organize/pages/{s['live']}/delete/"),
    "move": lambda c, s: c.post(f"/organize/pages/{s['live']}/move/{s['list']}/confirm/"),
    "alias": lambda c, s: c.post(f"/organize/pages/{s['live']}/copy/", {
        "new_title": "Twin", "new_slug": "twin", "new_parent_page": s["list"], "alias": "on"}),
    "copy": lambda c, s: c.post(f"/organize/pages/{s['live']}/copy/", {
        "new_title": "Twin", "new_slug": "twin", "new_parent_page": s["list"],
        "publish_copies": "on"}),
    "order": lambda c, s: c.post(f"/organize/pages/{s['live']}/set_position/?position=1"),
    "publish over the programs' door": lambda c, s: c.post(
        f"/organize/api/main/pages/{s['draft']}/action/publish/"),
    "withdraw over the programs' door": lambda c, s: c.post(
        f"/organize/api/main/pages/{s['live']}/action/unpublish/"),
    "alias over the programs' door": lambda c, s: c.post(
        f"/organize/api/main/pages/{s['live']}/action/create_alias/",
        {"destination_page_id": s["list"], "update_slug": "twin"}),
    "publish at a time": lambda c, s: edited(
        c, s["draft"], go_live_at="2027-04-19 00:00", **{"action-publish": "action-publish"}),
}  # fmt: skip


def public():
    """Return what visitors see: pages, their words and places."""
    rows = Page.objects.filter(live=True).order_by("path")
    return list(rows.values_list("title", "url_path", "path"))


@pytest.mark.parametrize("way", WAYS)
def test_a_merchandiser_publishes_nothing_past_the_approval(client, clock_at, story, way):
    enter(client, "merchandiser")
    before = public()

    WAYS[way](client, story)
    clock_at(BEFORE + timedelta(days=3))
    run_queued_work()

    assert public() == before


@pytest.mark.parametrize("way", [way for way in WAYS if way not in ("order", "publish at a time")])
def test_the_organizer_does_each_of_these(client, story, way):
    enter(client, "organizer")
    before = public()

    WAYS[way](client, story)

    assert public() != before


def test_what_a_merchandiser_hands_in_is_published_by_an_organizer(client, story):
    pages.approval()
    enter(client, "merchandiser")
    edited(client, story["draft"], **{"action-submit": "action-submit"})
    assert not Page.objects.get(pk=story["draft"]).live
    state = Page.objects.get(pk=story["draft"]).specific.current_workflow_state
    task = state.current_task_state
    approve = f"/organize/pages/workflow/action/{story['draft']}/approve/{task.pk}/"

    client.post(approve)  # not by whoever handed it in
    assert not Page.objects.get(pk=story["draft"]).live
    enter(client, "organizer")
    client.post(approve)

    assert Page.objects.get(pk=story["draft"]).live


def change(client, picture, **facts):
    sent = {"title": picture.title, "alt": "Another jar", "tags": ""}
    return client.post(f"/organize/images/{picture.pk}/", sent | facts)


def test_whoever_added_a_picture_changes_it_until_visitors_see_it(client):
    enter(client, "merchandiser")
    upload(client)
    own = Picture.objects.get()

    change(client, own)
    assert Picture.objects.get().alt == "Another jar"
    Picture.objects.update(sizes={"jpeg": {"320": "/media/a.jpg"}}, alt="Approved")
    change(client, own)
    client.post(f"/organize/images/{own.pk}/delete/")

    assert Picture.objects.get().alt == "Approved"
    enter(client, "organizer")
    change(client, own)
    assert Picture.objects.get().alt == "Another jar"


def test_whoever_added_a_document_changes_it_until_a_public_page_names_it(client):
    enter(client, "merchandiser")
    write_down(client)
    own, page = Document.objects.get(), pages.page(StoryPage)
    page.body = [("text", {"words": f'<p><a linktype="document" id="{own.pk}">Terms</a></p>'})]
    page.save_revision().publish()
    run_queued_work()

    client.post(f"/organize/documents/edit/{own.pk}/", {"title": "Other terms", "tags": ""})
    client.post(f"/organize/documents/delete/{own.pk}/")

    assert Document.objects.get().title == "Terms"
    page.unpublish()
    client.post(f"/organize/documents/edit/{own.pk}/", {"title": "Other terms", "tags": ""})
    assert Document.objects.get().title == "Other terms"


def test_a_member_of_a_store_replaces_no_picture_of_it_at_the_desk(client):
    judge = enter(client, "organizer")
    shown = make.shown_picture(make.product())
    file = SimpleUploadedFile("a.jpg", picture())
    shown.picture = store(file, alt="As it was", by=None)
    shown.save()
    shown.product.merchant.memberships.create(user=judge, role="owner", joined_at=BEFORE)

    answer = change(client, shown.picture)

    assert "You act for this store yourself" in answer.text
    shown.picture.refresh_from_db()
    assert shown.picture.alt == "As it was"
