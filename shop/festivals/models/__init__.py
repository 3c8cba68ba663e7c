from shop.festivals.models.approvals import BulkApproval, BulkRow
from shop.festivals.models.deals import Closure, Deal, DealUsage, WrongPrice
from shop.festivals.models.enrolment import (
    NominationSpreadsheet,
    ProductRequest,
    SpreadsheetFile,
    SpreadsheetRow,
    Terms,
)
from shop.festivals.models.festival import (
    ChangeLog,
    Enrolment,
    Festival,
    Nomination,
    Participation,
    Slot,
)
from shop.festivals.models.funds import Fund
from shop.festivals.models.limits import Fairness
from shop.festivals.models.prices import PriceChange, PriceSpan, ProductSpan, RegularPrice
from shop.festivals.models.promotions import Claim, CodeBatch, Promotion, PromotionUsage

__all__ = [
    "BulkApproval",
    "BulkRow",
    "ChangeLog",
    "Claim",
    "Closure",
    "CodeBatch",
    "Deal",
    "DealUsage",
    "Enrolment",
    "Fairness",
    "Festival",
    "Fund",
    "Nomination",
    "NominationSpreadsheet",
    "Participation",
    "PriceChange",
    "PriceSpan",
    "ProductRequest",
    "ProductSpan",
    "Promotion",
    "PromotionUsage",
    "RegularPrice",
    "Slot",
    "SpreadsheetFile",
    "SpreadsheetRow",
    "Terms",
    "WrongPrice",
]
