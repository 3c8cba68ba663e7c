import django.db.models.deletion
from django.db import migrations, models

# What went wrong was kept in words: of such a page nobody knows that its price was wrong.
JUDGE = """
UPDATE shop_proberesult r SET
  outcome = CASE
    WHEN is_ok THEN 'right'
    WHEN found LIKE 'no answer%' OR found LIKE 'answered %'
      OR found IN ('too large', 'cannot be read') THEN 'silent'
    ELSE 'wrong'
  END,
  product_id = (SELECT p.id FROM shop_product p WHERE r.address = '/products/' || p.slug || '/')
"""
# A table is not changed while foreign keys in it wait to be looked at.
LOOK = "SET CONSTRAINTS ALL IMMEDIATE"
OUTCOMES = [("right", "Right"), ("wrong", "Wrong"), ("silent", "Silent")]


class Migration(migrations.Migration):

    dependencies = [("shop", "0024_money_that_waits")]

    operations = [
        migrations.AddField(
            model_name="proberesult",
            name="product",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                to="shop.product",
            ),
        ),
        migrations.AddField(
            model_name="proberesult",
            name="outcome",
            field=models.CharField(choices=OUTCOMES, default="right", max_length=6),
            preserve_default=False,
        ),
        migrations.RunSQL([JUDGE, LOOK], migrations.RunSQL.noop),
        migrations.RemoveField(model_name="proberesult", name="is_ok"),
        migrations.AddIndex(
            model_name="proberesult",
            index=models.Index(fields=["address", "-at"], name="probe_of_page"),
        ),
    ]
