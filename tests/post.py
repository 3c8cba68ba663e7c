"""A mail server for tests: it takes mail over a real socket, and may fall silent on the way."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message

from tests.patience import wait_until


class PostOffice:
    """What came in, and whether the sender is told that it did."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.answers = True
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def wait_for(self, count: int) -> None:
        """Wait until so many messages came in whole."""
        wait_until(lambda: len(self.messages) >= count, "no mail came")

    def close(self) -> None:
        """Take no more."""
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with line, line.makefile("rwb") as talk:
            self._say(talk, "220 here")
            while asked := talk.readline():
                word = asked[:4].upper()
                if word == b"DATA":
                    self._say(talk, "354 go on")
                    self._take(talk)
                    while not self.answers:  # it has the mail, and says nothing
                        if not line.recv(1):
                            return
                self._say(talk, "221 bye" if word == b"QUIT" else "250 fine")

    def _take(self, talk: object) -> None:
        lines = iter(talk.readline, b".\r\n")
        self.messages.append(message_from_bytes(b"".join(lines)))

    @staticmethod
    def _say(talk: object, words: str) -> None:
        talk.write(f"{words}\r\n".encode())
        talk.flush()


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Run a mail server."""
    office = PostOffice()
    yield office
    office.close()
