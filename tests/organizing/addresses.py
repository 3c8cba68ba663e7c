"""Every address of the organizers' desk, who may go there, and what is sent."""

from tests.organizing.people import BEFORE, GROUPS, typed

ALL, PLAN = set(GROUPS), {"organizer"}
WRITE = {"organizer", "merchandiser"}
REVIEW = {"organizer", "reviewer"}
DAYS = {"zone_name": "UTC", "starts": "2027-05-10T00:00", "ends": "2027-05-20T00:00"}
HOURS = {"label": "Taken over", "starts": "2027-05-12T10:00", "ends": "2027-05-12T12:00"}
BENEFIT = {
    "title": "Taken over", "what": "voucher:amount", "amount": "5.00", "trigger": "code",
    "use_from": "2027-05-10T00:00", "use_to": "2027-05-20T00:00", "organizer_share": "100",
}  # fmt: skip
SHARED = {
    "share-shared_with": "Taken over",
    "share-at_wall": "2027-05-10T00:00",
    "share-hours": "2",
}
# Each address and method with the groups that may, and what is sent.
ADDRESSES = [
    ("festivals/", "get", ALL, {}),
    ("calendar/", "get", ALL, {}),
    ("festivals/{festival}/timeline/", "get", ALL, {}),
    ("festivals/new/", "get", PLAN, {}),
    ("festivals/new/", "post", PLAN, typed(title="Taken over")),
    ("festivals/{festival}/", "get", ALL, {}),
    ("festivals/{festival}/edit/", "get", PLAN, {}),
    ("festivals/{festival}/edit/", "post", PLAN, typed(title="Taken over", **DAYS)),
    ("festivals/{festival}/publish/", "post", PLAN, {"reason": "Taken over"}),
    (
        "festivals/{blocked}/override/",
        "post",
        PLAN,
        {"finding": "stores", "text": "No store takes part yet.", "reason": "Taken over"},
    ),
    ("festivals/{festival}/products/", "post", PLAN, {}),
    ("festivals/{festival}/live/", "get", ALL, {}),
    ("festivals/{festival}/health/", "get", ALL, {}),
    ("festivals/{festival}/health/", "post", PLAN, {}),
    ("festivals/{ended}/close/", "post", PLAN, {"reason": "Taken over"}),
    ("festivals/{ended}/result/", "post", PLAN, {"part": "units"}),
    ("festivals/{festival}/report/", "get", ALL, {}),
    ("festivals/{festival}/report/report.xlsx", "get", ALL, {}),
    ("festivals/{festival}/report/{part}.csv", "get", ALL, {}),
    ("festivals/{festival}/statements/", "get", ALL, {}),
    ("festivals/{festival}/statements/{joined}/", "get", ALL, {}),
    ("festivals/{festival}/statements/{joined}.xlsx", "get", ALL, {}),
    ("festivals/{festival}/page/", "post", WRITE, {}),
    ("festivals/{festival}/preview/", "get", ALL, {}),
    ("festivals/{festival}/preview/links/", "post", PLAN, SHARED),
    ("festivals/{festival}/preview/links/{link}/revoke/", "post", PLAN, {}),
    ("festivals/{festival}/prices/", "get", ALL, {}),
    ("festivals/{festival}/prices/changes/", "get", ALL, {}),
    ("festivals/{festival}/slots/new/", "get", PLAN, {}),
    ("festivals/{festival}/slots/new/", "post", PLAN, HOURS),
    ("festivals/{festival}/slots/{slot}/", "get", PLAN, {}),
    ("festivals/{festival}/slots/{slot}/", "post", PLAN, HOURS),
    ("festivals/{festival}/slots/{slot}/remove/", "post", PLAN, {}),
    ("festivals/{festival}/slots/{slot}/{cancel}/", "get", PLAN, {}),
    ("festivals/{festival}/slots/{slot}/{cancel}/", "post", PLAN, {"reason": "Taken over"}),
    ("festivals/{festival}/clone/", "get", PLAN, {}),
    (
        "festivals/{festival}/clone/",
        "post",
        PLAN,
        {"title": "Taken over", "first_day": "2028-05-08"},
    ),
    ("festivals/{festival}/deals/", "get", ALL, {}),
    ("festivals/{festival}/deals/{deal}/", "get", ALL, {}),
    ("festivals/{festival}/deals/{deal}/{pause}/", "get", PLAN, {}),
    ("festivals/{festival}/deals/{deal}/{pause}/", "post", PLAN, {"reason": "Taken over"}),
    (
        "festivals/{festival}/deals/{void}/decide/",
        "post",
        PLAN,
        {"line": "{line}", "outcome": "honoured"},
    ),
    ("festivals/{festival}/benefits/", "get", ALL, {}),
    ("festivals/{festival}/benefits/new/", "get", PLAN, {}),
    ("festivals/{festival}/benefits/new/", "post", PLAN, BENEFIT),
    ("festivals/{festival}/benefits/{benefit}/", "get", ALL, {}),
    ("festivals/{festival}/benefits/{benefit}/edit/", "get", PLAN, {}),
    (
        "festivals/{festival}/benefits/{benefit}/edit/",
        "post",
        PLAN,
        BENEFIT | {"version": "999999999"},
    ),
    (
        "festivals/{festival}/benefits/{benefit}/codes/",
        "post",
        PLAN,
        {"size": "3", "label": "Taken over"},
    ),
    ("festivals/{festival}/benefits/{benefit}/codes/{batch}/", "head", PLAN, {}),
    ("festivals/{festival}/benefits/{benefit}/{activate}/", "get", PLAN, {}),
    ("festivals/{festival}/benefits/{benefit}/{activate}/", "post", PLAN, {}),
    ("festivals/{festival}/sponsors/new/", "get", PLAN, {}),
    ("festivals/{festival}/sponsors/new/", "post", PLAN, {"sponsor": "Taken over", "amount": "5"}),
    ("festivals/{festival}/sponsors/{fund}/", "get", ALL, {}),
    ("festivals/{festival}/stores/", "get", ALL, {}),
    ("festivals/{festival}/stores/", "post", PLAN, {"store": "{merchant}"}),
    ("festivals/{festival}/stores/{enrolment}/", "post", PLAN, {"accept": ""}),
    ("festivals/{festival}/nominations/", "get", ALL, {}),
    ("festivals/{festival}/nominations/", "post", REVIEW, {"nomination": "{nomination}"}),
    ("festivals/{festival}/nominations/{nomination}/", "get", ALL, {}),
    ("festivals/{festival}/nominations/{nomination}/", "post", REVIEW, {"approve": ""}),
    ("fairness/", "get", PLAN, {}),
    ("fairness/", "post", PLAN, {"hold_minutes": "20"}),
    ("new-products/", "get", REVIEW, {}),
    ("new-products/{product}/", "get", REVIEW, {}),
    ("new-products/{product}/", "post", REVIEW, {"approve": "", "seen": BEFORE.isoformat()}),
]
READ = [
    ("desk_products/", "get"), ("desk_products/results/", "get"),
    ("desk_products/inspect/{product}/", "get"),
    ("desk_stores/", "get"), ("desk_stores/inspect/{merchant}/", "get"),
    ("desk_orders/", "get"), ("desk_categories/", "get"),
]  # fmt: skip
