"""Counts the statements of a request, when the harness asks for it."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from tools.bench.browser import ASK, TELL

# As in the budgets of the tests: transaction control is not counted.
COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


class CountStatements:
    """Tells in a header of the answer how many statements it took; costs nothing unless asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and count if the request says so."""
        asked = request.headers.get(ASK)
        if not asked:
            return self.get_response(request)
        if asked == "cold":
            self.forget()
        counter = _Counter()
        with connection.execute_wrapper(counter):
            response = self.get_response(request)
        response.headers[TELL] = str(counter.count)
        return response

    def forget(self) -> None:
        """Forget what a process keeps beside its cache: nothing, usually."""


class _Counter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable, sql: str, *arguments: Any) -> Any:
        self.count += sql.lstrip(" (\n").upper().startswith(COUNTED)
        return execute(sql, *arguments)
