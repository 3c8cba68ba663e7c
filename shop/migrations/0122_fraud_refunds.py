"""Add a cause for refunds of which a card’s bank warned: no statement of SQL."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0121_worn'),
    ]

    operations = [
        migrations.AlterField(
            model_name='refund',
            name='cause',
            field=models.CharField(choices=[('session_cancelled', 'Session Cancelled'), ('wrong_price', 'Wrong Price'), ('late', 'Late'), ('cancelled', 'Cancelled'), ('cannot_deliver', 'Cannot Deliver'), ('lost', 'Lost'), ('return', 'Return'), ('goodwill', 'Goodwill'), ('outside', 'Outside'), ('dispute', 'Dispute'), ('fraud', 'Fraud')], max_length=20),
        ),
    ]
