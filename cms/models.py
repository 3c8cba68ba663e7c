"""The kinds of pages and the invitations, where Django looks for them."""

from cms.academy.pages import LessonIndexPage, LessonPage
from cms.colleagues.models import Invitation
from cms.joining.sell import SellPage
from cms.pages.articles import (
    HelpIndexPage,
    HelpPage,
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
    "Invitation",
    "LessonIndexPage",
    "LessonPage",
    "SellPage",
    "StoryIndexPage",
    "StoryPage",
]
