"""A cache that accepts and stays silent makes pages slower once, and breaks none."""

import pickle
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from config import cache as config_cache
from config.cache import ForgivingCache
from tests.patience import PATIENCE
from tests.silence import silent_server


@contextmanager
def keeper_of(value):
    """Run a server that answers as Redis would that keeps this under every key; give its port."""

    class Answers(StreamRequestHandler):
        def handle(self):
            while head := self.rfile.readline():
                words = [self.rfile.readline() and self.rfile.readline().strip()
                         for _word in range(int(head[1:]))]  # fmt: skip
                found = b"$%d\r\n%s\r\n" % (len(value), value)
                self.wfile.write(found if words[0] == b"GET" else b"+OK\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(config_cache, "_silent_until", 0.0)
    monkeypatch.setattr(config_cache, "PAUSE", PATIENCE)


def test_a_silent_cache_has_nothing_and_is_not_asked_again_at_once(caplog):
    with silent_server() as silent:
        cache = ForgivingCache(f"redis://127.0.0.1:{silent.port}", {})

        found = [cache.get("page", "none"), cache.get_many(["page"]), cache.add("page", 1)]
        cache.set("page", 1)

        assert found == ["none", {}, True]
        assert silent.callers == 1  # one question, not four
    assert "the cache does not answer" in caplog.text


def test_what_another_version_of_the_shop_has_kept_is_nothing():
    kept = pickle.dumps(len).replace(b"builtins", b"shop_old")
    with keeper_of(kept) as port:
        cache = ForgivingCache(f"redis://127.0.0.1:{port}", {})

        assert cache.get("page", "none") == "none"
        assert cache.get("page", "none") == "none"  # and it is asked again


def test_a_cache_that_refuses_is_one_that_has_nothing():
    cache = ForgivingCache("redis://127.0.0.1:1", {})

    assert cache.get("page") is None
    assert cache.delete("page") is False
