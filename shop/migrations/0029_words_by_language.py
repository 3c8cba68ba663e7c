import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0028_names_by_language'),
    ]

    operations = [
        # A search reads translations from now on: `manage.py beat` indexes what has no words.
        migrations.RunSQL("UPDATE shop_listing SET text = NULL", migrations.RunSQL.noop),
        migrations.AddField(
            model_name='orderline',
            name='shown_options',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list),
        ),
        migrations.AddField(
            model_name='orderline',
            name='shown_title',
            field=models.CharField(blank=True, help_text="In the order's language; empty: as the store's.", max_length=160),
        ),
        migrations.AddField(
            model_name='product',
            name='terms',
            field=models.JSONField(blank=True, default=dict, help_text='Its own words for choices, by language code.'),
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('option', 'Option'), ('value', 'Value'), ('material', 'Material'), ('certificate', 'Certificate')], max_length=12)),
                ('term', models.CharField(help_text='As stores write it.', max_length=80)),
                ('names', models.JSONField(blank=True, default=dict, help_text='By language code.')),
                ('is_read', models.BooleanField(default=False, help_text='Native speakers have read it.')),
                ('source', models.CharField(blank=True, max_length=200)),
                ('seen_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['kind', 'term'],
                'constraints': [models.UniqueConstraint(fields=('term', 'kind'), name='term_once')],
            },
        ),
        migrations.CreateModel(
            name='Translation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=12)),
                ('words', models.JSONField(default=dict, help_text='By the name of the field.')),
                ('is_read', models.BooleanField(default=False, help_text='A native speaker has read it.')),
                ('of', models.CharField(help_text='Digest of the words that it was made from.', max_length=16)),
                ('changed_at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='translations', to='shop.merchant')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='translations', to='shop.product')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('product__isnull', True), ('merchant__isnull', True), _connector='XOR'), name='translation_of_one_thing', violation_error_message='A translation is of a product or of a store.'), models.UniqueConstraint(fields=('product', 'language'), name='translation_of_product_once'), models.UniqueConstraint(fields=('merchant', 'language'), name='translation_of_store_once')],
            },
        ),
    ]
