"""Call models by the words of the field. Tables and columns keep their names: no statement of SQL."""

import django.db.models.deletion
from django.db import migrations, models

from shop.migrations._renames import RenameField, RenameModel

CASCADE = django.db.models.deletion.CASCADE
MODELS = [
    ('AmendedPicture', 'PendingPicture'),
    ('Amendment', 'PendingChange'),
    ('ApplicationPaper', 'ApplicationDocument'),
    ('CatalogueSheet', 'CatalogueSpreadsheet'),
    ('Certificate', 'Certification'),
    ('CertificatePaper', 'CertificationDocument'),
    ('Diploma', 'CompletionCertificate'),
    ('EvidencePaper', 'EvidenceDocument'),
    ('Kept', 'RateLimitCount'),
    ('KeptImage', 'DraftImage'),
    ('LaterLook', 'LaterReview'),
    ('Learned', 'LessonResult'),
    ('Leftover', 'JobBacklog'),
    ('Mishap', 'FailedJob'),
    ('Night', 'NightlyReconciliation'),
    ('NominationSheet', 'NominationSpreadsheet'),
    ('Notice', 'ContentReport'),
    ('SheetFile', 'SpreadsheetFile'),
    ('SheetPicture', 'SpreadsheetPicture'),
    ('SheetPiece', 'SpreadsheetPiece'),
    ('SheetRow', 'SpreadsheetRow'),
    ('VainSearch', 'ZeroResultSearch'),
    ('Wanted', 'ProductRequest'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0123_one_sheet_at_a_time'),
    ]

    operations = [
        *(migrations.AlterModelTable(before, f'shop_{before.lower()}') for before, now in MODELS),
        *(RenameModel(before, now) for before, now in MODELS),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint('pendingpicture', 'amended_place_once'),
                migrations.AlterField(
                    'pendingpicture', 'amendment',
                    models.ForeignKey(db_column='amendment_id', db_index=False, on_delete=CASCADE, related_name='pictures', to='shop.pendingchange'),
                ),
            ],
        ),
        RenameField('pendingpicture', 'amendment', 'pending_change'),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    'pendingpicture',
                    models.UniqueConstraint(fields=('pending_change', 'place', 'position'), name='amended_place_once'),
                ),
                migrations.AlterField(
                    'completioncertificate', 'learned',
                    models.OneToOneField(on_delete=CASCADE, related_name='completion_certificate', to='shop.lessonresult'),
                ),
                migrations.AlterField(
                    'laterreview', 'merchant',
                    models.ForeignKey(on_delete=CASCADE, related_name='later_reviews', to='shop.merchant'),
                ),
                migrations.AlterField(
                    'laterreview', 'product',
                    models.ForeignKey(help_text='Empty: the page of the store.', null=True, on_delete=CASCADE, related_name='later_reviews', to='shop.product'),
                ),
                migrations.AlterField(
                    'contentreport', 'merchant',
                    models.ForeignKey(on_delete=CASCADE, related_name='content_reports', to='shop.merchant'),
                ),
                migrations.AlterField(
                    'contentreport', 'product',
                    models.ForeignKey(help_text='Empty: the store.', null=True, on_delete=CASCADE, related_name='content_reports', to='shop.product'),
                ),
                migrations.AlterField(
                    'pendingchange', 'merchant',
                    models.OneToOneField(blank=True, null=True, on_delete=CASCADE, related_name='pending_change', to='shop.merchant'),
                ),
                migrations.AlterField(
                    'pendingchange', 'product',
                    models.OneToOneField(blank=True, null=True, on_delete=CASCADE, related_name='pending_change', to='shop.product'),
                ),
                migrations.AlterConstraint(
                    'pendingchange', 'amendment_of_one_thing',
                    models.CheckConstraint(condition=models.Q(('product__isnull', True), ('merchant__isnull', True), _connector='XOR'), name='amendment_of_one_thing', violation_error_message='A pending change is of a product or of a store.'),
                ),
            ],
        ),
    ]
