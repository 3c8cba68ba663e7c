"""Each lesson of the sample asks five questions in six languages, and has a checklist to tick."""

import pytest
import yaml

from cms.models import LessonPage
from sample.articles import HEAD
from sample.doors import settled
from sample.filling import CONTENT
from sample.formatting import blocks
from sample.sheets import LANGUAGES
from shop.merchant.academy.models import Lesson, needed_of
from shop.merchant.academy.quiz import Quiz

FILES = sorted(file.name for file in (CONTENT / "academy").glob("*.md"))


def read(name, ours):
    """Return the head of a lesson in a language, and its words; those that wait included."""
    folder = CONTENT if ours == "en" else CONTENT / "i18n" / ours
    found = HEAD.fullmatch(settled((folder / "academy" / name).read_text("utf-8")))
    return yaml.safe_load(found[1]), found[2]


def test_there_are_eight_lessons():
    assert len(FILES) == 8
    assert needed_of(5) == 4


@pytest.mark.parametrize("ours", LANGUAGES)
@pytest.mark.parametrize("name", FILES)
def test_it_has_five_questions_with_one_right_answer_each_as_the_english_one(name, ours):
    head, _words = read(name, ours)
    english, _words = read(name, "en")

    assert len(head["questions"]) == 5
    for asked, same in zip(head["questions"], english["questions"], strict=True):
        answers = [str(text).strip() for text in asked["options"].values()]
        assert asked["question"].strip()
        assert asked["why"].strip()
        assert list(asked["options"]) == list(same["options"]) == ["a", "b", "c", "d"]
        assert len(set(answers)) == 4
        assert all(answers)
        assert asked["right"] == same["right"]


@pytest.mark.parametrize("ours", LANGUAGES)
@pytest.mark.parametrize("name", FILES)
def test_it_has_one_checklist_as_long_as_the_english_one(name, ours):
    def points(language):
        _head, words = read(name, language)
        [found] = [
            value["points"] for kind, value in blocks(words, lambda _name: "")
            if kind == "checklist"
        ]  # fmt: skip
        return found

    assert len(points(ours)) == len(points("en")) >= 7
    assert all(point and "[" not in point and "*" not in point for point in points(ours))


@pytest.mark.usefixtures("loaded")
def test_all_loaded_lessons_can_be_learned_in_every_language():
    lessons = list(Lesson.objects.filter(is_open=True))

    in_english = LessonPage.objects.filter(locale__language_code="en")
    assert len(lessons) == in_english.count() == len(FILES)
    for lesson in lessons:
        assert set(lesson.titles) == set(LANGUAGES.values()) - {"en"}
        own = LessonPage.objects.filter(translation_key=lesson.key, alias_of=None)
        quizzes: list[Quiz] = [page.quiz for page in own]
        assert [len(quiz) for quiz in quizzes] == [5] * 6
        assert len({tuple(one.right for one in quiz.questions) for quiz in quizzes}) == 1
        assert len({len(page.checklist) for page in own}) == 1
