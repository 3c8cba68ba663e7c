"""Organizers and merchandisers say what words are called; ``cms.admin.permissions`` says the same."""

from django.db import migrations

READ_BY = ("organizer", "reviewer", "merchandiser", "analyst")
CHANGED_BY = ("organizer", "merchandiser")


def grant(apps, editor):
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label="shop", model="term"
    )
    for what in ("view", "add", "change", "delete"):
        may, _ = apps.get_model("auth.Permission").objects.get_or_create(
            content_type=kind, codename=f"{what}_term", defaults={"name": f"Can {what} term"}
        )
        for name in READ_BY if what == "view" else CHANGED_BY:
            group, _ = apps.get_model("auth.Group").objects.get_or_create(name=name)
            group.permissions.add(may)


class Migration(migrations.Migration):
    dependencies = [("cms", "0009_log")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
