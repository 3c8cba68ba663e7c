"""For whom clothes, shoes and hats are, and their colour: channels demand it."""

import shop.states
from django.db import migrations, models


WORN = ("fashion/clothing", "fashion/footwear", "fashion/headwear")


def mark_worn(apps, schema_editor):
    """Mark the categories of the tree that comes with the shop; others are the operator's."""
    apps.get_model("shop", "Category").objects.filter(path__in=WORN).update(is_worn=True)


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0120_order_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='category',
            name='is_worn',
            field=models.BooleanField(db_default=False, default=False, help_text='Clothes, shoes, hats: channels such as Google ask for whom each product is, and for its colour.', verbose_name='worn'),
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
