"""Names what was booked before: its kind, the part of the order, and what sponsors gave of it."""

from collections import Counter

from django.db import migrations

NAME = """
UPDATE shop_ledgerentry SET account = 'provider' WHERE account = 'cash';
UPDATE shop_ledgertransaction t SET kind = k.kind, reference = replace(reference, k.was, k.kind || '-')
FROM (VALUES ('refund-', 'refund'), ('unwanted-', 'unwanted'), ('sent-back-', 'refund_done'),
             ('paid-elsewhere-', 'refund_elsewhere'), ('come-back-', 'refund_failed')) AS k (was, kind)
WHERE starts_with(t.reference, k.was);
UPDATE shop_ledgertransaction t SET operation_id = o.id FROM shop_operation o
WHERE t.kind IN ('refund_done', 'refund_elsewhere', 'refund_failed')
  AND t.reference = t.kind || '-' || o.uuid;
UPDATE shop_ledgerentry e SET suborder_id = s.id
FROM shop_ledgertransaction t, shop_suborder s
WHERE t.id = e.transaction_id AND s.order_id = t.order_id AND s.merchant_id = e.merchant_id;
"""
UNNAME = """
UPDATE shop_ledgerentry SET account = 'cash' WHERE account = 'provider';
"""


def split(apps, schema_editor):
    """Add to each sale and refund what sponsors gave of it, which stood under promotions."""
    models = {name: apps.get_model("shop", name) for name in (
        "Discount", "LedgerEntry", "LedgerTransaction", "OrderLine", "RefundLine", "RefundParcel")}
    discounts = models["Discount"].objects.filter(fund__isnull=False, organizer_part__gt=0)
    lines = models["OrderLine"].objects.filter(fund__isnull=False, subsidy__gt=0)
    orders = {*discounts.values_list("order", flat=True), *lines.values_list("order", flat=True)}
    for pk in sorted(orders):
        _split_order(pk, **models)


def _split_order(pk, **models):
    discounts = models["Discount"].objects.filter(order=pk, fund__isnull=False)
    lines, parcels = {}, {}
    for line in models["OrderLine"].objects.filter(order=pk, fund__isnull=False):
        lines.setdefault(line.pk, Counter())[line.fund_id] += line.subsidy
    for row in discounts:
        where = lines if row.line_id else parcels
        where.setdefault(row.line_id or row.suborder_id, Counter())[row.fund_id] += row.organizer_part
    booked = models["LedgerTransaction"].objects.filter(order=pk, kind__in=("sale", "refund"))
    for transaction in booked:
        if transaction.kind == "sale":
            parts, sign = sum([*lines.values(), *parcels.values()], Counter()), 1
        else:
            parts, sign = _back(int(transaction.reference.rpartition("-")[2]), lines, parcels, **models), -1
        entries = [("funds", sign * amount, fund) for fund, amount in parts.items() if amount]
        if entries:
            entries.append(("promotions", -sum(amount for _, amount, _ in entries), None))
        currency = transaction.entries.values_list("currency", flat=True).first()
        models["LedgerEntry"].objects.bulk_create(
            models["LedgerEntry"](transaction=transaction, account=account, amount=amount,
                                  fund_id=fund, currency=currency)
            for account, amount, fund in entries if amount)


def _back(refund, lines, parcels, **models):
    """Return what of a refund is each fund's, by the cumulative floor of what was funded."""
    parts = Counter()
    for row in models["RefundLine"].objects.filter(refund=refund, line__in=lines):
        rows = models["RefundLine"].objects.filter(line=row.line_id, refund__lt=refund)
        before = sum(rows.values_list("funded", flat=True))
        for fund, amount in lines[row.line_id].items():
            whole = row.line.funded or 1
            parts[fund] += amount * (before + row.funded) // whole - amount * before // whole
    for row in models["RefundParcel"].objects.filter(refund=refund, suborder__in=parcels):
        parts += parcels[row.suborder_id]
    return parts


class Migration(migrations.Migration):
    dependencies = [("shop", "0051_books")]
    operations = [
        migrations.RunSQL(NAME, UNNAME),
        migrations.RunPython(split, migrations.RunPython.noop),
    ]
