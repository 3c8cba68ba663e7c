"""Questions are answered on one's own page; the best try counts, and the lesson stays the same."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from cms.models import LessonPage
from shop.merchant.academy.models import Lesson, LessonResult
from shop.storefront.cache import catalogue_version
from tests import learning, make, pages
from tests.budgets import statements
from tests.learning import certified, known, learn, lesson, sent
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def awa():
    return make.user("awa@example.org", first_name="Awa", last_name="Diop")


@pytest.fixture
def desk(awa, client):
    client.force_login(awa)
    return client


def test_who_is_not_signed_in_reads_the_lesson_and_is_asked_to_sign_in(client):
    page = lesson()

    words = client.get(pages.address(page))
    answer = client.get(f"/learning/{page.slug}/")

    assert "A window and two sheets" in words.text
    assert f'href="/learning/{page.slug}/"' in words.text
    assert "en question 1?" not in words.text
    assert answer.status_code == 302
    assert "/account/login/" in answer["location"]
    for place in ("", "ticks/", "certificate/", "certificate/away/", "certificate.pdf"):
        assert client.post(f"/learning/{page.slug}/{place}").status_code == 302
    assert not LessonResult.objects.exists()


def test_the_lesson_is_the_same_bytes_for_whoever_has_done_it(awa, desk):
    page = lesson()
    learn(awa, page)
    catalogue_version.forget()

    assert desk.get(pages.address(page)).content == Client().get(pages.address(page)).content


def test_after_answering_the_right_one_the_own_one_and_why_are_said_in_words(desk):
    page = lesson()

    answer = desk.post(f"/learning/{page.slug}/", sent(page, right=3), follow=True)

    assert "3 of 5 right." in answer.text
    assert answer.text.count("Your answer, right") == 3
    assert answer.text.count("<b>The right one</b>") == 2
    assert answer.text.count("<b>Your answer</b>") == 2
    assert "Not right. <span>en since 5</span>" in answer.text
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("right", "is_done"), [(0, False), (3, False), (4, True), (5, True)])
def test_it_is_done_from_four_right(awa, right, is_done):
    learned = learn(awa, lesson(), right=right)

    assert (learned.best, learned.count, learned.is_done) == (right, 5, is_done)


@pytest.mark.parametrize(("count", "needed"), [(1, 1), (2, 2), (3, 3), (5, 4), (6, 5), (10, 8)])
def test_of_other_numbers_of_questions_four_fifths_are_needed(awa, count, needed):
    page = lesson(count=count)

    assert not learn(awa, page, right=needed - 1).is_done
    assert learn(awa, page, right=needed).is_done


def test_the_best_try_counts_and_what_is_done_stays_done(awa):
    page = lesson()
    first = learn(awa, page, right=4)
    learn(awa, page, right=5)

    last = learn(awa, page, right=1)

    assert (last.tries, last.best, last.done_at) == (3, 5, first.done_at)
    assert last.chosen == [2, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "wrong", [{"q3": ""}, {"q3": "0"}, {"q3": "4"}, {"q3": "-1"}, {"q3": "9" * 30}, {"q3": "x"}]
)
def test_a_question_without_one_of_its_answers_is_asked_again_and_nothing_is_kept(desk, wrong):
    page = lesson()

    answer = desk.post(f"/learning/{page.slug}/", sent(page, right=5) | wrong)

    assert answer.status_code == 422
    assert "Choose an answer to each question." in answer.text
    assert 'name="q1" value="2" required checked' in answer.text
    assert not LessonResult.objects.exists()


def test_questions_that_changed_meanwhile_are_answered_as_they_are_now(desk):
    page = lesson()
    old = sent(page, right=5)
    page.body = learning.body("new")
    page.save()

    answer = desk.post(f"/learning/{page.slug}/", old)

    assert answer.status_code == 409
    assert "new question 1?" in answer.text
    assert not LessonResult.objects.exists()


def test_the_database_itself_keeps_done_to_four_of_five(awa):
    page = lesson()
    learned = learn(awa, page, right=3)

    with pytest.raises(IntegrityError), transaction.atomic():
        LessonResult.objects.filter(pk=learned.pk).update(done_at=learned.tried_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        LessonResult.objects.filter(pk=learned.pk).update(best=6)


def test_progress_is_the_same_in_all_languages(awa, desk):
    page = lesson("Photographs", slug="photographs")
    pages.translated(page, "fr", title="Des photos", body=learning.body("fr"))

    answer = desk.post(
        "/fr/learning/photographs/", sent(page, right=4, language="fr"), follow=True
    )  # fmt: skip
    english = desk.get("/learning/photographs/")

    assert "fr since 5" in answer.text
    assert LessonResult.objects.get(user=awa).is_done
    assert "Done, 4 of 5" in english.text
    assert "en question 1?" in english.text
    assert "en since" not in english.text  # the last answers were to the French ones
    assert "1 of 1 done" in desk.get("/learning/").text
    assert "Des photos" in desk.get("/fr/learning/").text


def test_a_translation_without_questions_has_the_english_ones_marked(desk):
    page = lesson(slug="photographs")
    pages.translated(page, "ar", title="صور", body=[learning.WORDS])

    answer = desk.get("/ar/learning/photographs/")

    assert '<legend lang="en" dir="auto">en question 1?</legend>' in answer.text
    assert "<h1>صور</h1>" in answer.text


def test_the_list_says_how_far_one_is_and_what_comes_next(awa, desk):
    first, second = lesson("First", order=1), lesson("Second", order=2)
    lesson("Third", order=3)
    learn(awa, first)
    learn(awa, second, right=2)

    text = desk.get("/learning/").text

    assert "1 of 3 done" in text
    assert '<progress class="fest" value="1" max="3" aria-label="Lessons done">' in text
    assert "Done, 5 of 5" in text
    assert "Begun, 2 of 5" in text
    assert "Not begun" in text
    assert f'Next lesson <a href="/learning/{second.slug}/">Second</a>' in text


def test_a_lesson_comes_with_its_page_and_goes_with_it(desk):
    page = lesson(slug="photographs")
    assert known(page).is_open
    assert desk.get("/learning/photographs/").status_code == 200

    page.unpublish()
    assert not known(page).is_open
    assert desk.get("/learning/photographs/").status_code == 404

    page.refresh_from_db()
    page.save_revision().publish()
    assert known(page).is_open

    LessonPage.objects.get(pk=page.pk).delete()
    assert not Lesson.objects.get().is_open


def test_a_draft_changes_nothing_and_a_lesson_without_questions_cannot_be_done(desk):
    page = lesson("Photographs", slug="photographs")
    page.title = "Pictures"
    page.save_revision()
    assert known(page).title == "Photographs"

    page.body = [learning.WORDS]
    page.save_revision().publish()

    assert not known(page).is_open
    assert desk.get("/learning/photographs/").status_code == 404
    assert "Answer the questions" not in desk.get(pages.address(page)).text


def test_lessons_go_with_the_academy_when_it_is_deleted_as_a_whole(desk):
    page = lesson()

    page.get_parent().specific.delete()

    assert not Lesson.objects.get().is_open


def test_ticks_are_kept_for_oneself(awa, desk):
    page = lesson()

    desk.post(f"/learning/{page.slug}/ticks/", {"point": ["2", "7", "x", "-1"]})

    learned = LessonResult.objects.get(user=awa)
    assert (learned.ticked, learned.tries, learned.is_done) == ([2], 0, False)
    text = desk.get(f"/learning/{page.slug}/").text
    assert 'value="2" checked> One picture gives the size' in text
    assert 'value="1"> Lens wiped' in text
    desk.post(f"/learning/{page.slug}/ticks/", {})
    assert LessonResult.objects.get(user=awa).ticked == []


def test_the_shared_lesson_has_its_checklist_to_read(client):
    text = client.get(pages.address(lesson())).text

    assert "<li>Lens wiped</li>" in text
    assert 'type="checkbox" name="point"' not in text


def test_nobody_sees_what_somebody_else_has_answered(awa, desk):
    page = lesson()
    stranger = make.user()
    learn(stranger, page, right=2)
    certified(make.user(), page)

    text = desk.get(f"/learning/{page.slug}/").text

    assert "Not begun" in text
    assert "The right one" not in text
    assert "0 of 1 done" in desk.get("/learning/").text


def test_owners_see_who_of_their_store_has_learned_what_and_others_do_not(awa, client):
    page, store = lesson(), make.merchant(name="Keur Mbar")
    owner = make.user(first_name="Modou", last_name="Fall")
    packer = make.user(first_name="Khady", last_name="Sow")
    for person, role in ((owner, "owner"), (packer, "packer")):
        store.memberships.create(user=person, role=role, joined_at=NOON)
    learn(packer, page)
    learn(awa, page)

    client.force_login(owner)
    seen = client.get("/learning/").text
    client.force_login(packer)

    assert "Khady Sow" in seen
    assert "Modou Fall" in seen
    assert "Awa Diop" not in seen
    assert "Modou Fall" not in client.get("/learning/").text


def test_the_own_pages_cost_the_same_however_much_there_is(client):
    page, store = lesson("First", slug="first"), make.merchant()
    owner = make.user()
    store.memberships.create(user=owner, role="owner", joined_at=NOON)
    certified(owner, page)
    client.force_login(owner)

    def cost(address):
        client.get(address)
        with statements(most=12) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    before = [cost("/learning/"), cost("/learning/first/")]
    for number in range(6):
        more = lesson(f"Lesson {number}", order=number)
        certified(owner, more)
        person = make.user()
        store.memberships.create(user=person, role="packer", joined_at=NOON)
        learn(person, more)

    assert [cost("/learning/"), cost("/learning/first/")] == before
