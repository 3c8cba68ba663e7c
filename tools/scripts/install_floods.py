"""What nginx of the shop that is installed holds off, and what it writes down meanwhile."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from tools.scripts.install_shopper import HOST, Shopper
from tools.scripts.proving import expect, say

SECRET = "only-the-shopper-knows-this"  # noqa: S105
AT_ONCE = 6  # large ones from one network, as deploy/nginx/baobab.conf says


def crowd(shopper: Shopper) -> None:
    """Hold 200 connections that send next to nothing, and open a page meanwhile."""
    with ExitStack() as stack:
        for _n in range(200):
            stack.enter_context(_connected(shopper)).sendall(b"GET /products/ HT")
        begun = time.monotonic()
        shopper.open("/products/")
        took = time.monotonic() - begun
    expect(took < 5, f"beside 200 slow clients a page took {took:.1f} s")
    say(f"a page beside 200 slow clients: {took * 1000:.0f} ms")


def park(shopper: Shopper) -> None:
    """Begin to send more large bodies than one network may, and never end; by whatever method."""
    for method, tells in (
        ("POST", "Content-Length: 200000000"), ("GET", "Content-Length: 200000000"),
        ("GET", "Transfer-Encoding: chunked"), ("DELETE", "Transfer-Encoding: chunked"),
    ):  # fmt: skip
        with ExitStack() as stack:
            begun = [stack.enter_context(_connected(shopper)) for _n in range(AT_ONCE + 2)]
            for one in begun:
                one.sendall(_head("/merchant/", tells, method) + b"186a0\r\n" + b"x" * 100_000)
            time.sleep(1)
            refused = sum(_answer(one).startswith(b"HTTP/1.1 429") for one in begun)
            expect(refused == 2, f"{method}, {tells}: {refused} of {len(begun)} were refused")
            shopper.open("/products/")
        time.sleep(1)  # nginx sees that they are gone
    with _connected(shopper) as one:
        one.sendall(_head("/products/", "Content-Length: 200000"))
        expect(one.recv(12) == b"HTTP/1.1 413", "a page takes a body of 200 kB")


def look_at_logs(shopper: Shopper, folder: Path) -> None:
    """Send what is kept on the disk for a while to a link, and look who reads of it."""
    with _connected(shopper) as one:
        one.sendall(_head(f"/orders/BB-2026-1/{SECRET}/", "Content-Length: 40000") + b"x" * 40_000)
        one.settimeout(20)
        expect(one.recv(12).startswith(b"HTTP/1.1 "), "a large body was not answered")
    said = "".join(file.read_text() for file in folder.glob("*.log"))
    expect(SECRET not in said, "the logs of nginx hold a link that opens an order")


def _connected(shopper: Shopper) -> ssl.SSLSocket:
    plain = socket.create_connection((HOST, 443))
    return shopper.tls.wrap_socket(plain, server_hostname=HOST)


def _head(where: str, tells: str, method: str = "POST") -> bytes:
    lines = (f"{method} {where} HTTP/1.1", f"Host: {HOST}", tells, "", "")
    return "\r\n".join(lines).encode()


def _answer(one: ssl.SSLSocket) -> bytes:
    one.settimeout(0.5)
    with suppress(OSError):
        return one.recv(200)
    return b""
