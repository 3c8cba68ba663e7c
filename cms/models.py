"""The kinds of pages and the invitations, where Django looks for them."""

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
from cms.pages.lessons import LessonIndexPage, LessonPage

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
