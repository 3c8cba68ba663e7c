from datetime import timedelta

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def date_what_waits(apps, schema_editor):
    """Give operations of before the day of their payment.

    When they were first sent nobody knows: they are looked up before they are sent again.
    """
    operations = apps.get_model("shop", "Operation").objects
    payments = apps.get_model("shop", "Payment").objects
    made = payments.filter(pk=models.OuterRef("payment")).values("made_at")[:1]
    operations.update(made_at=models.Subquery(made))
    sent = operations.filter(tries__gt=0)
    sent.update(first_sent_at=F("made_at"), key_until=F("made_at") + timedelta(hours=23))
    payments.filter(checked_at__isnull=False).update(asked_at=F("checked_at"))


class Migration(migrations.Migration):
    dependencies = [("shop", "0023_holds_by_cost")]

    operations = [
        migrations.AddField(
            "payment",
            "more_time_at",
            models.DateTimeField(help_text="When the last minutes were given.", null=True),
        ),
        migrations.AddField(
            "payment",
            "keys_used",
            models.PositiveSmallIntegerField(
                default=0, help_text="Keys under which the provider keeps an error of its own."
            ),
        ),
        migrations.AddField(
            "payment",
            "asked_at",
            models.DateTimeField(help_text="When a round last asked about it.", null=True),
        ),
        migrations.AlterField(
            "payment",
            "checked_at",
            models.DateTimeField(help_text="When the provider last answered.", null=True),
        ),
        migrations.AddField("operation", "made_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "operation",
            "first_sent_at",
            models.DateTimeField(help_text="Written before the first call.", null=True),
        ),
        migrations.AddField(
            "operation",
            "key_until",
            models.DateTimeField(
                help_text=(
                    "Until then the provider surely knows the key; afterwards look first."
                ),
                null=True,
            ),
        ),
        migrations.AddField("operation", "resolved_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "operation",
            "resolved_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "operation",
            "resolution",
            models.JSONField(
                help_text="How a person closed it: day, reference and reason.", null=True
            ),
        ),
        migrations.AddIndex(
            "operation",
            models.Index(
                fields=["made_at"],
                condition=models.Q(state__in=["blocked", "failed"], resolved_at=None),
                name="operation_unresolved",
            ),
        ),
        migrations.AlterField(
            "refund",
            "cause",
            models.CharField(
                choices=[
                    ("session_cancelled", "Session Cancelled"),
                    ("wrong_price", "Wrong Price"),
                    ("late", "Late"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            "ledgerentry",
            "account",
            models.CharField(
                choices=[
                    ("cash", "Cash"),
                    ("bank", "Bank"),
                    ("promotions", "Promotions"),
                    ("payable", "Payable"),
                    ("commission", "Commission"),
                    ("tax", "Tax"),
                    ("refunds_due", "Refunds Due"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunPython(date_what_waits, migrations.RunPython.noop),
    ]
