"""What a store and the shopper of an order write to each other."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.merchant.dashboard.access import MemberRequest, members_only, suborders_of, work_on
from shop.orders.models import OrderMessage, Suborder
from shop.orders.thread.forms import MessageForm
from shop.orders.thread.shown import ThreadShown, read_messages, show_thread
from shop.orders.thread.write import has_thread, need_no_answer, report, write
from shop.people.merchants.roles import Right

SIDE = OrderMessage.Side.STORE


def thread_of(
    request: MemberRequest, part: Suborder, *, at: datetime, form: MessageForm | None = None
) -> ThreadShown | None:
    """Return what was written about a parcel, if there is something. One statement.

    Who may not answer shoppers reads it, and is shown nothing to press.
    """
    read_messages([part])
    may_answer = Right.ANSWER in request.rights
    url = reverse("workspace-messages", args=[part.pk]) if may_answer else ""
    found = show_thread(part, SIDE, url=url, at=at, form=form)
    return found if found.is_there else None


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def thread(request: MemberRequest, suborder_id: int) -> HttpResponse:
    """Show what was written about a parcel, and write to its shopper, or tell the organizers."""
    part = get_object_or_404(suborders_of(request), pk=suborder_id)
    work_on(request, part.merchant, Right.ORDERS, change=Right.ANSWER)
    if not has_thread(part):
        raise Http404
    at, form = clock.moment_of(request), None
    if request.method == "POST":
        form = MessageForm(part, SIDE, request.POST)
        try:
            said = _change(request, part, form, at=at)
        except ShopError as refusal:
            if request.POST.get("do") == "report":
                messages.error(request, str(refusal))
                return _back(part)
            form.add_error(None, str(refusal))
        else:
            if said:
                messages.success(request, said)
                return _back(part)
    context = {
        "part": "orders", "suborder": part, "form": form,
        "thread": thread_of(request, part, at=at, form=form),
    }  # fmt: skip
    status = 422 if form else 200
    return render(request, "shop/merchant/dashboard/messages.html", context, status=status)


def _change(request: MemberRequest, part: Suborder, form: MessageForm, *, at: datetime) -> str:
    """Do what the pressed button says; return what to tell, or nothing where words are wrong."""
    do = request.POST.get("do")
    if do == "report":
        report(part.pk, number_of(request.POST.get("message", "")) or 0, SIDE, at=at)
        return _("The organizers were told. They look at this message.")
    if do == "done":
        need_no_answer(part.pk)
        return _("Written down: no answer is needed.")
    if not form.is_valid():
        return ""
    write(part.pk, SIDE, form.cleaned_data["text"], at=at, by=request.user)
    return _("Written. The shopper was mailed.")


def _back(part: Suborder) -> HttpResponse:
    return redirect(f"{reverse('workspace-order', args=[part.pk])}#messages")
