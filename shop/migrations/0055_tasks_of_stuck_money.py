"""What waited for a person before there was a money desk stands on it."""

from django.db import migrations

INTO = """
INSERT INTO shop_moneytask (kind, state, about, order_id, payment_id, operation_id, event_id, amount,
                            currency, what, opened_at, due_at, outcome, reason)
"""
REFUNDS = """
SELECT 'refund_stuck', 'open', 'operation-' || o.id, p.order_id, p.id, o.id, NULL::bigint, o.amount,
       o.currency, coalesce(nullif(o.error, ''), 'It did not go.'), coalesce(o.made_at, o.run_after),
       coalesce(o.made_at, o.run_after), '', ''
FROM shop_operation o JOIN shop_payment p ON p.id = o.payment_id
WHERE o.state IN ('blocked', 'failed') AND o.resolved_at IS NULL
"""
PAYMENTS = """
SELECT 'payment_review', 'open', 'payment-' || id, order_id, id, NULL::bigint, NULL::bigint, amount,
       currency, 'Another amount came than was asked.', made_at, made_at, '', ''
FROM shop_payment WHERE state = 'review'
"""
MESSAGES = """
SELECT 'message', 'open', 'gatewayevent-' || id, NULL::bigint, NULL::bigint, NULL::bigint, id,
       NULL::bigint, '', left(kind || ' could not be applied: ' || error, 300), received_at,
       received_at, '', ''
FROM shop_gatewayevent WHERE state = 'dead'
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0054_money_desk")]
    operations = [
        migrations.RunSQL(INTO + REFUNDS, "DELETE FROM shop_moneytask"),
        migrations.RunSQL(INTO + PAYMENTS, ""),
        migrations.RunSQL(INTO + MESSAGES, ""),
    ]
