"""The pages and groups of the organizers, in one step in place of 0001 to 0093.

Those are for databases of 0.9 and 1.0, and go with version 1.2: docs/decisions/0092.
"""

import cms.blocks.choices
import cms.pages.home
import django.db.models.deletion
import django.db.models.functions.text
import wagtail.fields
from django.conf import settings
from django.db import migrations, models

from shop.core.create_models import CreateModels

# What each group may do; ``cms.dashboard.permissions`` and ``cms.roles`` say the same.
DASHBOARD = ("wagtailadmin.access_admin",)
SEES = tuple(
    f"shop.view_{model}" for model in (
        "festival", "slot", "enrolment", "nomination", "deal", "merchant", "product", "category",
        "order", "suborder", "changelog", "term", "meaning", "synonym",
    )
)
COUNTS = ("shop.view_settlement",)
NAMES = tuple(
    f"shop.{what}_{model}"
    for model in ("term", "meaning", "synonym") for what in ("add", "change", "delete")
)
WRITES = (
    "simple_translation.submit_translation",
    *(f"wagtailredirects.{what}_redirect" for what in ("view", "add", "change", "delete")),
)
MAY = {
    "organizer": (
        *DASHBOARD, *SEES, *COUNTS, *NAMES, *WRITES,
        "shop.add_festival", "shop.change_festival", "shop.publish_festival",
        "shop.add_slot", "shop.change_slot", "shop.delete_slot",
        "shop.add_enrolment", "shop.change_enrolment", "shop.review_nomination",
        "shop.add_category", "shop.change_category", "shop.add_merchant", "shop.change_merchant",
        "shop.change_order", "shop.erase_user", "cms.manage_colleagues",
    ),
    "reviewer": (*DASHBOARD, *SEES, *COUNTS, "shop.review_nomination"),
    "merchandiser": (*DASHBOARD, *SEES, *NAMES, *WRITES),
    "analyst": (*DASHBOARD, *SEES, *COUNTS),
}
PAGES = {
    "organizer": (
        "add_page", "change_page", "publish_page", "bulk_delete_page", "lock_page", "unlock_page",
    ),
    "merchandiser": ("add_page", "change_page"),
}
ADDS = (
    "wagtailimages.add_image", "wagtailimages.choose_image",
    "wagtaildocs.add_document", "wagtaildocs.choose_document",
)
FILES = {
    "organizer": (*ADDS, "wagtailimages.change_image", "wagtaildocs.change_document"),
    "merchandiser": ADDS,
}
# By codename: the model, and what Django calls it, where that does not follow from the codename.
OTHERS = {
    "access_admin": ("admin", "Can access Wagtail admin"),
    "erase_user": ("user", "Can erase a person"),
    "manage_colleagues": ("invitation", "Can invite colleagues and change their roles"),
    "publish_festival": ("festival", "Can publish, stop and cancel festivals"),
    "review_nomination": ("festival", "Can decide on nominations and on new products"),
    "submit_translation": ("simpletranslation", "Can submit translations"),
    "view_changelog": ("changelog", "Can view change log"),
    # Nobody has these three: they are here as databases of before have them.
    "add_picture": ("picture", "add_picture"),
    "change_picture": ("picture", "change_picture"),
    "choose_picture": ("picture", "choose_picture"),
}
WORKFLOW = "Approval by an organizer"


def permission(apps, codename):
    """Return a permission, which Django would make after all migrations."""
    app, _, codename = codename.partition(".")
    model, name = OTHERS.get(codename) or (
        codename.rpartition("_")[2], f"Can {codename.replace('_', ' ')}",
    )
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label=app, model=model
    )
    made, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=kind, codename=codename, defaults={"name": name}
    )
    return made


def make_roles(apps, schema_editor):
    """Make the groups with all that they may do, and let an organizer approve pages."""
    root = apps.get_model("wagtailcore.Page").objects.filter(depth=1).first()
    files = apps.get_model("wagtailcore.Collection").objects.filter(depth=1).first()
    on_page = apps.get_model("wagtailcore.GroupPagePermission").objects
    on_files = apps.get_model("wagtailcore.GroupCollectionPermission").objects
    for name, codenames in MAY.items():
        group, _ = apps.get_model("auth.Group").objects.get_or_create(name=name)
        group.permissions.add(*(permission(apps, codename) for codename in codenames))
        for codename in PAGES.get(name, ()):
            what = permission(apps, f"wagtailcore.{codename}")
            on_page.get_or_create(group=group, page=root, permission=what)
        for codename in FILES.get(name, ()):
            what = permission(apps, codename)
            on_files.get_or_create(group=group, collection=files, permission=what)
    for what in ("add", "change", "choose"):
        permission(apps, f"shop.{what}_picture")
    make_workflow(apps, root)


def make_workflow(apps, root):
    """Let an organizer approve pages, in place of Wagtail's own example."""
    kind, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label="wagtailcore", model="groupapprovaltask"
    )
    task = apps.get_model("wagtailcore.GroupApprovalTask").objects.create(
        name=WORKFLOW, content_type=kind, active=True
    )
    task.groups.add(apps.get_model("auth.Group").objects.get(name="organizer"))
    workflow = apps.get_model("wagtailcore.Workflow").objects.create(name=WORKFLOW, active=True)
    apps.get_model("wagtailcore.WorkflowTask").objects.create(
        workflow=workflow, task=task, sort_order=0
    )
    apps.get_model("wagtailcore.WorkflowPage").objects.update_or_create(
        page=root, defaults={"workflow": workflow}
    )


