"""Add gender, age group and colour, which Google requires of clothes."""

import shop.states
from django.db import migrations, models


WORN = ("fashion/clothing", "fashion/footwear", "fashion/headwear")


def mark_worn(apps, schema_editor):
    """Mark the shop's own categories; operators mark theirs."""
    apps.get_model("shop", "Category").objects.filter(path__in=WORN).update(is_worn=True)


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0120_order_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='category',
            name='is_worn',
            field=models.BooleanField(db_default=False, default=False, help_text='Google refuses them without gender, age group and colour.', verbose_name='clothes, shoes or hats'),
        ),
        migrations.AddField(
            model_name='product',
            name='age_group',
            field=shop.states.ChoiceField(blank=True, choices=[('adult', 'Adult'), ('kids', 'Kids'), ('toddler', 'Toddler'), ('infant', 'Infant'), ('newborn', 'Newborn')], db_default='', default='', max_length=7),
        ),
        migrations.AddField(
            model_name='product',
            name='colour',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='product',
            name='gender',
            field=shop.states.ChoiceField(blank=True, choices=[('female', 'Female'), ('male', 'Male'), ('unisex', 'Unisex')], db_default='', default='', max_length=6),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=shop.states.KnownValue(condition=models.Q(('gender__in', ['female', 'male', 'unisex', ''])), name='product_gender_known'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=shop.states.KnownValue(condition=models.Q(('age_group__in', ['adult', 'kids', 'toddler', 'infant', 'newborn', ''])), name='product_age_group_known'),
        ),
        migrations.RunPython(mark_worn, migrations.RunPython.noop, elidable=True),
    ]
