"""Organizers make stores and change them; ``cms.admin.permissions`` says the same."""

from django.db import migrations

MAY = {"organizer": ("add_merchant", "change_merchant")}


def grant(apps, editor):
    kinds = apps.get_model("contenttypes.ContentType").objects
    permissions = apps.get_model("auth.Permission").objects
    for name, codenames in MAY.items():
        group, _ = apps.get_model("auth.Group").objects.get_or_create(name=name)
        for codename in codenames:
            kind, _ = kinds.get_or_create(app_label="shop", model=codename.partition("_")[2])
            made, _ = permissions.get_or_create(
                content_type=kind, codename=codename,
                defaults={"name": f"Can {codename.replace('_', ' ')}"},
            )
            group.permissions.add(made)


class Migration(migrations.Migration):
    dependencies = [("cms", "0005_colleagues"), ("shop", "0026_stores_made")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
