"""Makes a tree of pages: its root, the home page, and one valid page of each kind."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, Permission
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from cms import roles
from cms.models import (
    FestivalIndexPage,
    FestivalPage,
    HelpIndexPage,
    HelpPage,
    HomePage,
    LessonIndexPage,
    LessonPage,
    SellPage,
    StoryIndexPage,
    StoryPage,
)
from shop.people.accounts.models import User
from tests import make
from tests.make import LONG_AGO

_numbers = count(1)
LISTS = {
    SellPage: (SellPage, "sell", "Sell with us"),
    StoryPage: (StoryIndexPage, "stories", "Stories"),
    LessonPage: (LessonIndexPage, "academy", "Academy"),
    HelpPage: (HelpIndexPage, "help", "Help"),
    FestivalPage: (FestivalIndexPage, "festivals", "Festivals"),
}


def page_root() -> Page:
    """Return the root of all pages; tests that commit empty every table behind them."""
    english, _ = Locale.objects.get_or_create(language_code="en")
    make.collection()
    root = Page.get_first_root_node()
    return root or Page.add_root(instance=Page(title="Root", slug="root", locale=english))


def home(**facts: Any) -> HomePage:
    """Return the home page of the site, made if it is not there."""
    known = HomePage.objects.filter(locale__language_code="en").first()
    if known:
        return known
    made = page_root().add_child(instance=HomePage(title="Home", slug="shop", **facts))
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.hostname, site.root_page = "localhost", made
    site.save()
    return made


def listing(model: type[Page]) -> Page:
    """Return the list in which pages of a kind stand."""
    kind, slug, title = LISTS[model]
    known = kind.objects.filter(locale__language_code="en").first()
    return known or home().add_child(instance=kind(title=title, slug=slug))


def page(model: type[Page], **facts: Any) -> Page:
    """Return a published page of a kind, with words of its own."""
    n = next(_numbers)
    known = {"title": f"Page {n}", "slug": f"page-{n}", "first_published_at": LONG_AGO,
             "search_description": "What it is about."}  # fmt: skip
    parent = listing(model)
    parent.refresh_from_db()
    return _with_revision(parent.add_child(instance=model(**known | facts)))


def _with_revision(page: Page) -> Page:
    """Give a page the revision that editing in the desk would have left."""
    revision = page.save_revision()
    Page.objects.filter(pk=page.pk).update(live_revision=revision, has_unpublished_changes=False)
    page.refresh_from_db()
    return page


def translated(page: Page, language: str, **facts: Any) -> Page:
    """Return the published translation of a page."""
    locale, _ = Locale.objects.get_or_create(language_code=language)
    made = page.copy_for_translation(locale, copy_parents=True)
    for name, value in facts.items():
        setattr(made, name, value)
    made.live, made.draft_title = True, made.title
    made.save()
    return made


def editor(role: str = roles.ORGANIZER) -> User:
    """Return somebody of a group of the desk, which gets the rights that migrations give it."""
    made = make.user()
    made.groups.add(group_of(role))
    return made


def group_of(role: str) -> Group:
    """Return a group with its rights; tests that commit empty every table behind them."""
    group, _ = Group.objects.get_or_create(name=role)
    pages, files = roles.PAGES.get(role, ()), roles.FILES.get(role, ())
    found = permissions(
        "wagtailadmin.access_admin", *roles.BEYOND.get(role, ()), *files,
        *(f"wagtailcore.{codename}" for codename in pages),
    )  # fmt: skip
    group.permissions.add(*(one for name, one in found.items() if is_granted_alone(role, name)))
    if pages:
        rows = GroupPagePermission.objects
        _grant(
            rows, found, (f"wagtailcore.{name}" for name in pages), group=group, page=page_root()
        )
    if files:
        page_root()  # and the collection of all files
        root = Collection.get_first_root_node()
        _grant(GroupCollectionPermission.objects, found, files, group=group, collection=root)
    return group


def is_granted_alone(role: str, name: str) -> bool:
    """Tell whether a permission is for no pages and no files."""
    return name not in roles.FILES.get(role, ()) and not name.startswith("wagtailcore.")


def _grant(rows: Any, found: dict[str, Permission], names: Iterable[str], **facts: Any) -> None:
    """Grant what is not granted yet, for some pages or files."""
    known = set(rows.filter(**facts).values_list("permission_id", flat=True))
    wanted = [found[name] for name in names]
    rows.bulk_create(rows.model(permission=p, **facts) for p in wanted if p.pk not in known)


def permissions(*names: str) -> dict[str, Permission]:
    """Return permissions by app and name: "wagtailimages.add_image"."""
    codenames = {name.partition(".")[2] for name in names}
    rows = Permission.objects.filter(codename__in=codenames).select_related("content_type")
    found = {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
    return {name: found[name] for name in names}


def permission(name: str) -> Permission:
    """Return the permission of an app: "wagtailimages.add_image"."""
    app, _dot, codename = name.partition(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def approval() -> None:
    """Make the approval of pages by organizers, unless it is there."""
    root, organizers = page_root(), group_of(roles.ORGANIZER)
    if not GroupApprovalTask.objects.filter(groups=organizers).exists():
        task = GroupApprovalTask.objects.create(name="Approval by an organizer")
        task.groups.add(organizers)
        workflow = Workflow.objects.create(name="Approval by an organizer")
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
        WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})


def address(page: Page, language: str = "") -> str:
    """Return where a page of the English tree is served in a language."""
    return f"{'/' + language if language else ''}/{page.url_path.split('/', 2)[2]}"
