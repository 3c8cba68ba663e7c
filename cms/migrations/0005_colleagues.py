"""Invitations of colleagues, and what each group may do in Wagtail: ``cms.roles`` says the same.

What Wagtail asks for are the permissions of its own image; those of the shop's picture, which
``0002_roles`` granted, meant nothing. Merchandisers hand in what they write.
"""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

PAGES = ("publish_page", "bulk_delete_page", "lock_page", "unlock_page")
ADDS = (
    "wagtailimages.add_image", "wagtailimages.choose_image",
    "wagtaildocs.add_document", "wagtaildocs.choose_document",
)
CHANGES = ("wagtailimages.change_image", "wagtaildocs.change_document")
WRITES = (
    "simple_translation.submit_translation",
    "wagtailredirects.view_redirect", "wagtailredirects.add_redirect",
    "wagtailredirects.change_redirect", "wagtailredirects.delete_redirect",
)
MODELS = {
    "submit_translation": "simpletranslation", "manage_colleagues": "invitation",
}
NAMES = {
    "submit_translation": "Can submit translations",
    "manage_colleagues": "Can invite colleagues and change their roles",
}


def permission(apps, codename):
    """Permissions are made after all migrations, so some of them may not be there yet."""
    app, _, codename = codename.rpartition(".")
    model = MODELS.get(codename) or codename.rpartition("_")[2]
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label=app, model=model
    )
    made, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=kind, codename=codename,
        defaults={"name": NAMES.get(codename) or f"Can {codename.replace('_', ' ')}"},
    )
    return made


def grant(apps, editor):
    groups = apps.get_model("auth.Group").objects
    organizers, _ = groups.get_or_create(name="organizer")
    merchandisers, _ = groups.get_or_create(name="merchandiser")
    for group in (organizers, merchandisers):
        group.permissions.add(*(permission(apps, codename) for codename in WRITES))
    organizers.permissions.add(permission(apps, "cms.manage_colleagues"))
    on_page = apps.get_model("wagtailcore.GroupPagePermission").objects
    on_page.filter(group=merchandisers, permission__codename="publish_page").delete()
    if root := apps.get_model("wagtailcore.Page").objects.filter(depth=1).first():
        for codename in PAGES:
            what = permission(apps, f"wagtailcore.{codename}")
            on_page.get_or_create(group=organizers, page=root, permission=what)
    grant_files(apps, organizers, (*ADDS, *CHANGES))
    grant_files(apps, merchandisers, ADDS)


def grant_files(apps, group, codenames):
    on_files = apps.get_model("wagtailcore.GroupCollectionPermission").objects
    own = {"permission__content_type__app_label": "shop"}
    on_files.filter(group=group, **own).delete()
    root = apps.get_model("wagtailcore.Collection").objects.filter(depth=1).first()
    for codename in codenames if root else ():
        what = permission(apps, codename)
        on_files.get_or_create(group=group, collection=root, permission=what)


class Migration(migrations.Migration):

    dependencies = [
        ('cms', '0004_collections'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        # These give "choose" to all who may add, and would stumble over what stands here.
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('role', models.CharField(choices=[('organizer', 'organizer'), ('reviewer', 'reviewer'), ('merchandiser', 'merchandiser'), ('analyst', 'analyst')], max_length=20)),
                ('language', models.CharField(default='en', help_text='Language of the mail.', max_length=10)),
                ('serial', models.CharField(help_text='Another one each time it is sent.', max_length=32)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('invited_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(help_text='When it was sent, or sent again.')),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                ('invited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('manage_colleagues', 'Can invite colleagues and change their roles')],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('accepted_at', None), ('taken_back_at', None)), name='one_open_invitation_per_address', violation_error_message='This address is invited already.')],
            },
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
