from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0104_sealed_papers_and_intake'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='is_proved',
            field=models.BooleanField(db_default=False, default=False, help_text='The address is of the account that reported.'),
        ),
    ]