def make_languages(apps, schema_editor):
    """Let pages be written in every language of the shop."""
    for code, _name in settings.LANGUAGES:
        apps.get_model("wagtailcore.Locale").objects.get_or_create(language_code=code)


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("cms", name) for name in (
            "0001_pages", "0002_roles", "0003_desk", "0004_collections", "0005_colleagues",
            "0006_doors", "0007_orders_desk", "0008_session_zone", "0009_log", "0010_terms",
            "0011_search_words", "0090_people", "0091_sell", "0092_academy", "0093_settlements",
        )
    ]
    dependencies = [
        # Not the squashed one: a database in between may have 0093 before it has 0122.
        ("shop", "0096_academy"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0098_apitoken"),
        # These give "choose" to all who may add, and would stumble over what stands here.
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='FestivalIndexPage',
                fields=[
                    ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                    ('preview_at', models.DateTimeField(blank=True, help_text='As the time zone of your account has it. For the preview alone.', null=True, verbose_name='preview at')),
                ],
                options={
                    'verbose_name': 'list of festivals',
                },
                bases=('wagtailcore.page',),
            ),
            migrations.CreateModel(
                name='FestivalPage',
                fields=[
                    ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                    ('preview_at', models.DateTimeField(blank=True, help_text='As the time zone of your account has it. For the preview alone.', null=True, verbose_name='preview at')),
                    ('body', wagtail.fields.StreamField([('hero', 1), ('countdown', 1), ('intro', 1), ('slots', 6), ('vouchers', 7), ('session', 17), ('how', 7), ('deals', 28), ('picked', 30), ('tours', 31), ('collections', 38), ('pavilion', 41), ('stores', 44), ('stories', 48), ('text', 50), ('picture', 54), ('table', 57), ('call', 61), ('notice', 62)], blank=True, block_lookup={0: ('wagtail.blocks.MultipleChoiceBlock', [], {'choices': [('teaser', 'Before the festival'), ('live', 'While it runs'), ('ended', 'After its end')], 'help_text': "Nothing ticked: always. The phase comes from the festival's own times.", 'label': 'Show in phase', 'required': False}), 1: ('wagtail.blocks.StructBlock', [[('phases', 0)]], {'group': 'Festival'}), 2: ('wagtail.blocks.CharBlock', (), {'max_length': 80, 'required': False}), 3: ('wagtail.blocks.CharBlock', (), {'max_length': 200, 'required': False}), 4: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('flash', "The festival's words: flash"), ('pavilions', "The festival's words: pavilions"), ('shelf', "The festival's words: shelf"), ('under', "The festival's words: under"), ('stories', "The festival's words: stories"), ('experiences', "The festival's words: experiences"), ('vouchers', "The festival's words: vouchers"), ('how', "The festival's words: how"), ('ended', "The festival's words: ended")], 'help_text': 'Used, in every language that has them, where the title is empty.', 'label': "Festival's words", 'required': False}), 5: ('wagtail.blocks.IntegerBlock', (), {'default': 10, 'label': 'How many deals', 'max_value': 24, 'min_value': 0}), 6: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('count', 5), ('phases', 0)]], {'group': 'Festival'}), 7: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('phases', 0)]], {'group': 'Festival'}), 8: ('wagtail.blocks.CharBlock', (), {'label': 'Title of the session', 'max_length': 120}), 9: ('wagtail.blocks.CharBlock', (), {'max_length': 120}), 10: ('wagtail.blocks.DateTimeBlock', (), {'help_text': 'As the time zone of your account has it.'}), 11: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.zones, 'help_text': "In which readers are told when. Empty: the festival's.", 'label': 'Time zone of the page', 'required': False}), 12: ('wagtail.blocks.IntegerBlock', (), {'default': 60, 'max_value': 720, 'min_value': 5}), 13: ('cms.blocks.words.Words', (), {'required': False}), 14: ('wagtail.blocks.URLBlock', (), {'help_text': "https://… It opens on the host's own page; nothing of it is loaded here.", 'label': 'Address of the stream', 'required': False}), 15: ('cms.blocks.deals.ProductChooserBlock', (), {}), 16: ('wagtail.blocks.ListBlock', (15,), {'default': [], 'max_num': 24}), 17: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('name', 8), ('host', 9), ('starts_at', 10), ('zone', 11), ('minutes', 12), ('about', 13), ('stream', 14), ('products', 16), ('phases', 0)]], {'group': 'Festival'}), 18: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.countries, 'required': False}), 19: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories, 'required': False}), 20: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.flash_slots, 'label': 'Flash deals of this time', 'required': False}), 21: ('wagtail.blocks.IntegerBlock', (), {'label': 'Costs at least', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 22: ('wagtail.blocks.IntegerBlock', (), {'help_text': "In whole units of the shop's currency: 50 for “only under 50”.", 'label': 'Costs at most', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 23: ('wagtail.blocks.BooleanBlock', (), {'default': True, 'label': 'Only what takes part in the festival', 'required': False}), 24: ('wagtail.blocks.BooleanBlock', (), {'label': 'Only what has a deal at the moment', 'required': False}), 25: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('popular', 'Most bought first'), ('saving', 'Largest saving first'), ('price', 'Cheapest first'), ('newest', 'Newest first')]}), 26: ('wagtail.blocks.IntegerBlock', (), {'default': 8, 'label': 'How many', 'max_value': 24, 'min_value': 1}), 27: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('grid', 'Grid'), ('rail', 'Rail to scroll sideways')]}), 28: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('country', 18), ('category', 19), ('slot', 20), ('low', 21), ('high', 22), ('in_festival', 23), ('only_deals', 24), ('sort', 25), ('count', 26), ('look', 27), ('phases', 0)]], {'group': 'Products'}), 29: ('wagtail.blocks.ListBlock', (15,), {'max_num': 24, 'min_num': 1}), 30: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('products', 29), ('look', 27), ('phases', 0)]], {'group': 'Products'}), 31: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('country', 18), ('count', 26), ('phases', 0)]], {'group': 'Products'}), 32: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories}), 33: ('wagtail.blocks.CharBlock', (), {'max_length': 60, 'required': False}), 34: ('wagtail.blocks.CharBlock', (), {'max_length': 100, 'required': False}), 35: ('wagtail.blocks.StructBlock', [[('category', 32), ('title', 33), ('text', 34)]], {}), 36: ('wagtail.blocks.ListBlock', (35,), {'default': [], 'help_text': 'None: the first parts of the catalogue, and its last one.', 'max_num': 8}), 37: ('wagtail.blocks.IntegerBlock', (), {'default': 4, 'label': 'How many', 'max_value': 8, 'min_value': 2}), 38: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('tiles', 36), ('count', 37), ('phases', 0)]], {'group': 'Products'}), 39: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.countries}), 40: ('wagtail.blocks.IntegerBlock', (), {'default': 5, 'label': 'How many products', 'max_value': 24, 'min_value': 1}), 41: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('country', 39), ('about', 13), ('count', 40), ('phases', 0)]], {'group': 'Stores'}), 42: ('cms.blocks.stores.StoreChooserBlock', (), {}), 43: ('wagtail.blocks.ListBlock', (42,), {'default': [], 'help_text': 'None: the most bought from, one of each country as far as possible.', 'max_num': 24}), 44: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('stores', 43), ('count', 26), ('phases', 0)]], {'group': 'Stores'}), 45: ('wagtail.blocks.PageChooserBlock', (), {'page_type': ['cms.StoryPage']}), 46: ('wagtail.blocks.ListBlock', (45,), {'default': [], 'help_text': 'None: the newest.', 'max_num': 24}), 47: ('wagtail.blocks.IntegerBlock', (), {'default': 3, 'label': 'How many', 'max_value': 24, 'min_value': 1}), 48: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('stories', 46), ('count', 47), ('phases', 0)]], {'group': 'Stores'}), 49: ('cms.blocks.words.Words', (), {}), 50: ('wagtail.blocks.StructBlock', [[('words', 49), ('phases', 0)]], {'group': 'Words and pictures'}), 51: ('wagtail.images.blocks.ImageChooserBlock', (), {}), 52: ('wagtail.blocks.CharBlock', (), {'help_text': 'What the picture tells, for those who do not see it.', 'label': 'Alternative text', 'max_length': 200, 'required': False}), 53: ('wagtail.blocks.BooleanBlock', (), {'help_text': 'A decoration: no text is needed.', 'label': 'It tells nothing', 'required': False}), 54: ('wagtail.blocks.StructBlock', [[('picture', 51), ('alt', 52), ('is_decoration', 53), ('caption', 3), ('phases', 0)]], {'group': 'Words and pictures'}), 55: ('wagtail.blocks.CharBlock', (), {'max_length': 120, 'required': False}), 56: ('wagtail.blocks.TextBlock', (), {'help_text': 'A line for each row, cells apart by |. First the headings.'}), 57: ('wagtail.blocks.StructBlock', [[('caption', 55), ('rows', 56), ('phases', 0)]], {'group': 'Words and pictures'}), 58: ('wagtail.blocks.CharBlock', (), {'max_length': 60}), 59: ('wagtail.blocks.PageChooserBlock', (), {'required': False}), 60: ('wagtail.blocks.CharBlock', (), {'help_text': '/products/?kind=experience or https://…', 'max_length': 300, 'required': False}), 61: ('wagtail.blocks.StructBlock', [[('label', 58), ('text', 3), ('page', 59), ('address', 60), ('phases', 0)]], {'group': 'Words and pictures'}), 62: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('phases', 0)]], {'group': 'Words and pictures'})})),
                    ('festival', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='page', to='shop.festival')),
                ],
                options={
                    'verbose_name': 'festival page',
                },
                bases=('wagtailcore.page',),
            ),
            migrations.CreateModel(
                name='HelpIndexPage',
                fields=[
                    ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                    ('preview_at', models.DateTimeField(blank=True, help_text='As the time zone of your account has it. For the preview alone.', null=True, verbose_name='preview at')),
                ],
                options={
                    'verbose_name': 'help',
                },
                bases=('wagtailcore.page',),
            ),
            migrations.CreateModel(
                name='HelpPage',
                fields=[
                    ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                    ('preview_at', models.DateTimeField(blank=True, help_text='As the time zone of your account has it. For the preview alone.', null=True, verbose_name='preview at')),
                    ('audience', models.CharField(choices=[('shopper', 'Shoppers'), ('seller', 'Sellers'), ('everyone', 'Everyone')], default='shopper', max_length=8)),
                    ('order', models.PositiveSmallIntegerField(default=1)),
                    ('body', wagtail.fields.StreamField([('text', 2), ('picture', 7), ('table', 10), ('call', 14), ('notice', 17), ('deals', 28), ('picked', 31), ('tours', 32), ('collections', 39)], blank=True, block_lookup={0: ('cms.blocks.words.Words', (), {}), 1: ('wagtail.blocks.MultipleChoiceBlock', [], {'choices': [('teaser', 'Before the festival'), ('live', 'While it runs'), ('ended', 'After its end')], 'help_text': "Nothing ticked: always. The phase comes from the festival's own times.", 'label': 'Show in phase', 'required': False}), 2: ('wagtail.blocks.StructBlock', [[('words', 0), ('phases', 1)]], {'group': 'Words and pictures'}), 3: ('wagtail.images.blocks.ImageChooserBlock', (), {}), 4: ('wagtail.blocks.CharBlock', (), {'help_text': 'What the picture tells, for those who do not see it.', 'label': 'Alternative text', 'max_length': 200, 'required': False}), 5: ('wagtail.blocks.BooleanBlock', (), {'help_text': 'A decoration: no text is needed.', 'label': 'It tells nothing', 'required': False}), 6: ('wagtail.blocks.CharBlock', (), {'max_length': 200, 'required': False}), 7: ('wagtail.blocks.StructBlock', [[('picture', 3), ('alt', 4), ('is_decoration', 5), ('caption', 6), ('phases', 1)]], {'group': 'Words and pictures'}), 8: ('wagtail.blocks.CharBlock', (), {'max_length': 120, 'required': False}), 9: ('wagtail.blocks.TextBlock', (), {'help_text': 'A line for each row, cells apart by |. First the headings.'}), 10: ('wagtail.blocks.StructBlock', [[('caption', 8), ('rows', 9), ('phases', 1)]], {'group': 'Words and pictures'}), 11: ('wagtail.blocks.CharBlock', (), {'max_length': 60}), 12: ('wagtail.blocks.PageChooserBlock', (), {'required': False}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '/products/?kind=experience or https://…', 'max_length': 300, 'required': False}), 14: ('wagtail.blocks.StructBlock', [[('label', 11), ('text', 6), ('page', 12), ('address', 13), ('phases', 1)]], {'group': 'Words and pictures'}), 15: ('wagtail.blocks.CharBlock', (), {'max_length': 80, 'required': False}), 16: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('flash', "The festival's words: flash"), ('pavilions', "The festival's words: pavilions"), ('shelf', "The festival's words: shelf"), ('under', "The festival's words: under"), ('stories', "The festival's words: stories"), ('experiences', "The festival's words: experiences"), ('vouchers', "The festival's words: vouchers"), ('how', "The festival's words: how"), ('ended', "The festival's words: ended")], 'help_text': 'Used, in every language that has them, where the title is empty.', 'label': "Festival's words", 'required': False}), 17: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('phases', 1)]], {'group': 'Words and pictures'}), 18: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.countries, 'required': False}), 19: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories, 'required': False}), 20: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.flash_slots, 'label': 'Flash deals of this time', 'required': False}), 21: ('wagtail.blocks.IntegerBlock', (), {'label': 'Costs at least', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 22: ('wagtail.blocks.IntegerBlock', (), {'help_text': "In whole units of the shop's currency: 50 for “only under 50”.", 'label': 'Costs at most', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 23: ('wagtail.blocks.BooleanBlock', (), {'default': True, 'label': 'Only what takes part in the festival', 'required': False}), 24: ('wagtail.blocks.BooleanBlock', (), {'label': 'Only what has a deal at the moment', 'required': False}), 25: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('popular', 'Most bought first'), ('saving', 'Largest saving first'), ('price', 'Cheapest first'), ('newest', 'Newest first')]}), 26: ('wagtail.blocks.IntegerBlock', (), {'default': 8, 'label': 'How many', 'max_value': 24, 'min_value': 1}), 27: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('grid', 'Grid'), ('rail', 'Rail to scroll sideways')]}), 28: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('country', 18), ('category', 19), ('slot', 20), ('low', 21), ('high', 22), ('in_festival', 23), ('only_deals', 24), ('sort', 25), ('count', 26), ('look', 27), ('phases', 1)]], {'group': 'Products'}), 29: ('cms.blocks.deals.ProductChooserBlock', (), {}), 30: ('wagtail.blocks.ListBlock', (29,), {'max_num': 24, 'min_num': 1}), 31: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('products', 30), ('look', 27), ('phases', 1)]], {'group': 'Products'}), 32: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('country', 18), ('count', 26), ('phases', 1)]], {'group': 'Products'}), 33: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories}), 34: ('wagtail.blocks.CharBlock', (), {'max_length': 60, 'required': False}), 35: ('wagtail.blocks.CharBlock', (), {'max_length': 100, 'required': False}), 36: ('wagtail.blocks.StructBlock', [[('category', 33), ('title', 34), ('text', 35)]], {}), 37: ('wagtail.blocks.ListBlock', (36,), {'default': [], 'help_text': 'None: the first parts of the catalogue, and its last one.', 'max_num': 8}), 38: ('wagtail.blocks.IntegerBlock', (), {'default': 4, 'label': 'How many', 'max_value': 8, 'min_value': 2}), 39: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('tiles', 37), ('count', 38), ('phases', 1)]], {'group': 'Products'})})),
                    ('picture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='shop.picture')),
                ],
                options={
                    'verbose_name': 'help page',
                },
                bases=('wagtailcore.page',),
            ),
            migrations.CreateModel(
                name='HomePage',
                fields=[
                    ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                    ('preview_at', models.DateTimeField(blank=True, help_text='As the time zone of your account has it. For the preview alone.', null=True, verbose_name='preview at')),
                    ('body', wagtail.fields.StreamField([('hero', 1), ('countdown', 1), ('intro', 1), ('slots', 6), ('vouchers', 7), ('session', 17), ('how', 7), ('deals', 28), ('picked', 30), ('tours', 31), ('collections', 38), ('pavilion', 41), ('stores', 44), ('stories', 48), ('text', 50), ('picture', 54), ('table', 57), ('call', 61), ('notice', 62)], blank=True, block_lookup={0: ('wagtail.blocks.MultipleChoiceBlock', [], {'choices': [('teaser', 'Before the festival'), ('live', 'While it runs'), ('ended', 'After its end')], 'help_text': "Nothing ticked: always. The phase comes from the festival's own times.", 'label': 'Show in phase', 'required': False}), 1: ('wagtail.blocks.StructBlock', [[('phases', 0)]], {'group': 'Festival'}), 2: ('wagtail.blocks.CharBlock', (), {'max_length': 80, 'required': False}), 3: ('wagtail.blocks.CharBlock', (), {'max_length': 200, 'required': False}), 4: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('flash', "The festival's words: flash"), ('pavilions', "The festival's words: pavilions"), ('shelf', "The festival's words: shelf"), ('under', "The festival's words: under"), ('stories', "The festival's words: stories"), ('experiences', "The festival's words: experiences"), ('vouchers', "The festival's words: vouchers"), ('how', "The festival's words: how"), ('ended', "The festival's words: ended")], 'help_text': 'Used, in every language that has them, where the title is empty.', 'label': "Festival's words", 'required': False}), 5: ('wagtail.blocks.IntegerBlock', (), {'default': 10, 'label': 'How many deals', 'max_value': 24, 'min_value': 0}), 6: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('count', 5), ('phases', 0)]], {'group': 'Festival'}), 7: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('phases', 0)]], {'group': 'Festival'}), 8: ('wagtail.blocks.CharBlock', (), {'label': 'Title of the session', 'max_length': 120}), 9: ('wagtail.blocks.CharBlock', (), {'max_length': 120}), 10: ('wagtail.blocks.DateTimeBlock', (), {'help_text': 'As the time zone of your account has it.'}), 11: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.zones, 'help_text': "In which readers are told when. Empty: the festival's.", 'label': 'Time zone of the page', 'required': False}), 12: ('wagtail.blocks.IntegerBlock', (), {'default': 60, 'max_value': 720, 'min_value': 5}), 13: ('cms.blocks.words.Words', (), {'required': False}), 14: ('wagtail.blocks.URLBlock', (), {'help_text': "https://… It opens on the host's own page; nothing of it is loaded here.", 'label': 'Address of the stream', 'required': False}), 15: ('cms.blocks.deals.ProductChooserBlock', (), {}), 16: ('wagtail.blocks.ListBlock', (15,), {'default': [], 'max_num': 24}), 17: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('name', 8), ('host', 9), ('starts_at', 10), ('zone', 11), ('minutes', 12), ('about', 13), ('stream', 14), ('products', 16), ('phases', 0)]], {'group': 'Festival'}), 18: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.countries, 'required': False}), 19: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories, 'required': False}), 20: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.flash_slots, 'label': 'Flash deals of this time', 'required': False}), 21: ('wagtail.blocks.IntegerBlock', (), {'label': 'Costs at least', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 22: ('wagtail.blocks.IntegerBlock', (), {'help_text': "In whole units of the shop's currency: 50 for “only under 50”.", 'label': 'Costs at most', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 23: ('wagtail.blocks.BooleanBlock', (), {'default': True, 'label': 'Only what takes part in the festival', 'required': False}), 24: ('wagtail.blocks.BooleanBlock', (), {'label': 'Only what has a deal at the moment', 'required': False}), 25: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('popular', 'Most bought first'), ('saving', 'Largest saving first'), ('price', 'Cheapest first'), ('newest', 'Newest first')]}), 26: ('wagtail.blocks.IntegerBlock', (), {'default': 8, 'label': 'How many', 'max_value': 24, 'min_value': 1}), 27: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('grid', 'Grid'), ('rail', 'Rail to scroll sideways')]}), 28: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('country', 18), ('category', 19), ('slot', 20), ('low', 21), ('high', 22), ('in_festival', 23), ('only_deals', 24), ('sort', 25), ('count', 26), ('look', 27), ('phases', 0)]], {'group': 'Products'}), 29: ('wagtail.blocks.ListBlock', (15,), {'max_num': 24, 'min_num': 1}), 30: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('products', 29), ('look', 27), ('phases', 0)]], {'group': 'Products'}), 31: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('country', 18), ('count', 26), ('phases', 0)]], {'group': 'Products'}), 32: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories}), 33: ('wagtail.blocks.CharBlock', (), {'max_length': 60, 'required': False}), 34: ('wagtail.blocks.CharBlock', (), {'max_length': 100, 'required': False}), 35: ('wagtail.blocks.StructBlock', [[('category', 32), ('title', 33), ('text', 34)]], {}), 36: ('wagtail.blocks.ListBlock', (35,), {'default': [], 'help_text': 'None: the first parts of the catalogue, and its last one.', 'max_num': 8}), 37: ('wagtail.blocks.IntegerBlock', (), {'default': 4, 'label': 'How many', 'max_value': 8, 'min_value': 2}), 38: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('tiles', 36), ('count', 37), ('phases', 0)]], {'group': 'Products'}), 39: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.countries}), 40: ('wagtail.blocks.IntegerBlock', (), {'default': 5, 'label': 'How many products', 'max_value': 24, 'min_value': 1}), 41: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('country', 39), ('about', 13), ('count', 40), ('phases', 0)]], {'group': 'Stores'}), 42: ('cms.blocks.stores.StoreChooserBlock', (), {}), 43: ('wagtail.blocks.ListBlock', (42,), {'default': [], 'help_text': 'None: the most bought from, one of each country as far as possible.', 'max_num': 24}), 44: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('stores', 43), ('count', 26), ('phases', 0)]], {'group': 'Stores'}), 45: ('wagtail.blocks.PageChooserBlock', (), {'page_type': ['cms.StoryPage']}), 46: ('wagtail.blocks.ListBlock', (45,), {'default': [], 'help_text': 'None: the newest.', 'max_num': 24}), 47: ('wagtail.blocks.IntegerBlock', (), {'default': 3, 'label': 'How many', 'max_value': 24, 'min_value': 1}), 48: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('stories', 46), ('count', 47), ('phases', 0)]], {'group': 'Stores'}), 49: ('cms.blocks.words.Words', (), {}), 50: ('wagtail.blocks.StructBlock', [[('words', 49), ('phases', 0)]], {'group': 'Words and pictures'}), 51: ('wagtail.images.blocks.ImageChooserBlock', (), {}), 52: ('wagtail.blocks.CharBlock', (), {'help_text': 'What the picture tells, for those who do not see it.', 'label': 'Alternative text', 'max_length': 200, 'required': False}), 53: ('wagtail.blocks.BooleanBlock', (), {'help_text': 'A decoration: no text is needed.', 'label': 'It tells nothing', 'required': False}), 54: ('wagtail.blocks.StructBlock', [[('picture', 51), ('alt', 52), ('is_decoration', 53), ('caption', 3), ('phases', 0)]], {'group': 'Words and pictures'}), 55: ('wagtail.blocks.CharBlock', (), {'max_length': 120, 'required': False}), 56: ('wagtail.blocks.TextBlock', (), {'help_text': 'A line for each row, cells apart by |. First the headings.'}), 57: ('wagtail.blocks.StructBlock', [[('caption', 55), ('rows', 56), ('phases', 0)]], {'group': 'Words and pictures'}), 58: ('wagtail.blocks.CharBlock', (), {'max_length': 60}), 59: ('wagtail.blocks.PageChooserBlock', (), {'required': False}), 60: ('wagtail.blocks.CharBlock', (), {'help_text': '/products/?kind=experience or https://…', 'max_length': 300, 'required': False}), 61: ('wagtail.blocks.StructBlock', [[('label', 58), ('text', 3), ('page', 59), ('address', 60), ('phases', 0)]], {'group': 'Words and pictures'}), 62: ('wagtail.blocks.StructBlock', [[('title', 2), ('text', 3), ('words', 4), ('phases', 0)]], {'group': 'Words and pictures'})}, default=cms.pages.home.drawn_home)),
                ],
                options={
                    'verbose_name': 'home page',
                },
                bases=('wagtailcore.page',),
            ),
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
            migrations.CreateModel(
                name='LessonIndexPage',
                fields=[
                    ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                    ('preview_at', models.DateTimeField(blank=True, help_text='As the time zone of your account has it. For the preview alone.', null=True, verbose_name='preview at')),
                ],
                options={
                    'verbose_name': 'academy',
                },
                bases=('wagtailcore.page',),
            ),
            migrations.CreateModel(
                name='LessonPage',
                fields=[
                    ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                    ('preview_at', models.DateTimeField(blank=True, help_text='As the time zone of your account has it. For the preview alone.', null=True, verbose_name='preview at')),
                    ('order', models.PositiveSmallIntegerField(default=1)),
                    ('minutes', models.PositiveSmallIntegerField(default=20, help_text='How long it takes.')),
                    ('body', wagtail.fields.StreamField([('text', 2), ('picture', 7), ('table', 10), ('call', 14), ('notice', 17), ('deals', 28), ('picked', 31), ('tours', 32), ('collections', 39), ('checklist', 42), ('question', 47)], blank=True, block_lookup={0: ('cms.blocks.words.Words', (), {}), 1: ('wagtail.blocks.MultipleChoiceBlock', [], {'choices': [('teaser', 'Before the festival'), ('live', 'While it runs'), ('ended', 'After its end')], 'help_text': "Nothing ticked: always. The phase comes from the festival's own times.", 'label': 'Show in phase', 'required': False}), 2: ('wagtail.blocks.StructBlock', [[('words', 0), ('phases', 1)]], {'group': 'Words and pictures'}), 3: ('wagtail.images.blocks.ImageChooserBlock', (), {}), 4: ('wagtail.blocks.CharBlock', (), {'help_text': 'What the picture tells, for those who do not see it.', 'label': 'Alternative text', 'max_length': 200, 'required': False}), 5: ('wagtail.blocks.BooleanBlock', (), {'help_text': 'A decoration: no text is needed.', 'label': 'It tells nothing', 'required': False}), 6: ('wagtail.blocks.CharBlock', (), {'max_length': 200, 'required': False}), 7: ('wagtail.blocks.StructBlock', [[('picture', 3), ('alt', 4), ('is_decoration', 5), ('caption', 6), ('phases', 1)]], {'group': 'Words and pictures'}), 8: ('wagtail.blocks.CharBlock', (), {'max_length': 120, 'required': False}), 9: ('wagtail.blocks.TextBlock', (), {'help_text': 'A line for each row, cells apart by |. First the headings.'}), 10: ('wagtail.blocks.StructBlock', [[('caption', 8), ('rows', 9), ('phases', 1)]], {'group': 'Words and pictures'}), 11: ('wagtail.blocks.CharBlock', (), {'max_length': 60}), 12: ('wagtail.blocks.PageChooserBlock', (), {'required': False}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '/products/?kind=experience or https://…', 'max_length': 300, 'required': False}), 14: ('wagtail.blocks.StructBlock', [[('label', 11), ('text', 6), ('page', 12), ('address', 13), ('phases', 1)]], {'group': 'Words and pictures'}), 15: ('wagtail.blocks.CharBlock', (), {'max_length': 80, 'required': False}), 16: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('flash', "The festival's words: flash"), ('pavilions', "The festival's words: pavilions"), ('shelf', "The festival's words: shelf"), ('under', "The festival's words: under"), ('stories', "The festival's words: stories"), ('experiences', "The festival's words: experiences"), ('vouchers', "The festival's words: vouchers"), ('how', "The festival's words: how"), ('ended', "The festival's words: ended")], 'help_text': 'Used, in every language that has them, where the title is empty.', 'label': "Festival's words", 'required': False}), 17: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('phases', 1)]], {'group': 'Words and pictures'}), 18: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.countries, 'required': False}), 19: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories, 'required': False}), 20: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.flash_slots, 'label': 'Flash deals of this time', 'required': False}), 21: ('wagtail.blocks.IntegerBlock', (), {'label': 'Costs at least', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 22: ('wagtail.blocks.IntegerBlock', (), {'help_text': "In whole units of the shop's currency: 50 for “only under 50”.", 'label': 'Costs at most', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 23: ('wagtail.blocks.BooleanBlock', (), {'default': True, 'label': 'Only what takes part in the festival', 'required': False}), 24: ('wagtail.blocks.BooleanBlock', (), {'label': 'Only what has a deal at the moment', 'required': False}), 25: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('popular', 'Most bought first'), ('saving', 'Largest saving first'), ('price', 'Cheapest first'), ('newest', 'Newest first')]}), 26: ('wagtail.blocks.IntegerBlock', (), {'default': 8, 'label': 'How many', 'max_value': 24, 'min_value': 1}), 27: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('grid', 'Grid'), ('rail', 'Rail to scroll sideways')]}), 28: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('country', 18), ('category', 19), ('slot', 20), ('low', 21), ('high', 22), ('in_festival', 23), ('only_deals', 24), ('sort', 25), ('count', 26), ('look', 27), ('phases', 1)]], {'group': 'Products'}), 29: ('cms.blocks.deals.ProductChooserBlock', (), {}), 30: ('wagtail.blocks.ListBlock', (29,), {'max_num': 24, 'min_num': 1}), 31: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('products', 30), ('look', 27), ('phases', 1)]], {'group': 'Products'}), 32: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('country', 18), ('count', 26), ('phases', 1)]], {'group': 'Products'}), 33: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories}), 34: ('wagtail.blocks.CharBlock', (), {'max_length': 60, 'required': False}), 35: ('wagtail.blocks.CharBlock', (), {'max_length': 100, 'required': False}), 36: ('wagtail.blocks.StructBlock', [[('category', 33), ('title', 34), ('text', 35)]], {}), 37: ('wagtail.blocks.ListBlock', (36,), {'default': [], 'help_text': 'None: the first parts of the catalogue, and its last one.', 'max_num': 8}), 38: ('wagtail.blocks.IntegerBlock', (), {'default': 4, 'label': 'How many', 'max_value': 8, 'min_value': 2}), 39: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('tiles', 37), ('count', 38), ('phases', 1)]], {'group': 'Products'}), 40: ('wagtail.blocks.CharBlock', (), {'max_length': 300}), 41: ('wagtail.blocks.ListBlock', (40,), {'max_num': 50, 'min_num': 1}), 42: ('wagtail.blocks.StructBlock', [[('points', 41), ('phases', 1)]], {'group': 'Words and pictures'}), 43: ('wagtail.blocks.CharBlock', (), {'max_length': 200}), 44: ('wagtail.blocks.ListBlock', (43,), {'max_num': 6, 'min_num': 2}), 45: ('wagtail.blocks.IntegerBlock', (), {'label': 'Number of the right answer', 'max_value': 6, 'min_value': 1}), 46: ('wagtail.blocks.TextBlock', (), {'max_length': 600, 'required': False}), 47: ('wagtail.blocks.StructBlock', [[('question', 40), ('answers', 44), ('right', 45), ('why', 46), ('phases', 1)]], {'group': 'Words and pictures'})}, help_text='With questions it can be done: four of five have to be right. All languages ask the same ones, in the same order.')),
                    ('picture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='shop.picture')),
                ],
                options={
                    'verbose_name': 'lesson',
                },
                bases=('wagtailcore.page',),
            ),
            migrations.CreateModel(
                name='SellPage',
                fields=[
                    ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                    ('preview_at', models.DateTimeField(blank=True, help_text='As the time zone of your account has it. For the preview alone.', null=True, verbose_name='preview at')),
                    ('body', wagtail.fields.StreamField([('text', 2), ('picture', 7), ('table', 10), ('call', 14), ('notice', 17), ('deals', 28), ('picked', 31), ('tours', 32), ('collections', 39)], blank=True, block_lookup={0: ('cms.blocks.words.Words', (), {}), 1: ('wagtail.blocks.MultipleChoiceBlock', [], {'choices': [('teaser', 'Before the festival'), ('live', 'While it runs'), ('ended', 'After its end')], 'help_text': "Nothing ticked: always. The phase comes from the festival's own times.", 'label': 'Show in phase', 'required': False}), 2: ('wagtail.blocks.StructBlock', [[('words', 0), ('phases', 1)]], {'group': 'Words and pictures'}), 3: ('wagtail.images.blocks.ImageChooserBlock', (), {}), 4: ('wagtail.blocks.CharBlock', (), {'help_text': 'What the picture tells, for those who do not see it.', 'label': 'Alternative text', 'max_length': 200, 'required': False}), 5: ('wagtail.blocks.BooleanBlock', (), {'help_text': 'A decoration: no text is needed.', 'label': 'It tells nothing', 'required': False}), 6: ('wagtail.blocks.CharBlock', (), {'max_length': 200, 'required': False}), 7: ('wagtail.blocks.StructBlock', [[('picture', 3), ('alt', 4), ('is_decoration', 5), ('caption', 6), ('phases', 1)]], {'group': 'Words and pictures'}), 8: ('wagtail.blocks.CharBlock', (), {'max_length': 120, 'required': False}), 9: ('wagtail.blocks.TextBlock', (), {'help_text': 'A line for each row, cells apart by |. First the headings.'}), 10: ('wagtail.blocks.StructBlock', [[('caption', 8), ('rows', 9), ('phases', 1)]], {'group': 'Words and pictures'}), 11: ('wagtail.blocks.CharBlock', (), {'max_length': 60}), 12: ('wagtail.blocks.PageChooserBlock', (), {'required': False}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '/products/?kind=experience or https://…', 'max_length': 300, 'required': False}), 14: ('wagtail.blocks.StructBlock', [[('label', 11), ('text', 6), ('page', 12), ('address', 13), ('phases', 1)]], {'group': 'Words and pictures'}), 15: ('wagtail.blocks.CharBlock', (), {'max_length': 80, 'required': False}), 16: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('flash', "The festival's words: flash"), ('pavilions', "The festival's words: pavilions"), ('shelf', "The festival's words: shelf"), ('under', "The festival's words: under"), ('stories', "The festival's words: stories"), ('experiences', "The festival's words: experiences"), ('vouchers', "The festival's words: vouchers"), ('how', "The festival's words: how"), ('ended', "The festival's words: ended")], 'help_text': 'Used, in every language that has them, where the title is empty.', 'label': "Festival's words", 'required': False}), 17: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('phases', 1)]], {'group': 'Words and pictures'}), 18: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.countries, 'required': False}), 19: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories, 'required': False}), 20: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.flash_slots, 'label': 'Flash deals of this time', 'required': False}), 21: ('wagtail.blocks.IntegerBlock', (), {'label': 'Costs at least', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 22: ('wagtail.blocks.IntegerBlock', (), {'help_text': "In whole units of the shop's currency: 50 for “only under 50”.", 'label': 'Costs at most', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 23: ('wagtail.blocks.BooleanBlock', (), {'default': True, 'label': 'Only what takes part in the festival', 'required': False}), 24: ('wagtail.blocks.BooleanBlock', (), {'label': 'Only what has a deal at the moment', 'required': False}), 25: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('popular', 'Most bought first'), ('saving', 'Largest saving first'), ('price', 'Cheapest first'), ('newest', 'Newest first')]}), 26: ('wagtail.blocks.IntegerBlock', (), {'default': 8, 'label': 'How many', 'max_value': 24, 'min_value': 1}), 27: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('grid', 'Grid'), ('rail', 'Rail to scroll sideways')]}), 28: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('country', 18), ('category', 19), ('slot', 20), ('low', 21), ('high', 22), ('in_festival', 23), ('only_deals', 24), ('sort', 25), ('count', 26), ('look', 27), ('phases', 1)]], {'group': 'Products'}), 29: ('cms.blocks.deals.ProductChooserBlock', (), {}), 30: ('wagtail.blocks.ListBlock', (29,), {'max_num': 24, 'min_num': 1}), 31: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('products', 30), ('look', 27), ('phases', 1)]], {'group': 'Products'}), 32: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('country', 18), ('count', 26), ('phases', 1)]], {'group': 'Products'}), 33: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories}), 34: ('wagtail.blocks.CharBlock', (), {'max_length': 60, 'required': False}), 35: ('wagtail.blocks.CharBlock', (), {'max_length': 100, 'required': False}), 36: ('wagtail.blocks.StructBlock', [[('category', 33), ('title', 34), ('text', 35)]], {}), 37: ('wagtail.blocks.ListBlock', (36,), {'default': [], 'help_text': 'None: the first parts of the catalogue, and its last one.', 'max_num': 8}), 38: ('wagtail.blocks.IntegerBlock', (), {'default': 4, 'label': 'How many', 'max_value': 8, 'min_value': 2}), 39: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('tiles', 37), ('count', 38), ('phases', 1)]], {'group': 'Products'})})),
                ],
                options={
                    'verbose_name': 'page for new stores',
                },
                bases=('wagtailcore.page',),
            ),
            migrations.CreateModel(
                name='StoryIndexPage',
                fields=[
                    ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                    ('preview_at', models.DateTimeField(blank=True, help_text='As the time zone of your account has it. For the preview alone.', null=True, verbose_name='preview at')),
                ],
                options={
                    'verbose_name': 'list of stories',
                },
                bases=('wagtailcore.page',),
            ),
            migrations.CreateModel(
                name='StoryPage',
                fields=[
                    ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to=settings.WAGTAIL_PAGE_MODEL)),
                    ('preview_at', models.DateTimeField(blank=True, help_text='As the time zone of your account has it. For the preview alone.', null=True, verbose_name='preview at')),
                    ('body', wagtail.fields.StreamField([('text', 2), ('picture', 7), ('table', 10), ('call', 14), ('notice', 17), ('deals', 28), ('picked', 31), ('tours', 32), ('collections', 39)], blank=True, block_lookup={0: ('cms.blocks.words.Words', (), {}), 1: ('wagtail.blocks.MultipleChoiceBlock', [], {'choices': [('teaser', 'Before the festival'), ('live', 'While it runs'), ('ended', 'After its end')], 'help_text': "Nothing ticked: always. The phase comes from the festival's own times.", 'label': 'Show in phase', 'required': False}), 2: ('wagtail.blocks.StructBlock', [[('words', 0), ('phases', 1)]], {'group': 'Words and pictures'}), 3: ('wagtail.images.blocks.ImageChooserBlock', (), {}), 4: ('wagtail.blocks.CharBlock', (), {'help_text': 'What the picture tells, for those who do not see it.', 'label': 'Alternative text', 'max_length': 200, 'required': False}), 5: ('wagtail.blocks.BooleanBlock', (), {'help_text': 'A decoration: no text is needed.', 'label': 'It tells nothing', 'required': False}), 6: ('wagtail.blocks.CharBlock', (), {'max_length': 200, 'required': False}), 7: ('wagtail.blocks.StructBlock', [[('picture', 3), ('alt', 4), ('is_decoration', 5), ('caption', 6), ('phases', 1)]], {'group': 'Words and pictures'}), 8: ('wagtail.blocks.CharBlock', (), {'max_length': 120, 'required': False}), 9: ('wagtail.blocks.TextBlock', (), {'help_text': 'A line for each row, cells apart by |. First the headings.'}), 10: ('wagtail.blocks.StructBlock', [[('caption', 8), ('rows', 9), ('phases', 1)]], {'group': 'Words and pictures'}), 11: ('wagtail.blocks.CharBlock', (), {'max_length': 60}), 12: ('wagtail.blocks.PageChooserBlock', (), {'required': False}), 13: ('wagtail.blocks.CharBlock', (), {'help_text': '/products/?kind=experience or https://…', 'max_length': 300, 'required': False}), 14: ('wagtail.blocks.StructBlock', [[('label', 11), ('text', 6), ('page', 12), ('address', 13), ('phases', 1)]], {'group': 'Words and pictures'}), 15: ('wagtail.blocks.CharBlock', (), {'max_length': 80, 'required': False}), 16: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('flash', "The festival's words: flash"), ('pavilions', "The festival's words: pavilions"), ('shelf', "The festival's words: shelf"), ('under', "The festival's words: under"), ('stories', "The festival's words: stories"), ('experiences', "The festival's words: experiences"), ('vouchers', "The festival's words: vouchers"), ('how', "The festival's words: how"), ('ended', "The festival's words: ended")], 'help_text': 'Used, in every language that has them, where the title is empty.', 'label': "Festival's words", 'required': False}), 17: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('phases', 1)]], {'group': 'Words and pictures'}), 18: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.countries, 'required': False}), 19: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories, 'required': False}), 20: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.flash_slots, 'label': 'Flash deals of this time', 'required': False}), 21: ('wagtail.blocks.IntegerBlock', (), {'label': 'Costs at least', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 22: ('wagtail.blocks.IntegerBlock', (), {'help_text': "In whole units of the shop's currency: 50 for “only under 50”.", 'label': 'Costs at most', 'max_value': 1000000000, 'min_value': 0, 'required': False}), 23: ('wagtail.blocks.BooleanBlock', (), {'default': True, 'label': 'Only what takes part in the festival', 'required': False}), 24: ('wagtail.blocks.BooleanBlock', (), {'label': 'Only what has a deal at the moment', 'required': False}), 25: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('popular', 'Most bought first'), ('saving', 'Largest saving first'), ('price', 'Cheapest first'), ('newest', 'Newest first')]}), 26: ('wagtail.blocks.IntegerBlock', (), {'default': 8, 'label': 'How many', 'max_value': 24, 'min_value': 1}), 27: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('grid', 'Grid'), ('rail', 'Rail to scroll sideways')]}), 28: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('country', 18), ('category', 19), ('slot', 20), ('low', 21), ('high', 22), ('in_festival', 23), ('only_deals', 24), ('sort', 25), ('count', 26), ('look', 27), ('phases', 1)]], {'group': 'Products'}), 29: ('cms.blocks.deals.ProductChooserBlock', (), {}), 30: ('wagtail.blocks.ListBlock', (29,), {'max_num': 24, 'min_num': 1}), 31: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('products', 30), ('look', 27), ('phases', 1)]], {'group': 'Products'}), 32: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('country', 18), ('count', 26), ('phases', 1)]], {'group': 'Products'}), 33: ('wagtail.blocks.ChoiceBlock', [], {'choices': cms.blocks.choices.categories}), 34: ('wagtail.blocks.CharBlock', (), {'max_length': 60, 'required': False}), 35: ('wagtail.blocks.CharBlock', (), {'max_length': 100, 'required': False}), 36: ('wagtail.blocks.StructBlock', [[('category', 33), ('title', 34), ('text', 35)]], {}), 37: ('wagtail.blocks.ListBlock', (36,), {'default': [], 'help_text': 'None: the first parts of the catalogue, and its last one.', 'max_num': 8}), 38: ('wagtail.blocks.IntegerBlock', (), {'default': 4, 'label': 'How many', 'max_value': 8, 'min_value': 2}), 39: ('wagtail.blocks.StructBlock', [[('title', 15), ('text', 6), ('words', 16), ('tiles', 37), ('count', 38), ('phases', 1)]], {'group': 'Products'})})),
                    ('picture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='shop.picture')),
                ],
                options={
                    'verbose_name': 'story',
                    'verbose_name_plural': 'stories',
                },
                bases=('wagtailcore.page',),
            ),
        ]),
        migrations.RunPython(make_roles, migrations.RunPython.noop),
        migrations.RunPython(make_languages, migrations.RunPython.noop),
    ]
