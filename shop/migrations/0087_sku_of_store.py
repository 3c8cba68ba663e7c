"""A SKU is unique within its store: two stores may both have a BAG-1."""

import django.db.models.deletion
from django.db import migrations, models

# The store of a variant is the one of its product, whatever anybody writes.
KEPT = """
CREATE FUNCTION shop_variant_store() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT p.merchant_id INTO NEW.merchant_id FROM shop_product p WHERE p.id = NEW.product_id;
  RETURN NEW;
END $$;
CREATE TRIGGER shop_variant_store BEFORE INSERT OR UPDATE OF product_id, merchant_id
  ON shop_variant FOR EACH ROW EXECUTE FUNCTION shop_variant_store();
"""
GONE = "DROP TRIGGER shop_variant_store ON shop_variant; DROP FUNCTION shop_variant_store();"
FILLED = """
UPDATE shop_variant v SET merchant_id = p.merchant_id FROM shop_product p
WHERE p.id = v.product_id;
-- What refers to the rows is checked now: a table is not altered over checks that wait.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0086_order_messages")]

    operations = [
        migrations.AddField(
            "variant", "merchant",
            models.ForeignKey(
                null=True, editable=False, on_delete=django.db.models.deletion.PROTECT,
                related_name="+", to="shop.merchant", db_index=False,
                help_text="The one of its product; the database keeps it.",
            ),
        ),
        migrations.RunSQL(FILLED, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, GONE),
        migrations.AlterField(
            "variant", "merchant",
            models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT,
                related_name="+", to="shop.merchant", db_index=False,
                help_text="The one of its product; the database keeps it.",
            ),
        ),
        migrations.AlterField("variant", "sku", models.CharField(max_length=40)),
        migrations.AddConstraint(
            "variant",
            models.UniqueConstraint(fields=["merchant", "sku"], name="sku_once_in_store"),
        ),
    ]
