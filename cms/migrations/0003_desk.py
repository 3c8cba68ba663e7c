"""What each group may do at the desk beside pages; ``cms.admin.permissions`` says the same."""

from django.db import migrations

SEES = (
    "view_festival", "view_slot", "view_enrolment", "view_nomination", "view_deal",
    "view_merchant", "view_product", "view_category", "view_order", "view_suborder",
)
PLANS = (
    "add_festival", "change_festival", "add_slot", "change_slot", "delete_slot",
    "add_enrolment", "change_enrolment", "add_category", "change_category",
)
MAY = {
    "organizer": (*SEES, *PLANS, "review_nomination", "publish_festival"),
    "reviewer": (*SEES, "review_nomination"),
    "merchandiser": SEES,
    "analyst": SEES,
}
OWN = {
    "review_nomination": ("festival", "Can decide on nominations and on new products"),
    "publish_festival": ("festival", "Can publish, stop and cancel festivals"),
}


def grant(apps, editor):
    kinds = apps.get_model("contenttypes.ContentType").objects
    permissions = apps.get_model("auth.Permission").objects
    for name, codenames in MAY.items():
        group, _ = apps.get_model("auth.Group").objects.get_or_create(name=name)
        for codename in codenames:
            model, words = OWN.get(codename) or (
                codename.partition("_")[2], f"Can {codename.replace('_', ' ')}",
            )
            kind, _ = kinds.get_or_create(app_label="shop", model=model)
            made, _ = permissions.get_or_create(
                content_type=kind, codename=codename, defaults={"name": words}
            )
            group.permissions.add(made)


class Migration(migrations.Migration):
    dependencies = [("cms", "0002_roles"), ("shop", "0006_sessions_and_desks")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
