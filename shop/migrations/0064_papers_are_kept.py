"""Papers keep themselves: none changes, none goes, and none takes a number that is not the next."""

from django.db import migrations

CREATE = """
CREATE FUNCTION shop_paper_has_its_number() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before bigint;
BEGIN
  SELECT coalesce(max(n), 0) INTO before FROM shop_document WHERE series_id = NEW.series_id;
  IF NEW.n <> before + 1 THEN
    RAISE EXCEPTION 'Paper % would not be number % of its series.', NEW.number, before + 1
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.digest <> encode(sha256(convert_to(NEW.frozen, 'UTF8')), 'hex') THEN
    RAISE EXCEPTION 'The digest of paper % is not of its facts.', NEW.number
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER shop_paper_has_its_number BEFORE INSERT ON shop_document
  FOR EACH ROW EXECUTE FUNCTION shop_paper_has_its_number();

-- A fiscal number is filled once; nothing else of a paper changes.
CREATE FUNCTION shop_papers_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.fiscal_number = '' AND NEW.fiscal_number <> '' THEN
    OLD.fiscal_number := NEW.fiscal_number;
    IF OLD IS NOT DISTINCT FROM NEW THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'Papers are only added to: correct one by a credit note.'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER shop_papers_are_kept BEFORE UPDATE OR DELETE ON shop_document
  FOR EACH ROW EXECUTE FUNCTION shop_papers_are_kept();

-- A series counts one further, and is the same otherwise.
CREATE FUNCTION shop_series_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.next = OLD.next + 1 THEN
    OLD.next := NEW.next;
    IF OLD IS NOT DISTINCT FROM NEW THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'A series only counts one further.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER shop_papers_are_kept BEFORE UPDATE OR DELETE ON shop_series
  FOR EACH ROW EXECUTE FUNCTION shop_series_counts();
"""
DROP = """
DROP TRIGGER shop_papers_are_kept ON shop_series;
DROP TRIGGER shop_papers_are_kept ON shop_document;
DROP TRIGGER shop_paper_has_its_number ON shop_document;
DROP FUNCTION shop_series_counts();
DROP FUNCTION shop_papers_are_kept();
DROP FUNCTION shop_paper_has_its_number();
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0063_papers")]
    operations = [migrations.RunSQL(CREATE, DROP)]
