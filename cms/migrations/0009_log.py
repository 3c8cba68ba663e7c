"""Everybody at the desk reads what was done; ``cms.admin.permissions`` says the same."""

from django.db import migrations

READ_BY = ("organizer", "reviewer", "merchandiser", "analyst")


def grant(apps, editor):
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label="shop", model="changelog"
    )
    may, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=kind, codename="view_changelog", defaults={"name": "Can view change log"}
    )
    for name in READ_BY:
        group, _ = apps.get_model("auth.Group").objects.get_or_create(name=name)
        group.permissions.add(may)


class Migration(migrations.Migration):
    dependencies = [("cms", "0008_session_zone")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
