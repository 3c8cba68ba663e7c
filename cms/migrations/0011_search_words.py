"""Organizers and merchandisers keep words of the search; ``cms.admin.permissions`` says the same."""

from django.db import migrations

READ_BY = ("organizer", "reviewer", "merchandiser", "analyst")
CHANGED_BY = ("organizer", "merchandiser")


def grant(apps, editor):
    for model in ("meaning", "synonym"):
        kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
            app_label="shop", model=model
        )
        for what in ("view", "add", "change", "delete"):
            may, _ = apps.get_model("auth.Permission").objects.get_or_create(
                content_type=kind, codename=f"{what}_{model}",
                defaults={"name": f"Can {what} {model}"},
            )
            for name in READ_BY if what == "view" else CHANGED_BY:
                group, _ = apps.get_model("auth.Group").objects.get_or_create(name=name)
                group.permissions.add(may)


class Migration(migrations.Migration):
    dependencies = [("cms", "0010_terms")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
