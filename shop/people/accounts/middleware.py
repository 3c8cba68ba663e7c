"""Keeps allauth's pages in the shop's frame."""

from collections.abc import Callable

from django.contrib.sites.requests import RequestSite
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse


class OurSite:
    """Takes away allauth's ``site``, a host name, which would hide ours from the templates."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        """Drop the name before the page is rendered."""
        context = response.context_data or {}
        if isinstance(context.get("site"), RequestSite):
            del context["site"]
        return response
