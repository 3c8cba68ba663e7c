"""Holds the shop's rows against what the provider took, and its counters against its orders."""

from collections import Counter
from collections.abc import Iterator, Sequence

import psycopg

from tools.bench.drill.notes import Notes
from tools.bench.drill.provider import Taken

PAYMENTS = """
SELECT p.session_id, p.state, o.state, o.id, p.amount
FROM shop_payment p JOIN shop_order o ON o.id = p.order_id WHERE p.session_id IS NOT NULL
"""
# A night that came meanwhile booked what the provider kept of the charges that it saw.
PROVIDER = """
SELECT coalesce(sum(e.amount) FILTER (WHERE t.kind <> 'charge_fee'), 0)
FROM shop_ledgerentry e JOIN shop_ledgertransaction t ON t.id = e.transaction_id
WHERE e.account = 'provider'
"""
FEES = """
SELECT t.order_id, -sum(e.amount)
FROM shop_ledgerentry e JOIN shop_ledgertransaction t ON t.id = e.transaction_id
WHERE e.account = 'provider' AND t.kind = 'charge_fee' GROUP BY 1
"""
STATES = "SELECT id, state FROM shop_order"
# Nothing is sent or counted anew during the drill, so that what was sold is what is sold.
POOLS = """
SELECT q.id, q.on_hand, q.held, q.sold, coalesce(l.held, 0), coalesce(l.sold, 0)
FROM shop_pool q LEFT JOIN (
  SELECT l.pool_id, sum(l.pool_units) FILTER (WHERE o.state = 'pending') AS held,
         sum(l.pool_units) FILTER (WHERE o.state = 'paid') AS sold
  FROM shop_orderline l JOIN shop_order o ON o.id = l.order_id GROUP BY 1
) AS l ON l.pool_id = q.id
WHERE q.held <> coalesce(l.held, 0) OR q.sold <> coalesce(l.sold, 0)
   OR coalesce(l.held, 0) + coalesce(l.sold, 0) > q.on_hand
"""
NUMBER_START = 100_000  # of orders, as people read them


def money_wrong(address: str, found: Sequence[Taken]) -> list[str]:
    """Say what money was lost, taken twice, or is in the books and nowhere else."""
    with psycopg.connect(address) as connection:
        rows = {row[0]: row[1:] for row in connection.execute(PAYMENTS)}
        booked = int(connection.execute(PROVIDER).fetchone()[0])
        fees = dict(connection.execute(FEES).fetchall())
        states = dict(connection.execute(STATES).fetchall())
    kept = [one for one in found if not one.is_back]
    wrong = [said for one in kept if (said := _of_kept(one, rows.get(one.session)))]
    orders = Counter(rows[one.session][2] for one in kept if one.session in rows)
    wrong += [f"order {pk} was paid {times} times" for pk, times in orders.items() if times > 1]
    wrong += [
        f"order {pk} is paid here, and no money came"
        for pk, state in states.items()
        if state == "paid" and pk not in orders
    ]
    kept_by = {rows[one.session][2]: one.fee for one in kept if one.session in rows}
    wrong += [
        f"order {pk}: a fee of {fee} is booked, the provider kept {kept_by.get(pk)}"
        for pk, fee in fees.items()
        if fee != kept_by.get(pk)
    ]
    theirs = sum(one.amount - one.back for one in found)
    return (
        wrong if theirs == booked else [*wrong, f"the books hold {booked}, the provider {theirs}"]
    )


def _of_kept(one: Taken, row: tuple | None) -> str:
    if row is None:
        return f"{one.session} is paid, and unknown to the shop"
    payment, order, pk, amount = row
    if (payment, order) != ("paid", "paid"):
        return f"{one.session} is paid; order {pk} is {order}, its payment {payment}"
    if one.back or one.amount != amount:
        return f"{one.session}: {one.amount} came, {one.back} went back, {amount} was asked for"
    return ""


def stock_wrong(address: str) -> list[str]:
    """Say which pools count otherwise than their orders, or promise more than is there."""
    with psycopg.connect(address) as connection:
        rows = connection.execute(POOLS).fetchall()
    return [
        f"pool {pk}: {on_hand} there, {held} held, {sold} sold; orders say {lines} and {paid}"
        for pk, on_hand, held, sold, lines, paid in rows
    ]


def promises_broken(address: str, notes: Notes) -> Iterator[str]:
    """Say which shoppers were thanked for an order that is not theirs after all."""
    with psycopg.connect(address) as connection:
        states = dict(connection.execute(STATES).fetchall())
    for link in notes.thanked:
        pk = int(link.split("/")[2].rpartition("-")[2]) - NUMBER_START
        if states.get(pk) != "paid":
            yield f"{link} said thank you, and the order is {states.get(pk, 'gone')}"


def outcome(address: str) -> dict[str, int]:
    """Return how many orders ended in which state."""
    with psycopg.connect(address) as connection:
        rows = connection.execute("SELECT state, count(*) FROM shop_order GROUP BY 1").fetchall()
    return dict(rows)
