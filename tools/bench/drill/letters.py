"""Holds the mails that came against the orders that are paid: one each, and none lost."""

from collections import defaultdict
from collections.abc import Sequence

import psycopg

from tools.bench.drill.postbox import Letter

RECEIPTS = """
SELECT c.email, 'BB-' || to_char(o.placed_at AT TIME ZONE 'UTC', 'YYYY') || '-' || 100000 + o.id
FROM shop_order o JOIN shop_contact c ON c.id = o.contact_id WHERE o.state = 'paid'
"""
TO_SHIP = """
SELECT u.email, 'BB-' || to_char(o.placed_at AT TIME ZONE 'UTC', 'YYYY') || '-' || 100000 + o.id
FROM shop_order o JOIN shop_suborder s ON s.order_id = o.id
JOIN shop_membership m ON m.merchant_id = s.merchant_id JOIN shop_user u ON u.id = m.user_id
WHERE o.state = 'paid'
"""

type Due = dict[tuple[str, str], set[str]]


def letters_wrong(address: str, letters: Sequence[Letter]) -> list[str]:
    """Say which mails about paid orders are missing, or came as two different ones."""
    with psycopg.connect(address) as connection:
        due = [
            (word, (to.lower(), number))
            for word, sql in (("receipt", RECEIPTS), ("order to ship", TO_SHIP))
            for to, number in connection.execute(sql).fetchall()
        ]
    came = _came(letters)
    wrong = [f"{letter.subject!r} has no number" for letter in letters if not letter.number]
    for word, (to, number) in due:
        count = len(came.get((to, number), ()))
        if count != 1:
            wrong.append(f"{word} of {number} to {to}: {count} mails instead of one")
    return wrong


def repeated(letters: Sequence[Letter]) -> int:
    """Return how many mails came again with the number that they had before."""
    return len(letters) - len({(letter.number, letter.to) for letter in letters})


def _came(letters: Sequence[Letter]) -> Due:
    """Return the numbers of mails, by who got them and the order that their subject names."""
    found: Due = defaultdict(set)
    for letter in letters:
        number = next((word for word in letter.subject.split() if word.startswith("BB-")), "")
        found[letter.to.lower(), number.rstrip(":.")].add(letter.number)
    return found
