from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0064_papers_are_kept'),
    ]

    operations = [
        migrations.CreateModel(
            name='TaxRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seller', models.CharField(blank=True, help_text='Country; empty: every one.', max_length=2)),
                ('buyer', models.CharField(blank=True, help_text='Country; empty: every one.', max_length=2)),
                ('up_to', models.PositiveBigIntegerField(blank=True, help_text='Of the goods of one store, in cents; empty: any value.', null=True)),
                ('treatment', models.CharField(choices=[('domestic', 'Domestic: the store’s tax is inside'), ('export', 'Export: no tax is inside'), ('platform', 'Platform: the operator sells, and owes the tax')], max_length=8)),
                ('rate_bp', models.PositiveIntegerField(blank=True, help_text='Inside the price, in hundredths of a percent; empty: the store’s own rate.', null=True)),
                ('source', models.CharField(help_text='Where it is written.', max_length=300)),
                ('seen_on', models.DateField(help_text='When somebody looked.')),
            ],
            options={
                'ordering': ['buyer', 'seller', 'up_to'],
            },
        ),
        migrations.AddConstraint(
            model_name='taxrule',
            constraint=models.UniqueConstraint(fields=('seller', 'buyer', 'up_to'), name='tax_rule_once', nulls_distinct=False, violation_error_message='There is a rule for these countries and this value.'),
        ),
        migrations.AddConstraint(
            model_name='taxrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('treatment', 'export'), _negated=True), ('rate_bp__isnull', True), _connector='OR'), name='tax_rule_rate_where_tax', violation_error_message='An export has no tax inside: leave the rate empty.'),
        ),
        migrations.AddConstraint(
            model_name='taxrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('treatment', 'platform'), _negated=True), ('rate_bp__isnull', False), _connector='OR'), name='tax_rule_platform_has_rate', violation_error_message='Say which rate the operator owes.'),
        ),
        migrations.AddConstraint(
            model_name='taxrule',
            constraint=models.CheckConstraint(condition=models.Q(('rate_bp__isnull', True), ('rate_bp__lte', 5000), _connector='OR'), name='tax_rule_rate_below_all', violation_error_message='A rate is at most 50 percent.'),
        ),
    ]
