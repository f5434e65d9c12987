"""Many stations from one CSV file: looked at first, then stored."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from stations.permissions import sites_granting
from stations.services import station_import
from stations.services.station_import import NothingDone, Row, Unreadable
from stations.views.pages import ConsoleRequest, console, render_page

MAX_BYTES = 2_000_000


class ImportForm(forms.Form):
    """A file, or the text of one that was looked at."""

    file = forms.FileField(required=False, label=gettext_lazy("CSV file"))
    text = forms.CharField(
        required=False,
        max_length=MAX_BYTES,
        strip=False,
        label=gettext_lazy("or its content"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "mono"}),
    )
    site: Any = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label=gettext_lazy("As the file says"),
        label=gettext_lazy("Site of rows without"),
    )
    only_good = forms.BooleanField(required=False, label=gettext_lazy("Leave out rows with errors"))

    def __init__(self, sites: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "import-%s"})
        field: Any = self.fields["site"]
        field.queryset = sites

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        file = values.get("file")
        if file is not None and file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        if file is not None:
            values["text"] = station_import.decode(file.read())
        if not values.get("text"):
            raise forms.ValidationError(_("Choose a file, or paste its content."))
        return values


@console
@require_http_methods(["GET", "POST"])
def import_stations(request: ConsoleRequest) -> HttpResponse:
    """The form; what the file would do; and once confirmed what it did."""
    sites = sites_granting(request.user, Permission.MANAGE_NETWORK).select_related("organization").order_by("name")
    form = ImportForm(sites, *((request.POST, request.FILES) if request.method == "POST" else ()))
    context: dict[str, Any] = {"form": form, "columns": list(station_import.COLUMNS)}
    if form.is_bound:
        if not sites.exists():
            raise PermissionDenied(_("Your role does not include making stations."))
        if form.is_valid() and (rows := _rows(form, sites)) is not None:
            _store(request, form, rows, context)
    return render_page(request, "stations/station_import.html", context)


def _rows(form: ImportForm, sites: Any) -> list[Row] | None:
    values = form.cleaned_data
    try:
        return station_import.plan(text=values["text"], sites=sites, default_site=values["site"])
    except Unreadable as problem:
        form.add_error(None, str(problem))
        return None


def _store(request: ConsoleRequest, form: ImportForm, rows: list[Row], context: dict[str, Any]) -> None:
    """Store the rows if the person has seen them before; say in `context` what is shown."""
    context |= {"rows": rows, "bad": sum(not row.is_good for row in rows), "text": form.cleaned_data["text"]}
    context["good"] = len(rows) - context["bad"]
    if "store" not in request.POST:
        return
    try:
        context["stored"] = station_import.carry_out(rows=rows, only_good=form.cleaned_data["only_good"])
        context["passwords"] = station_import.generated_passwords(rows)
    except NothingDone as problem:
        form.add_error(None, str(problem))


@console
@require_POST
def passwords_csv(request: ConsoleRequest) -> HttpResponse:
    """The passwords on the page, as a file: they are stored nowhere, so the page sends them along."""
    response = HttpResponse(request.POST.get("passwords", ""), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="station-passwords.csv"'
    response["Cache-Control"] = "no-store"
    return response
