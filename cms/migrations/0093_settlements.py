"""Books, settlements and papers belong to all but merchandisers; ``permissions`` says the same."""

from django.db import migrations

READ_BY = ("organizer", "reviewer", "analyst")


def grant(apps, schema_editor):
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label="shop", model="settlement"
    )
    may, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=kind, codename="view_settlement", defaults={"name": "Can view settlement"}
    )
    for name in READ_BY:
        group, _ = apps.get_model("auth.Group").objects.get_or_create(name=name)
        group.permissions.add(may)


class Migration(migrations.Migration):
    dependencies = [("cms", "0092_academy")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
