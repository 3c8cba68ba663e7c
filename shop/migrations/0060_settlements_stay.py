"""A final settlement stays as it is, and an entry of the ledger stands on one alone.

Its state may go on; its sums, its lines and what it claims may not.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION shop_settlement_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'A settlement is never deleted.' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state IN ('final', 'paying', 'paid', 'carried') AND
     (OLD.merchant_id, OLD.currency, OLD.n, OLD.cut_off, OLD.earned, OLD.netted, OLD.reserved,
      OLD.total, OLD.lines, OLD.method_id, OLD.final_at)
     IS DISTINCT FROM
     (NEW.merchant_id, NEW.currency, NEW.n, NEW.cut_off, NEW.earned, NEW.netted, NEW.reserved,
      NEW.total, NEW.lines, NEW.method_id, NEW.final_at) THEN
    RAISE EXCEPTION 'A final settlement does not change.' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_stays BEFORE UPDATE OR DELETE ON shop_settlement
  FOR EACH ROW EXECUTE FUNCTION shop_settlement_stays();

CREATE FUNCTION shop_settlement_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' OR EXISTS (
    SELECT 1 FROM shop_settlement s WHERE s.id = OLD.settlement_id AND s.state <> 'draft') THEN
    RAISE EXCEPTION 'What a final settlement claims stays.' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER settlement_line_stays BEFORE UPDATE OR DELETE ON shop_settlementline
  FOR EACH ROW EXECUTE FUNCTION shop_settlement_line_stays();
"""
DROP = """
DROP TRIGGER settlement_stays ON shop_settlement;
DROP FUNCTION shop_settlement_stays;
DROP TRIGGER settlement_line_stays ON shop_settlementline;
DROP FUNCTION shop_settlement_line_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0059_settlements")]
    operations = [migrations.RunSQL(CREATE, DROP)]
