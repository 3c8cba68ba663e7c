"""The groups of the organizers' desk, their page permissions, the approval of pages, languages."""

from django.conf import settings
from django.db import migrations

ROLES = ("organizer", "reviewer", "merchandiser", "analyst")
EDITORS = ("organizer", "merchandiser")
PAGE_PERMISSIONS = ("add_page", "change_page", "publish_page")
PICTURE_PERMISSIONS = ("add_picture", "change_picture", "choose_picture")
WORKFLOW = "Approval by an organizer"


def permission(apps, app, model, codename, name):
    """Permissions are made after all migrations, so some of them may not be there yet."""
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label=app, model=model
    )
    made, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=kind, codename=codename, defaults={"name": name}
    )
    return made


def make_roles(apps, editor):
    group_of = apps.get_model("auth.Group").objects
    groups = {name: group_of.get_or_create(name=name)[0] for name in ROLES}
    access = permission(apps, "wagtailadmin", "admin", "access_admin", "Can access Wagtail admin")
    for group in groups.values():
        group.permissions.add(access)
    root = apps.get_model("wagtailcore.Page").objects.filter(depth=1).first()
    collection = apps.get_model("wagtailcore.Collection").objects.filter(depth=1).first()
    on_page = apps.get_model("wagtailcore.GroupPagePermission").objects
    on_pictures = apps.get_model("wagtailcore.GroupCollectionPermission").objects
    for name in EDITORS:
        for codename in PAGE_PERMISSIONS if root else ():
            what = permission(apps, "wagtailcore", "page", codename, codename)
            on_page.get_or_create(group=groups[name], page=root, permission=what)
        for codename in PICTURE_PERMISSIONS if collection else ():
            what = permission(apps, "shop", "picture", codename, codename)
            on_pictures.get_or_create(group=groups[name], collection=collection, permission=what)
    if root:
        make_workflow(apps, groups["organizer"], root)


def make_workflow(apps, organizers, root):
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label="wagtailcore", model="groupapprovaltask"
    )
    task = apps.get_model("wagtailcore.GroupApprovalTask").objects.create(
        name=WORKFLOW, content_type=kind, active=True
    )
    task.groups.add(organizers)
    workflow = apps.get_model("wagtailcore.Workflow").objects.create(name=WORKFLOW, active=True)
    apps.get_model("wagtailcore.WorkflowTask").objects.create(
        workflow=workflow, task=task, sort_order=0
    )
    # It takes the place of Wagtail's own example.
    apps.get_model("wagtailcore.WorkflowPage").objects.update_or_create(
        page=root, defaults={"workflow": workflow}
    )


def make_languages(apps, editor):
    for code, _name in settings.LANGUAGES:
        apps.get_model("wagtailcore.Locale").objects.get_or_create(language_code=code)


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0001_pages"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.RunPython(make_roles, migrations.RunPython.noop),
        migrations.RunPython(make_languages, migrations.RunPython.noop),
    ]
