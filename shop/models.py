"""Brings every model to Django's attention; they live in the packages."""

from shop.accounts.models import Mailbox, SignInRules, User
from shop.applications.models import Application, ApplicationNote, ApplicationPaper
from shop.audit.models import Discrepancy, Night, WriteOff
from shop.cart.models import Cart, CartLine, CartVoucher, SavedProduct, VoucherTry
from shop.catalogue.models import Category, Product, ProductPicture, Term, Translation, Variant
from shop.delivery.models import Carrier, Contact, Country, ImportRule, Rate, TaxRule
from shop.festivals.models import (
    BulkApproval,
    BulkRow,
    ChangeLog,
    Claim,
    Closure,
    CodeBatch,
    Deal,
    DealUsage,
    Enrolment,
    Fairness,
    Festival,
    Fund,
    Nomination,
    NominationSheet,
    Participation,
    PriceChange,
    PriceSpan,
    ProductSpan,
    Promotion,
    PromotionUsage,
    RegularPrice,
    SheetFile,
    SheetRow,
    Slot,
    Terms,
    Wanted,
    WrongPrice,
)
from shop.imports.models import (
    ArchivePicture,
    BroughtProduct,
    CatalogueRow,
    CatalogueSheet,
    ColumnMemory,
    SheetPicture,
    SheetPiece,
)
from shop.ledger.models import LedgerEntry, LedgerTransaction
from shop.listings.models import (
    CellCount,
    ChangedStore,
    Listing,
    ListingCell,
    Meaning,
    SearchWord,
    Synonym,
)
from shop.mail.models import SentMail
from shop.merchants.models import Membership, Merchant, StoreInvitation
from shop.moderation.models import AmendedPicture, Amendment, LaterLook
from shop.notices.models import Notice
from shop.orders.models import (
    Discount,
    Order,
    OrderLine,
    OrderMessage,
    OrderNote,
    Refund,
    RefundGoodwill,
    RefundLine,
    RefundParcel,
    Replacement,
    ReplacementLine,
    ReturnedClaim,
    SaleDecision,
    Shipment,
    Suborder,
)
from shop.papers.models import Document, Series
from shop.payments.models import GatewayEvent, Operation, Payment, RefundProposal
from shop.pictures.models import Picture, Rendition
from shop.rate_limits.models import Kept
from shop.reminders.models import Reminder
from shop.reports.models import (
    Check,
    CountedOrder,
    CountedRefund,
    FinalReport,
    FinalStatement,
    PublicResult,
    Refused,
    Tally,
)
from shop.returns.models import ReturnLine, ReturnPicture, ReturnRequest
from shop.rounds.models import Leftover, Mishap
from shop.settlements.models import (
    Payout,
    PayoutBatch,
    PayoutMethod,
    PayoutProof,
    Settlement,
    SettlementLine,
)
from shop.settlements.remote.models import Funding, PayoutCountry, Transfer
from shop.stock.models import Pool, StockMove
from shop.storefront.models import PreviewLink, ProbeResult, VainSearch
from shop.tickets.models import Ticket
from shop.waiting_room.models import Place
from shop.workers.models import Worker

__all__ = [
    "AmendedPicture", "Amendment", "Application", "ApplicationNote", "ApplicationPaper",
    "ArchivePicture", "BroughtProduct", "BulkApproval", "BulkRow", "Carrier", "Cart",
    "CartLine", "CartVoucher", "CatalogueRow", "CatalogueSheet", "Category", "CellCount",
    "ChangeLog", "ChangedStore", "Check", "Claim", "Closure", "CodeBatch", "ColumnMemory",
    "Contact", "CountedOrder", "CountedRefund", "Country", "Deal", "DealUsage", "Discount",
    "Discrepancy", "Document", "Enrolment", "Fairness", "Festival", "FinalReport",
    "FinalStatement", "Fund", "Funding", "GatewayEvent", "ImportRule", "Kept", "LaterLook",
    "LedgerEntry", "LedgerTransaction", "Leftover", "Listing", "ListingCell", "Mailbox",
    "Meaning", "Membership", "Merchant", "Mishap", "Night", "Nomination", "NominationSheet",
    "Notice", "Operation", "Order", "OrderLine", "OrderMessage", "OrderNote", "Participation",
    "Payment", "Payout", "PayoutBatch", "PayoutCountry", "PayoutMethod", "PayoutProof",
    "Picture", "Place", "Pool", "PreviewLink", "PriceChange", "PriceSpan", "ProbeResult",
    "Product", "ProductPicture", "ProductSpan", "Promotion", "PromotionUsage", "PublicResult",
    "Rate", "Refund", "RefundGoodwill", "RefundLine", "RefundParcel", "RefundProposal",
    "Refused", "RegularPrice", "Reminder", "Rendition", "Replacement", "ReplacementLine",
    "ReturnLine", "ReturnPicture", "ReturnRequest", "ReturnedClaim", "SaleDecision",
    "SavedProduct", "SearchWord", "SentMail", "Series", "Settlement", "SettlementLine",
    "SheetFile", "SheetPicture", "SheetPiece", "SheetRow", "Shipment", "SignInRules", "Slot",
    "StockMove", "StoreInvitation", "Suborder", "Synonym", "Tally", "TaxRule", "Term", "Terms",
    "Ticket", "Transfer", "Translation", "User", "VainSearch", "Variant", "VoucherTry",
    "Wanted", "Worker", "WriteOff", "WrongPrice",
]  # fmt: skip
