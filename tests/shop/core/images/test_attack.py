"""Strangers send pictures that keep a decoder busy: no web process decodes them, pages answer.

Nothing here depends on how long a page takes. The processes under the web server are looked at: a
decoder among them, or a thread that waits for one, is what stalled the shop.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.test import Client

from shop.core.images.models import IncomingFile, Picture
from shop.merchant.applications.models import Application, ApplicationDocument
from shop.merchant.applications.write import MOST_PAPERS
from tests import make, pages
from tests.browsing.server import Server, collect_statics, open_door
from tests.queue import run_queued_work
from tests.shop.core.images.attack import get, grey, send, watched
from tests.shop.merchant.applications.applied import BEGIN, SELLER, origins

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
CONNECTIONS, THREADS = 16, 4
ELSEWHERE = ("/", "/products/", "/cart/", "/health/") * 3


@pytest.fixture
def shop():
    pages.home()
    origins()
    collect_statics()
    server = Server(open_door(), stripe="http://127.0.0.1:1", workers=1, threads=THREADS)
    yield server
    server.stop()


def pid_of(server):
    return server._process.pid


def session_of(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def applicant(*, is_proved):
    """Return the session of somebody who has begun to apply."""
    client = Client()
    assert client.post("/apply/", BEGIN).status_code == 302
    found = Application.objects.get()
    if is_proved:
        assert client.get(f"/apply/link/{found.token}/").status_code == 302
    return session_of(client)


def attacked(server, path, session, facts, name):
    """Send a picture over each of 16 connections while somebody else calls up pages.

    Returns:
        The answers to those who sent, the statuses of the pages, and what was seen of decoders.
    """
    pictures = [grey(number) for number in range(CONNECTIONS)]
    assert max(map(len, pictures)) < 40_000
    with watched(pid_of(server)) as decoders, ThreadPoolExecutor(CONNECTIONS) as pool:
        sent = [pool.submit(send, server.url, path, session, facts | {name: content})
                for content in pictures]  # fmt: skip
        shown = [get(server.url, page) for page in ELSEWHERE]
        answers = [one.result() for one in sent]
    return answers, shown, decoders


def test_sixteen_connections_start_no_decoder_under_the_web_server(shop):
    session = applicant(is_proved=True)

    answers, shown, decoders = attacked(shop, "/apply/papers/", session, SELLER, "paper-identity")

    assert decoders.seen == set()
    assert set(shown) <= {200, 503}  # the health page says that nothing works here but the web
    statuses = [status for status, _page in answers]
    assert statuses.count(302) == MOST_PAPERS
    assert statuses.count(422) == CONNECTIONS - MOST_PAPERS
    assert IncomingFile.objects.filter(state="checking").count() == MOST_PAPERS
    assert not ApplicationDocument.objects.exists()
    assert "Traceback" not in shop.news()


def test_the_worker_decodes_them_one_after_the_other_and_that_is_seen(shop):
    """The control: what looks for decoders finds those of the worker, and of the worker alone."""
    session = applicant(is_proved=True)
    send(shop.url, "/apply/papers/", session, SELLER | {"paper-identity": grey()})

    with watched(os.getpid()) as here, watched(pid_of(shop)) as web:
        run_queued_work()

    assert len(here.seen - web.seen) == here.most == 1
    assert web.seen == set()
    assert ApplicationDocument.objects.get().role == "identity"


def test_before_the_mailed_link_was_opened_sixteen_connections_store_nothing(shop):
    session = applicant(is_proved=False)

    answers, shown, decoders = attacked(shop, "/apply/papers/", session, SELLER, "paper-identity")

    assert decoders.seen == set()
    assert {status for status, _page in answers} == {422}
    assert set(shown) <= {200, 503}
    assert not IncomingFile.objects.exists()
    assert not ApplicationDocument.objects.exists()


def test_one_member_has_one_decoder_and_is_refused_at_once_beside_it(shop):
    """A member's picture is decoded while its page waits: one, and the other threads are free."""
    make.collection()
    merchant = make.merchant()
    product = make.draft(merchant)
    client = Client()
    client.force_login(make.member(merchant))
    where = f"/merchant/{merchant.slug}/products/{product.pk}/pictures/"

    answers, shown, decoders = attacked(shop, where, session_of(client), {"alt": "A bag"}, "files")

    assert decoders.most == 1  # this is also the control: a decoder here is seen
    assert set(shown) <= {200, 503}
    refused = [page for status, page in answers if status == 422]
    assert any("Your last upload is still being worked on." in page for page in refused)
    assert Picture.objects.count() == len(decoders.seen) == CONNECTIONS - len(refused)
