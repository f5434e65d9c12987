"""Photos of a station: looked at by those who see it, added by those who work on it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from drivers.domain.roles import Permission
from stations.models import Station, StationPhoto
from stations.permissions import may, may_record
from stations.selectors import visible_stations
from stations.services import station_photos
from stations.services.station_photos import NotAPhoto
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import paginate_found
from stations.views.station_page import header, station_of

# Thumbnails: a page of them stays light.
SHOWN = 12
# A picture never changes under its address.
_CACHED_S = 30 * 24 * 3600


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _Several(forms.FileField):
    """Files that are judged one by one."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        return data


class PhotoForm(forms.Form):
    """New photos, from the camera or from files, and what they show."""

    camera = forms.FileField(
        required=False,
        label=gettext_lazy("Take a photo"),
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    chosen = _Several(required=False, label=gettext_lazy("Choose photos"), widget=_Files(attrs={"accept": "image/*"}))
    caption = forms.CharField(required=False, max_length=200, label=gettext_lazy("What they show"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "photo-%s"})


@console
def station_photos_page(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The photos of a station, newest first, and the form for more."""
    return _page(request, station_of(request, identity), PhotoForm())


def _page(request: ConsoleRequest, station: Station, form: PhotoForm) -> HttpResponse:
    photos = StationPhoto.objects.filter(station=station).select_related("added_by")
    manages = may(request.user, Permission.MANAGE_NETWORK, station.site)

    def beyond(key: str, backwards: bool) -> Any:
        rows = photos.order_by("id" if backwards else "-id")
        if key.isascii() and key.isdigit():
            rows = rows.filter(**{"id__gt" if backwards else "id__lt": int(key[:18])})
        return rows[: SHOWN + 1]

    page = paginate_found(beyond, lambda photo: str(photo.pk), request.GET, size=SHOWN)
    context = {
        **header(request, station, "photos"),
        "form": form,
        "page": page,
        "photos": [(photo, manages or photo.added_by_id == request.user.pk) for photo in page.items],
        "may_record": may_record(request.user, station.site),
    }
    return render_page(request, "stations/station_photos.html", context)


@console
@require_POST
def add(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Keep what is a photo; of the others say why not."""
    station = station_of(request, identity)
    if not may_record(request.user, station.site):
        raise PermissionDenied(_("Your role does not include adding photos here."))
    form = PhotoForm(request.POST, request.FILES)
    sent = [*request.FILES.getlist("camera"), *request.FILES.getlist("chosen")]
    if not sent:
        form.add_error(None, _("Choose a photo first."))
    kept = 0
    for file in sent if form.is_valid() else []:
        try:
            caption = form.cleaned_data["caption"]
            station_photos.add_photo(station=station, content=file, caption=caption, by=request.user)
            kept += 1
        except NotAPhoto as problem:
            form.add_error(None, f"{file.name}: {problem}")
    if kept:
        messages.success(request, ngettext("%(n)d photo is kept.", "%(n)d photos are kept.", kept) % {"n": kept})
    return _page(request, station, form) if form.errors else redirect("stations:station-photos", identity)


@console
def photo(request: ConsoleRequest, identity: str, pk: int) -> HttpResponse:
    """One picture as a file."""
    return _picture(_photo(request, identity, pk).file)


@console
def thumbnail(request: ConsoleRequest, identity: str, pk: int) -> HttpResponse:
    """The same, small."""
    return _picture(_photo(request, identity, pk).thumbnail)


def _photo(request: ConsoleRequest, identity: str, pk: int) -> StationPhoto:
    photos = StationPhoto.objects.filter(station__in=visible_stations(request.user)).select_related("station__site")
    return get_object_or_404(photos, station__identity=identity, pk=pk)


def _picture(name: str) -> HttpResponse:
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={_CACHED_S}, immutable"
    return response


@console
@require_POST
def delete(request: ConsoleRequest, identity: str, pk: int) -> HttpResponse:
    """Remove a photo: one's own, or any for those who manage the network."""
    found = _photo(request, identity, pk)
    if found.added_by_id != request.user.pk and not may(request.user, Permission.MANAGE_NETWORK, found.station.site):
        raise PermissionDenied(_("Only who added a photo, or who manages the network, deletes it."))
    station_photos.delete_photo(photo=found)
    messages.success(request, _("The photo is deleted."))
    return redirect("stations:station-photos", identity)
