"""Which blocks a page can be built from."""

from __future__ import annotations

from cms.blocks.collections import CollectionsBlock
from cms.blocks.deals import DealGridBlock, PickedBlock, SlotStripBlock, TourShelfBlock
from cms.blocks.festival import (
    CountdownBlock,
    HeroBlock,
    HowBlock,
    IntroBlock,
    NoticeBlock,
    SessionBlock,
    VoucherStripBlock,
)
from cms.blocks.stores import PavilionBlock, StoreStripBlock, StoriesBlock
from cms.blocks.words import (
    CallBlock,
    ChecklistBlock,
    PictureBlock,
    QuestionBlock,
    TableBlock,
    TextBlock,
)

WORDS = [
    ("text", TextBlock(group="Words and pictures")),
    ("picture", PictureBlock(group="Words and pictures")),
    ("table", TableBlock(group="Words and pictures")),
    ("call", CallBlock(group="Words and pictures")),
    ("notice", NoticeBlock(group="Words and pictures")),
]
SHELVES = [
    ("deals", DealGridBlock(group="Products")),
    ("picked", PickedBlock(group="Products")),
    ("tours", TourShelfBlock(group="Products")),
    ("collections", CollectionsBlock(group="Products")),
]
FESTIVAL = [
    ("hero", HeroBlock(group="Festival")),
    ("countdown", CountdownBlock(group="Festival")),
    ("intro", IntroBlock(group="Festival")),
    ("slots", SlotStripBlock(group="Festival")),
    ("vouchers", VoucherStripBlock(group="Festival")),
    ("session", SessionBlock(group="Festival")),
    ("how", HowBlock(group="Festival")),
]
STORES = [
    ("pavilion", PavilionBlock(group="Stores")),
    ("stores", StoreStripBlock(group="Stores")),
    ("stories", StoriesBlock(group="Stores")),
]

SHOP_BODY = [*FESTIVAL, *SHELVES, *STORES, *WORDS]
ARTICLE_BODY = [*WORDS, *SHELVES]
LESSON_BODY = [
    *ARTICLE_BODY,
    ("checklist", ChecklistBlock(group="Words and pictures")),
    ("question", QuestionBlock(group="Words and pictures")),
]
