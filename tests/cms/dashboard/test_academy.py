"""Organizers see who has learned what: by lesson, by store, person by person, and as sheets."""

import csv

import pytest
from django.db import connection

from shop.merchant.academy.models import LessonResult
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import organizer
from tests.learning import learn, lesson
from tests.make import NOON

pytestmark = pytest.mark.django_db
LESSONS, STORES, PEOPLE = (f"/organize/academy/{part}" for part in ("", "stores/", "people/"))


@pytest.fixture
def desk(client):
    client.force_login(organizer())
    return client


def person(name, *stores):
    first, last = name.split()
    made = make.user(f"{first.lower()}@example.org", first_name=first, last_name=last)
    for store in stores:
        store.memberships.create(user=made, role="packer", joined_at=NOON)
    return made


@pytest.fixture
def learned():
    """Let three people of two stores learn two lessons."""
    photographs, prices = lesson("Photographs", order=1), lesson("Prices", order=2)
    keur, tide = make.merchant(name="Keur Mbar"), make.merchant(name="Tide Outings")
    awa, modou = person("Awa Diop", keur, tide), person("Modou Fall", keur)
    learn(awa, photographs)
    learn(awa, prices, right=4)
    learn(modou, photographs, right=2)
    learn(person("Lin Yue"), prices)
    return photographs, prices


def sheet(answer):
    assert answer["Content-Type"].startswith("text/csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))


def test_lessons_have_how_many_have_begun_and_done_them(desk, learned):
    page = desk.get(LESSONS)
    rows = sheet(desk.get(LESSONS, {"export": "csv"}))

    assert "Photographs" in page.text
    assert rows == [
        ["lesson", "published", "begun", "done"],
        ["Photographs", "yes", "1", "1"], ["Prices", "yes", "0", "2"],
    ]  # fmt: skip


def test_stores_stand_by_name_with_what_their_people_have_done(desk, learned):
    rows = sheet(desk.get(STORES, {"export": "csv"}))

    assert desk.get(STORES).status_code == 200
    assert rows[1:] == [["Keur Mbar", "2", "1", "2"], ["Tide Outings", "1", "1", "2"]]
    assert [row[0] for row in sheet(desk.get(STORES, {"export": "csv", "q": "tide"}))[1:]] == [
        "Tide Outings"
    ]


def test_people_are_listed_behind_each_count(desk, learned):
    photographs, prices = (
        LessonResult.objects.filter(lesson__title=title).first().lesson_id
        for title in ("Photographs", "Prices")
    )

    def named(**asked):
        rows = sheet(desk.get(PEOPLE, {"export": "csv", **asked}))[1:]
        return sorted(row[0] for row in rows)

    assert named() == ["Awa Diop", "Awa Diop", "Lin Yue", "Modou Fall"]
    assert named(lesson=photographs, state="begun") == ["Modou Fall"]
    assert named(lesson=prices, state="done") == ["Awa Diop", "Lin Yue"]
    assert named(store="Keur Mbar", state="done") == ["Awa Diop", "Awa Diop"]
    assert named(q="lin@") == ["Lin Yue"]
    assert f"lesson={photographs}&amp;state=begun" in desk.get(LESSONS).text
    shown = desk.get(PEOPLE, {"store": "Tide"}).text
    assert "Keur Mbar, Tide Outings" in shown
    assert "4 of 5" in shown
    assert "Modou" not in shown


def test_ticks_alone_are_nobodys_affair(desk):
    page, awa = lesson(), person("Awa Diop")
    desk.force_login(awa)
    desk.post(f"/learning/{page.slug}/ticks/", {"point": "1"})
    desk.force_login(organizer())

    assert LessonResult.objects.exists()
    assert sheet(desk.get(PEOPLE, {"export": "csv"}))[1:] == []
    assert sheet(desk.get(LESSONS, {"export": "csv"}))[1][2:] == ["0", "0"]


@pytest.mark.parametrize("group", ["reviewer", "merchandiser", "analyst"])
def test_other_roles_do_not_see_what_people_have_learned(client, group, learned):
    client.force_login(organizer(group))

    for place in (LESSONS, STORES, PEOPLE):
        for asked in ({}, {"export": "csv"}):
            answer = client.get(place, asked)
            assert answer.status_code == 403
            assert "Awa" not in answer.text


def test_each_list_costs_the_same_for_one_row_and_for_many(desk, learned):
    def cost(place):
        with statements(most=40) as counted:
            assert desk.get(place).status_code == 200
        return len(counted)

    for place in (LESSONS, STORES, PEOPLE):
        desk.get(place)
    before = {place: cost(place) for place in (LESSONS, STORES, PEOPLE)}
    for number in range(12):
        learn(person(f"P{number} Q", make.merchant()), lesson(f"Lesson {number}"), right=number % 6)

    assert {place: cost(place) for place in (LESSONS, STORES, PEOPLE)} == before


def test_the_lists_of_people_are_found_by_an_index(learned):
    plans = []
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for where, order in (("tried_at IS NOT NULL", "tried_at DESC, id DESC"),
                             ("lesson_id = 1 AND done_at IS NOT NULL", "done_at")):  # fmt: skip
            sql = f"SELECT id FROM shop_learned WHERE {where} ORDER BY {order} LIMIT 50"  # noqa: S608
            cursor.execute(f"EXPLAIN {sql}")
            plans.append("\n".join(row[0] for row in cursor.fetchall()))

    assert "learned_listed" in plans[0]
    assert "learned_of_lesson" in plans[1]
