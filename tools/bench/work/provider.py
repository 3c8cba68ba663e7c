"""A provider whose balance has so many lines of charges, for the night: pages made as asked.

``python -m tools.bench.work.provider PORT LINES NEWEST``, where NEWEST is the second at which the
newest line was made; the others are spread over the twenty hours before.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

AMOUNT, FEE = 2_000, 88
SPREAD = 20 * 60 * 60


def line(number: int, newest: int, lines: int) -> dict[str, object]:
    """Return a line of the balance as Stripe writes it; the first one is the newest."""
    made = newest - number * SPREAD // lines
    return {
        "id": f"txn_{number}", "object": "balance_transaction", "amount": AMOUNT,
        "available_on": made, "balance_type": "payments", "created": made, "currency": "usd",
        "description": None, "exchange_rate": None, "fee": FEE, "fee_details": [],
        "net": AMOUNT - FEE, "reporting_category": "charge", "source": f"ch_{number}",
        "status": "available", "type": "charge",
    }  # fmt: skip


def serve(port: int, lines: int, newest: int) -> None:
    """Answer for ever."""

    class Provider(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer with the balance, or with a page of its lines."""
            where = urlsplit(self.path)
            is_list = where.path == "/v1/balance_transactions"
            asked = parse_qs(where.query)
            answer = _page(asked, lines, newest) if is_list else _balance(lines)
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    ThreadingHTTPServer(("127.0.0.1", port), Provider).serve_forever()


def _page(asked: dict[str, list[str]], lines: int, newest: int) -> dict[str, object]:
    after = asked.get("starting_after", [""])[0]
    first = int(after.removeprefix("txn_")) + 1 if after else 0
    since = int(asked.get("created[gte]", ["0"])[0])
    if since > newest:
        first = lines
    rows = [line(number, newest, lines) for number in range(first, min(first + 100, lines))]
    more = first + 100 < lines
    return {"object": "list", "url": "/v1/balance_transactions", "has_more": more, "data": rows}


def _balance(lines: int) -> dict[str, object]:
    held = {"amount": lines * (AMOUNT - FEE), "currency": "usd", "source_types": {}}
    return {"object": "balance", "livemode": False, "available": [held], "pending": []}


if __name__ == "__main__":
    serve(*map(int, sys.argv[1:4]))
