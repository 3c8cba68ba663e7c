"""The rules by which the shop forgets: what goes, after how long, by which function and index.

The beat carries them out. ``docs/reference/retention.md`` has a line for each, and a test compares.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from shop.core.images import cleanup as pictures
from shop.core.images import drafts as draft_images
from shop.core.images import incoming
from shop.core.jobs import failed_jobs, pace
from shop.core.rate_limits import store as limits
from shop.core.workers import cleanup as workers
from shop.merchant.applications import cleanup as applications
from shop.merchant.content_reports import cleanup as content_reports
from shop.merchant.dashboard.spreadsheets import receive as sheets
from shop.merchant.imports import columns as sheet_columns
from shop.merchant.imports import receive as catalogue_sheets
from shop.merchant.moderation import trust
from shop.merchant.share_kits import kits
from shop.money.payments import cleanup as messages
from shop.money.returns import overdue
from shop.money.settlements import methods, payouts
from shop.operations.retention import contacts
from shop.orders.cart import cleanup as carts
from shop.orders.cart.vouchers import guesses
from shop.orders.reminders import due as reminders
from shop.orders.tickets import door_entries, needs
from shop.people.accounts import cleanup as accounts
from shop.reports import refusals
from shop.storefront import probe
from shop.storefront.certifications import ending as certificates
from shop.storefront.listings import bulk
from shop.storefront.search_words import not_found
from shop.storefront.share_links import count as visits
from shop.storefront.waiting_room import places

DAY = timedelta(days=1)


class RetentionRule(NamedTuple):
    """One kind of thing that is forgotten.

    ``found_by`` begins the name of the index that finds it; a file has none. ``every`` is the
    number of rounds of the beat between two times.
    """

    name: str
    what: str
    after: str
    use_case: Callable[..., int]
    every: int
    found_by: str
    seconds: float = pace.SECONDS


def long(time: timedelta) -> str:
    """Return a length of time in words: 90 days, 30 minutes."""
    units = (("day", 86_400), ("hour", 3_600), ("minute", 60))
    seconds = round(time.total_seconds())
    name, size = next(unit for unit in units if seconds % unit[1] == 0)
    count = seconds // size
    return f"{count} {name}{'' if count == 1 else 's'}"


RULES = (
    RetentionRule(
        "forget contacts", "name and addresses of orders that were never paid, and of no order",
        f"{long(contacts.UNPAID_FOR)}; of paid ones with the last document",
        contacts.forget_contacts, 400, "contact_to_judge",
    ),
    RetentionRule(
        "forget old carts", "carts of guests, with what they saved",
        f"{long(carts.KEPT_FOR)} after the last change", carts.forget_old_carts, 2_000,
        "shop_cart_changed_at",
    ),
    RetentionRule(
        "forget old sessions", "sign-ins", "when they are over", accounts.forget_sessions, 400,
        "django_session_expire_date",
    ),
    RetentionRule(
        "forget finished tasks", "tasks of the worker",
        f"{long(workers.KEPT_FOR)} after they were done; failed ones "
        f"{long(workers.FAILED_KEPT_FOR)}",
        workers.forget_tasks, 40, "tasks_finished",
    ),
    RetentionRule(
        "forget what messages said", "what the provider’s messages say, which names people",
        long(messages.TOLD_FOR), messages.forget_bodies, 2_000, "event_told",
    ),
    RetentionRule(
        "forget old messages", "the provider’s messages themselves", long(messages.KEPT_FOR),
        messages.forget_messages, 400, "event_received",
    ),
    RetentionRule(
        "forget reminders", "mails that somebody asked for",
        f"{long(reminders.DAY)} after they were sent, or their slot is over; "
        f"{long(reminders.UNCONFIRMED_FOR)} unconfirmed; {long(reminders.KEPT_FOR)} without a "
        "coming slot",
        reminders.forget_reminders, 400, "reminders_told",
    ),
    RetentionRule(
        "forget places in the queue", "places before the checkout, with what was posted",
        f"{long(places.KEPT_FOR)} after the page asked last", places.forget_places, 20,
        "places_by_age",
    ),
    RetentionRule(
        "forget limits", "counts of limits", "when they are over", limits.forget_limits, 40,
        "shop_kept_until",
    ),
    RetentionRule(
        "forget tries of vouchers", "codes of vouchers that nobody made", long(guesses.WITHIN),
        guesses.forget_tries, 40, "shop_vouchertry_at",
    ),
    RetentionRule(
        "forget searches in vain", "words that were searched in vain, without who",
        long(not_found.KEPT_FOR), not_found.forget_vain, 5_760, "vain_search_once_a_day",
    ),
    RetentionRule(
        "forget refusals", "orders that were not placed, without who", long(refusals.KEPT_FOR),
        refusals.forget_refusals, 5_760, "refused_at",
    ),
    RetentionRule(
        "forget looks at pages", "looks at pages after a start", long(probe.KEPT_FOR),
        probe.forget_looks, 5_760, "probe_age",
    ),
    RetentionRule(
        "forget what failed", "what periodic work failed at",
        f"{long(failed_jobs.KEPT_FOR)} after it was closed", failed_jobs.forget_failed_jobs, 2_000,
        "mishap_listed",
    ),
    RetentionRule(
        "forget old sheets", "sheets of stores, with file and rows", long(sheets.KEPT_FOR),
        sheets.forget, 400, "sheet_age",
    ),
    RetentionRule(
        "forget sheets of products", "sheets of products, with rows and files",
        long(catalogue_sheets.KEPT_FOR), catalogue_sheets.forget, 400, "catalogue_sheet_age",
    ),
    RetentionRule(
        "forget columns of sheets", "how a store matched the columns of its sheets",
        f"{long(sheet_columns.KEPT_FOR)} after the last one", sheet_columns.forget_columns, 2_000,
        "column_memory_age",
    ),
    RetentionRule(
        "forget what was done at doors", "what hosts did at a door without a line",
        f"{long(door_entries.KEPT_FOR)} after it was sent", door_entries.forget_entries, 2_000,
        "door_entry_age",
    ),
    RetentionRule(
        "forget needs of guests", "what guests asked hosts to know",
        f"{long(needs.KEPT_FOR)} after the date", needs.forget_needs, 400,
        "shop_guestneeds_until",
    ),
    RetentionRule(
        "forget old bulk approvals", "what was approved in one go, row by row",
        long(bulk.KEPT_FOR), bulk.forget, 400, "bulk_approval_age",
    ),
    RetentionRule(
        "forget files of payouts", "files for the bank, with accounts of stores",
        f"{long(payouts.FILE_KEPT)} after they were made", payouts.forget_files, 400,
        "batch_with_file",
    ),
    RetentionRule(
        "forget accounts of stores", "numbers of accounts that are used no more",
        f"{long(methods.ACCOUNT_KEPT_FOR)} after they were closed", methods.forget_accounts, 400,
        "payout_method_closed",
    ),
    RetentionRule(
        "forget certificates", "certificates of stores that do not count, with their papers",
        f"{long(certificates.KEPT_FOR)} after they ended, were stopped or refused",
        certificates.forget_certificates, 400, "certificate_age",
    ),
    RetentionRule(
        "forget applications", "applications of stores, with their papers",
        f"not sent {long(applications.DRAFT_KEPT_FOR)}, withdrawn "
        f"{long(applications.WITHDRAWN_KEPT_FOR)}, declined "
        f"{long(applications.DECLINED_KEPT_FOR)} after the last change",
        applications.forget_applications, 400, "application_age",
    ),
    RetentionRule(
        "forget identity papers", "identity papers of applications that became stores",
        f"{long(applications.IDENTITY_KEPT_FOR)} after the decision",
        applications.forget_identities, 400, "application_age",
    ),
    RetentionRule(
        "forget notices", "what people reported of products and stores",
        f"{long(content_reports.KEPT_FOR)} after the decision",
        content_reports.forget_content_reports, 400, "notice_age",
    ),
    RetentionRule(
        "forget looks", "changes of trusted stores that were looked at",
        f"{long(trust.LOOKED_BACK)} after the look", trust.forget_looks, 400, "later_look_age",
    ),
    RetentionRule(
        "forget pictures of returns", "pictures that shoppers sent along",
        f"{long(overdue.PICTURES_KEPT_FOR)} after it was decided", overdue.forget_pictures, 400,
        "return_with_pictures",
    ),
    RetentionRule(
        "forget files being checked", "files of strangers that were refused or never checked",
        f"{long(incoming.KEPT_FOR)} after they came", incoming.forget_incoming, 400,
        "incoming_age",
    ),
    RetentionRule(
        "forget images of forms", "images of forms that were refused and not sent again",
        long(draft_images.KEPT_FOR), draft_images.forget_kept, 400, "kept_image_age",
    ),
    RetentionRule(
        "forget pictures to share", "pictures and posters that stores had drawn",
        f"{long(kits.KEPT_FOR)} after they were asked for last", kits.forget_kits, 400,
        "shop_sharekit_asked_at",
    ),
    RetentionRule(
        "forget visits by links", "how many came by a shared link, by day, without who",
        long(visits.KEPT_FOR), visits.forget_days, 5_760, "share_day_age",
    ),
    RetentionRule(
        "forget files half written", "files that a killed process had begun",
        long(timedelta(seconds=pictures.LONGEST)), pictures.forget_parts, 400, "",
    ),
)  # fmt: skip
