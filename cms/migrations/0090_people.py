"""Organizers may erase a person who asks for it; ``cms.admin.permissions`` says the same."""

from django.db import migrations


def grant(apps, editor):
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label="shop", model="user"
    )
    may, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=kind, codename="erase_user", defaults={"name": "Can erase a person"}
    )
    group, _ = apps.get_model("auth.Group").objects.get_or_create(name="organizer")
    group.permissions.add(may)


class Migration(migrations.Migration):
    dependencies = [("cms", "0011_search_words")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
