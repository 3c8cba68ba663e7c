from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0032_texts_of_amendments")]

    operations = [
        migrations.AlterModelOptions(
            name="term",
            options={"ordering": ["kind", "term"], "verbose_name": "shared word"},
        ),
    ]
