from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0032_texts_of_amendments")]

    operations = [
        migrations.AlterModelOptions(
            name="term",
            options={"ordering": ["kind", "term"], "verbose_name": "shared word"},
        ),
        migrations.AlterField(
            model_name="term",
            name="term",
            field=models.CharField(
                help_text="As stores write it.", max_length=80, verbose_name="word"
            ),
        ),
    ]
