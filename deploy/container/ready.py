"""Asks the web process of this container whether it can serve; where it cannot, exits with 1."""

import http.client
import os
import sys

PORT = int(os.environ["WEB_BIND"].rpartition(":")[2])
HOST = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").partition(",")[0].strip()


def main() -> int:
    """Return 0 where the shop is ready."""
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=4)
    try:
        line.request("GET", "/health/ready/", headers={"Host": HOST})
        return int(line.getresponse().status != 200)
    except (OSError, http.client.HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main())
