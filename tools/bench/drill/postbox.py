"""A mail server that keeps every mail with its number, and can be made silent."""

import email
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy

from tools.bench.servers import HOST

LONGEST = 60  # seconds for which it is silent at most
END = b"\r\n.\r\n"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that was taken: its number, who gets it, its subject and when it came."""

    number: str
    to: str
    subject: str
    at: float


class Postbox:
    """The mail server: what it took, and whether it speaks."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.silences = 0
        self.speaks = threading.Event()
        self.speaks.set()
        self.port = 0

    def hold(self) -> None:
        """Take connections and say nothing from now on."""
        self.silences += 1
        self.speaks.clear()

    def let_go(self) -> None:
        """Speak again."""
        self.speaks.set()

    def take(self, to: str, data: bytes) -> None:
        """Keep a mail."""
        found = email.message_from_bytes(data, policy=policy.default)
        letter = Letter(found["Message-ID"] or "", to, found["Subject"] or "", time.time())
        self.letters.append(letter)


@contextmanager
def postbox(port: int = 0) -> Iterator[Postbox]:
    """Serve mail on a port of its own, or a given one."""
    box = Postbox()

    class Talk(_Talk):
        post = box

    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer((HOST, port), Talk) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield box
        server.shutdown()


class _Talk(socketserver.StreamRequestHandler):
    """One talk with whoever brings mail."""

    post: Postbox

    def handle(self) -> None:
        to = ""
        self._say("220 drill")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"RCPT":
                to = line.decode().partition("<")[2].partition(">")[0]
            if word == b"DATA":
                self._say("354 go on")
                self.post.take(to, self._body())
            self._say("221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    def _body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.post.speaks.wait(LONGEST)
        self.wfile.write(f"{text}\r\n".encode())
