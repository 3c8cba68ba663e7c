"""How views answer."""

from django.http import HttpResponseRedirect
from django.urls import reverse


def see_other(name: str, *args: object) -> HttpResponseRedirect:
    """Return the answer to a post that worked: look at that page, with GET."""
    return HttpResponseRedirect(reverse(name, args=args), status=303)
