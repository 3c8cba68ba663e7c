"""The kinds of pages, where Django looks for them."""

from cms.pages.articles import (
    HelpIndexPage,
    HelpPage,
    LessonIndexPage,
    LessonPage,
    StoryIndexPage,
    StoryPage,
)
from cms.pages.festival import FestivalIndexPage, FestivalPage
from cms.pages.home import HomePage

__all__ = [
    "FestivalIndexPage",
    "FestivalPage",
    "HelpIndexPage",
    "HelpPage",
    "HomePage",
    "LessonIndexPage",
    "LessonPage",
    "StoryIndexPage",
    "StoryPage",
]
