from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0021_amendments")]

    operations = [
        migrations.AddField(
            model_name="cartvoucher",
            name="is_off",
            field=models.BooleanField(
                default=False,
                help_text="Taken off: a claimed voucher does not come back by itself.",
            ),
        ),
        migrations.AddField(
            model_name="refundline",
            name="returns_allotment",
            field=models.BooleanField(
                default=False,
                help_text="Its deal ran still: its units, and what its shopper may buy, came back.",
            ),
        ),
    ]
