"""Tasks that waited while their functions moved are done, and told of, under the new names."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult
from shop.tasks import enqueue

from shop.money.payments import watch
from shop.orders import tasks

pytestmark = pytest.mark.django_db
MOVES = import_module("shop.migrations.0046_tasks_in_their_rooms")
EDITOR = SimpleNamespace(connection=connection)


def test_a_waiting_task_is_found_where_its_function_is_now():
    enqueue(watch.send_alerts)
    enqueue(tasks.send_receipt, 1)
    DBTaskResult.objects.filter(task_path="shop.payments.watch.send_alerts").update(
        task_path="shop.payments.watching.send_alerts", exception_class_path=MOVES.DIED[0]
    )

    MOVES.forwards(None, EDITOR)

    found = DBTaskResult.objects.order_by("task_path")
    paths = list(found.values_list("task_path", "exception_class_path"))
    assert paths == [
        ("shop.orders.tasks.send_receipt", ""),
        ("shop.payments.watch.send_alerts", MOVES.DIED[1]),
    ]
    assert all(import_string(path) for path, _died in paths)
    import_string(MOVES.DIED[1])


def test_every_new_place_is_one():
    for place in MOVES.MOVED.values():
        import_module(place.rstrip("."))


def test_the_index_of_alerts_is_the_one_that_their_count_uses():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'tasks_alerts'")
        (defined,) = cursor.fetchone()

    assert watch.send_alerts.module_path in defined
