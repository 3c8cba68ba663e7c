"""People of stores have one of five roles; who did not see the money was a manager."""

from typing import Any

from django.db import migrations, models

ROLES = ["owner", "manager", "editor", "packer", "accountant"]
CHOICES = [(role, role.capitalize()) for role in ROLES]


def to_roles(apps: Any, schema_editor: Any) -> None:
    """Let those who see no money be managers: the rest of what they may do stays theirs."""
    for name in ("Membership", "StoreInvitation"):
        apps.get_model("shop", name).objects.filter(may_see_money=False).update(role="manager")


def to_sight(apps: Any, schema_editor: Any) -> None:
    """Hide the money from whose role does not include it."""
    for name in ("Membership", "StoreInvitation"):
        rows = apps.get_model("shop", name).objects.exclude(role__in=["owner", "accountant"])
        rows.update(may_see_money=False)


class Migration(migrations.Migration):
    dependencies = [("shop", "0074_applications")]

    operations = [
        operation
        for name, label in (("membership", "member"), ("storeinvitation", "invited"))
        for operation in (
            migrations.AddField(
                name, "role", models.CharField(choices=CHOICES, max_length=10, default="owner"),
                preserve_default=False,
            ),
            migrations.AddField(
                name, "until",
                models.DateTimeField(blank=True, help_text="Empty: for good.", null=True),
            ),
            migrations.AddConstraint(
                name,
                models.CheckConstraint(
                    condition=models.Q(role__in=ROLES), name=f"{label}_in_a_role"
                ),
            ),
        )
    ] + [
        migrations.RunPython(to_roles, to_sight),
        migrations.RemoveField("membership", "may_see_money"),
        migrations.RemoveField("storeinvitation", "may_see_money"),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=~models.Q(role="owner") | models.Q(until__isnull=True),
                name="owner_for_good",
            ),
        ),
        migrations.AddConstraint(
            "storeinvitation",
            models.CheckConstraint(
                condition=~models.Q(role="owner") | models.Q(until__isnull=True),
                name="owner_invited_for_good",
            ),
        ),
        migrations.AddField(
            "membership", "reminded_at",
            models.DateTimeField(
                blank=True, help_text="When the store reminded them of the second step.", null=True
            ),
        ),
        migrations.AddIndex(
            "membership",
            models.Index(
                condition=models.Q(until__isnull=False), fields=["until"], name="membership_end"
            ),
        ),
    ]  # fmt: skip
