"""Sites and stations from CSV files: looked at first, then stored."""

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.cache import cache
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.forms.utils import ErrorDict
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from stations.domain import csv_text
from stations.domain.csv_text import Unreadable
from stations.forms.station import SiteNameField
from stations.permissions import organizations_granting, sites_granting
from stations.services.imports import Action, NothingDone, Row
from stations.services.imports import sites as site_import
from stations.services.imports import stations as station_import
from stations.views.pages import ConsoleRequest, console, render_page

MAX_BYTES = 8_000_000
# Of each kind of row on the page; all are stored.
SHOWN = 100
# A file that was looked at waits this long to be stored.
_KEPT_S = 3600


class ImportForm(forms.Form):
    """A file, or the text of one; and of stations where those stand that name no site."""

    kind = forms.ChoiceField(
        choices=[("stations", gettext_lazy("Stations")), ("sites", gettext_lazy("Sites"))],
        required=False,
        initial="stations",
        label=gettext_lazy("What the file holds"),
        widget=forms.RadioSelect,
    )
    file = forms.FileField(required=False, label=gettext_lazy("CSV file"))
    text = forms.CharField(
        required=False,
        max_length=MAX_BYTES,
        strip=False,
        label=gettext_lazy("or its content"),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "mono"}),
    )
    site = SiteNameField(
        required=False,
        max_length=250,
        label=gettext_lazy("Site of new stations that name none"),
        widget=forms.TextInput(attrs={"list": "sites-offered", "autocomplete": "off"}),
    )

    def __init__(self, sites: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "import-%s"})
        field: Any = self.fields["site"]
        field.sites = sites

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        file = values.pop("file", None)
        if file is not None and file.size > MAX_BYTES:
            raise forms.ValidationError(_("A file may have up to %(most)d MB.") % {"most": MAX_BYTES // 10**6})
        if file is not None:
            values["text"] = csv_text.decode(file.read())
        if not values.get("text"):
            raise forms.ValidationError(_("Choose a file, or paste its content."))
        values["kind"] = values.get("kind") or "stations"
        return values

    def refuse(self, why: str) -> None:
        """Say why nothing came of it, and of nothing else."""
        self._errors = ErrorDict({NON_FIELD_ERRORS: self.error_class([why], error_class="nonfield")})


@console
@require_http_methods(["GET", "POST"])
def import_network(request: ConsoleRequest) -> HttpResponse:
    """The form; what the file would do; and once confirmed what it did."""
    sites = sites_granting(request.user, Permission.MANAGE_NETWORK).select_related("organization")
    initial = {"kind": request.GET.get("kind", "stations")}
    posted = (request.POST, request.FILES) if request.method == "POST" and "draft" not in request.POST else ()
    form = ImportForm(sites, *posted, initial=initial)
    context: dict[str, Any] = {
        "form": form,
        "rows": None,
        "stored": None,
        "station_columns": [titles[0] for titles in station_import.COLUMNS.values()],
        "site_columns": [titles[0] for titles in site_import.COLUMNS.values()],
    }
    if request.method == "POST":
        if not sites.exists() and not organizations_granting(request.user, Permission.MANAGE_NETWORK).exists():
            raise PermissionDenied(_("Your role does not include changing the network."))
        draft = _draft(request, form)
        if draft is not None and (rows := _planned(request, draft, form)) is not None:
            context |= _outcome(request, draft, rows, form)
    return render_page(request, "stations/network_import.html", context)


def _draft(request: ConsoleRequest, form: ImportForm) -> dict[str, Any] | None:
    """What is to be imported: just now given, or looked at before; None where there is nothing, and `form` says why."""
    if token := request.POST.get("draft", ""):
        kept: dict[str, Any] | None = cache.get(_key(request, token))
        if kept is None:
            form.refuse(_("What you looked at is no longer kept: choose the file again."))
        return kept
    if not form.is_valid():
        return None
    site = form.cleaned_data.get("site")
    values = {**form.cleaned_data, "site": site.pk if site else None, "token": secrets.token_urlsafe(16)}
    cache.set(_key(request, values["token"]), values, _KEPT_S)
    return values


def _key(request: ConsoleRequest, token: str) -> str:
    return f"import.{request.user.pk}.{token[:40]}"


def _planned(request: ConsoleRequest, draft: dict[str, Any], form: ImportForm) -> Sequence[Any] | None:
    managed = sites_granting(request.user, Permission.MANAGE_NETWORK).select_related("organization")
    try:
        if draft["kind"] == "sites":
            owners = list(organizations_granting(request.user, Permission.MANAGE_NETWORK))
            known = managed.prefetch_related("contacts")
            return site_import.plan(text=draft["text"], organizations=owners, sites=known)
        sites = list(managed)
        default = next((site for site in sites if site.pk == draft["site"]), None)
        return station_import.plan(text=draft["text"], sites=sites, default_site=default)
    except Unreadable as problem:
        form.refuse(str(problem))
        return None


def _outcome(request: ConsoleRequest, draft: dict[str, Any], rows: Sequence[Any], form: ImportForm) -> dict[str, Any]:
    """What is shown: the rows as they would be stored, or once the person has seen that, as they are."""
    found = {action: [row for row in rows if row.action is action] for action in Action}
    context: dict[str, Any] = {
        "rows": [row for action in (Action.WRONG, Action.CHANGE, Action.NEW) for row in found[action][:SHOWN]],
        "counts": {action.value: len(some) for action, some in found.items()},
        "left_out": sum(max(0, len(found[action]) - SHOWN) for action in (Action.WRONG, Action.CHANGE, Action.NEW)),
        "draft": draft["token"],
        "kind": draft["kind"],
    }
    if "store" not in request.POST:
        return context
    try:
        done: Sequence[Row] = (site_import if draft["kind"] == "sites" else station_import).carry_out(
            rows=rows, only_good="only_good" in request.POST, by=request.user
        )
    except NothingDone as problem:
        form.refuse(str(problem))
        return context
    cache.delete(_key(request, draft["token"]))
    context["stored"] = {"made": sum(row.is_new for row in done), "changed": sum(not row.is_new for row in done)}
    context["rows"] = [row for row in context["rows"] if row.is_good]
    if draft["kind"] == "stations" and any(row.is_generated for row in rows):
        context["passwords"] = station_import.generated_passwords(rows)
    return context


@console
@require_POST
def passwords_csv(request: ConsoleRequest) -> HttpResponse:
    """The passwords on the page, as a file: they are stored nowhere, so the page sends them along."""
    response = HttpResponse(request.POST.get("passwords", ""), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="station-passwords.csv"'
    response["Cache-Control"] = "no-store"
    return response
