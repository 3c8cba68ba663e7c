"""Organizers help with orders; ``cms.admin.permissions`` says the same."""

from django.db import migrations


def grant(apps, editor):
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label="shop", model="order"
    )
    made, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=kind, codename="change_order", defaults={"name": "Can change order"}
    )
    group, _ = apps.get_model("auth.Group").objects.get_or_create(name="organizer")
    group.permissions.add(made)


class Migration(migrations.Migration):
    dependencies = [("cms", "0006_doors"), ("shop", "0006_sessions_and_desks")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
