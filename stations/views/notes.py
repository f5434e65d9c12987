"""Notes about a station: read by those who see it, written by those who work on it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from stations.models import StationNote
from stations.permissions import may, may_record
from stations.selectors import visible_stations
from stations.services import station_notes
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import paginate
from stations.views.station_page import header, station_of


class NoteForm(forms.Form):
    """A new note."""

    text = forms.CharField(
        max_length=4000, label=gettext_lazy("New note"), widget=forms.Textarea(attrs={"rows": 3, "maxlength": 4000})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "note-%s"})


@console
@require_http_methods(["GET", "POST"])
def station_notes_page(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The notes about a station, newest first, and the form for another."""
    station = station_of(request, identity)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        if not may_record(request.user, station.site):
            raise PermissionDenied(_("Your role does not include writing notes here."))
        if form.is_valid():
            station_notes.add_note(station=station, text=form.cleaned_data["text"], by=request.user)
            return redirect("stations:station-notes", identity)
    notes = StationNote.objects.filter(station=station).select_related("author").order_by("-id")
    manages = may(request.user, Permission.MANAGE_NETWORK, station.site)
    page = paginate(notes, request.GET)
    context = {
        **header(request, station, "notes"),
        "form": form,
        "page": page,
        "notes": [(note, manages or note.author_id == request.user.pk) for note in page.items],
        "may_record": may_record(request.user, station.site),
    }
    return render_page(request, "stations/station_notes.html", context)


@console
@require_POST
def delete(request: ConsoleRequest, identity: str, pk: int) -> HttpResponse:
    """Remove a note: one's own, or any for those who manage the network."""
    notes = StationNote.objects.filter(station__in=visible_stations(request.user)).select_related("station__site")
    note = get_object_or_404(notes, station__identity=identity, pk=pk)
    if note.author_id != request.user.pk and not may(request.user, Permission.MANAGE_NETWORK, note.station.site):
        raise PermissionDenied(_("Only who wrote a note, or who manages the network, deletes it."))
    station_notes.delete_note(note=note)
    messages.success(request, _("The note is deleted."))
    return redirect("stations:station-notes", identity)
