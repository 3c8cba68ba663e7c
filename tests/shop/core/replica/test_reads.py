"""What may be late is read from a copy of the database, which is never written to."""

import copy

import pytest
from django.db import connection, connections, transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse

from shop.catalogue.models import Category
from shop.core.replica import reads
from shop.core.replica.reads import COPY, late_pieces, may_be_late, read_late
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
READ_ONLY = "-c default_transaction_read_only=on"


@pytest.fixture
def replica(monkeypatch):
    """Lend a connection that refuses to write, as that of a copy does."""
    facts = copy.deepcopy(connections.settings["default"])
    given = facts["OPTIONS"].get("options", "")
    facts["OPTIONS"]["options"] = f"{given} {READ_ONLY}"
    monkeypatch.setitem(connections.settings, COPY, facts)
    monkeypatch.setattr(reads._Standing, "looked_at", float("-inf"))
    monkeypatch.setattr(reads._Standing, "is_near", False)
    line = connections[COPY]
    line.connect()  # tests are let open none that they did not name when they began
    yield line
    line.close()
    del connections[COPY]


def place():
    """Tell which database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.alias


def is_read_only():
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        return cursor.fetchone() == ("on",)


def test_without_a_copy_all_is_read_from_the_first_one():
    assert read_late(place) == "default"


def test_a_copy_answers_and_afterwards_the_first_one_again(replica):
    assert read_late(is_read_only)
    assert not is_read_only()


def test_what_tries_to_write_does_it_in_the_first_one(replica):
    category = make.product().category

    def rename():
        Category.objects.filter(pk=category.pk).update(name="Coffee")
        return place()

    assert read_late(rename) == "default"
    assert Category.objects.get(pk=category.pk).name == "Coffee"


def test_a_copy_that_is_away_is_left_alone_for_a_while(replica, monkeypatch):
    with connection.cursor() as cursor:
        pid = replica.connection.info.backend_pid
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert read_late(place) == "default"

    tried = []
    monkeypatch.setattr(reads, "_asked", tried.append)
    assert read_late(place) == "default"
    assert tried == []


def test_a_copy_that_is_far_behind_is_not_asked(replica, monkeypatch):
    monkeypatch.setattr(reads, "BEHIND", f"SELECT {reads.LATEST} + 1")

    assert read_late(place) == "default"


def test_a_copy_that_does_not_know_the_newest_is_not_asked(replica):
    assert read_late(place, knows="SELECT 7", value=7) == COPY
    assert read_late(place, knows="SELECT 7", value=8) == "default"


def test_what_the_copy_does_not_have_yet_is_looked_for_in_the_first_one(replica):
    def found():
        if connection.alias == COPY:
            raise Http404
        return "here"

    assert read_late(found) == "here"


def test_a_transaction_reads_where_it_writes(replica):
    with transaction.atomic():
        assert read_late(place) == "default"


def test_a_page_is_read_late_and_a_form_is_not(replica, rf):
    @may_be_late
    def view(request):
        return HttpResponse(place())

    assert view(rf.get("/")).content == COPY.encode()
    assert view(rf.post("/")).content == b"default"


def test_a_sheet_is_read_late_to_its_end(replica, rf):
    @may_be_late
    def view(request):
        return StreamingHttpResponse(place().encode() for _n in range(3))

    assert list(view(rf.get("/"))) == [COPY.encode()] * 3
    assert connection.alias == "default"


def test_a_sheet_that_cannot_begin_in_the_copy_is_whole_all_the_same(replica):
    def parts():
        for _n in range(2):
            if is_read_only():
                connection.cursor().execute("CREATE TABLE nothing ()")
            yield place().encode()

    assert list(late_pieces(parts)) == [b"default"] * 2


def test_a_signed_in_person_is_looked_up_in_the_first_one(replica, rf, settings):
    asked = []

    class Person:
        @property
        def is_authenticated(self):
            asked.append(connection.alias)
            return True

    @may_be_late
    def view(request):
        return HttpResponse()

    request = rf.get("/")
    request.user = Person()
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "a"
    view(request)

    assert asked == ["default"]


def test_a_search_asks_the_copy(replica, client, monkeypatch, clock_at):
    clock_at(make.NOON)
    product = make.product(title="Blue kettle")
    make.variant(20_00, of=product)
    make.listed(product)
    asked = []
    monkeypatch.setattr(reads, "_is_near", lambda: not asked.append(connection.alias))

    page = client.get("/products/?q=kettle")

    assert "Blue kettle" in page.content.decode()
    assert asked == [COPY]
