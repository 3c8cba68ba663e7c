import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0025_probe_outcomes'),
    ]

    operations = [
        migrations.AddField(
            model_name='merchant',
            name='note',
            field=models.TextField(blank=True, help_text='Why it is suspended; its members read it.'),
        ),
        migrations.CreateModel(
            name='StoreInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('language', models.CharField(default='en', help_text='Language of the mail.', max_length=10)),
                ('serial', models.CharField(help_text='Another one each time it is sent.', max_length=32)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('invited_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(help_text='When it was sent, or sent again.')),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                ('may_see_money', models.BooleanField(default=True)),
                ('invited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='shop.merchant')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(models.F('merchant'), django.db.models.functions.text.Lower('email'), condition=models.Q(('accepted_at', None), ('taken_back_at', None)), name='one_open_invitation_per_store', violation_error_message='This address is invited already.')],
            },
        ),
    ]
