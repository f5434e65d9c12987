"""Asking once more before something that is not easily undone."""

from dataclasses import dataclass

from django.http import HttpResponse

from stations.views.pages import ConsoleRequest, render_page


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, what would come of it, and what the button says. It posts to the address it was asked at."""

    title: str
    text: str
    button: str


def ask(request: ConsoleRequest, question: Question) -> HttpResponse:
    """The question in a dialog, or as a page of its own."""
    fragments = {"dialog-body": "stations/_confirm.html"}
    return render_page(request, "stations/confirm.html", {"question": question}, fragments=fragments)
