"""Letters of a status page: asking for them, confirming that, ending it."""

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from drivers.addresses import client_address
from monitoring.forms.status_page import SubscribeForm
from monitoring.models import StatusSubscriber
from monitoring.selectors import status_page as selectors
from monitoring.services import subscriptions
from monitoring.views.status_page import frame, with_language

# So often one may ask from one address of the net, in an hour.
MOST = 20
_HOUR_S = 3600


@never_cache
@require_http_methods(["GET", "POST"])
def subscribe(request: HttpRequest, slug: str, site: int | None = None) -> HttpResponse:
    """The form; every address gets the same answer, whether it is subscribed or not."""
    with_language(request)
    page = selectors.page_of(slug)
    found = selectors.shown_site(page, site) if page and site is not None else None
    if page is None or (site is not None and found is None):
        raise Http404
    form = SubscribeForm(request.POST if request.method == "POST" else None)
    state = "form"
    if form.is_bound and form.is_valid():
        state = "asked"
        if _is_too_often(request):
            state = "too-often"
        else:
            subscriptions.subscribe(
                organization=page.organization,
                site=found,
                email=form.cleaned_data["email"],
                language=translation.get_language() or "",
            )
    what = found.name if found else page.organization.name
    context = {"network": page.organization, "what": what, "form": form, "state": state, **frame(request)}
    return render(request, "monitoring/status/subscribe.html", context, status=429 if state == "too-often" else 200)


def _is_too_often(request: HttpRequest) -> bool:
    key = f"status.asked.{client_address(request)}"
    cache.add(key, 0, _HOUR_S)
    try:
        return cache.incr(key) > MOST
    except ValueError:
        # It ran out in between.
        return False


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of the first letter opens: a button, since mail programs open links by themselves."""
    row = subscriptions.of_confirmation(token)
    _speak(row)
    state = "gone" if row is None else "asks"
    if request.method == "POST" and row is not None:
        state = "done" if subscriptions.confirm(token) else "gone"
    return _answer(request, "monitoring/status/confirm.html", row, state)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    """No more letters: a button, or the one click of a mail program, which has neither cookie nor form (RFC 8058)."""
    row = subscriptions.of_end(token)
    _speak(row)
    state = "gone" if row is None else "asks"
    if request.method == "POST":
        # Whoever ends it twice has what they want.
        subscriptions.end(token)
        state = "done"
    return _answer(request, "monitoring/status/end.html", row, state)


def _speak(row: StatusSubscriber | None) -> None:
    if row is not None:
        translation.activate(row.language)


def _answer(request: HttpRequest, template: str, row: StatusSubscriber | None, state: str) -> HttpResponse:
    context = {"subscriber": row, "state": state, **frame(request)}
    return render(request, template, context, status=404 if state == "gone" else 200)
