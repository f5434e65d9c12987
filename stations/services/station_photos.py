"""Photos of stations."""

from collections.abc import Iterable

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from drivers.models import User
from stations import live
from stations.models import Station, StationPhoto
from stations.services import pictures
from stations.services.pictures import NotAPhoto, discard

__all__ = ["NotAPhoto", "add_photo", "delete_photo", "discard", "files_of"]

MOST_OF_A_STATION = 200


def add_photo(*, station: Station, content: "File[bytes]", caption: str, by: User) -> StationPhoto:
    """Keep a photo. Raises NotAPhoto."""
    if StationPhoto.objects.filter(station=station).count() >= MOST_OF_A_STATION:
        raise NotAPhoto(_("This station has %(most)d photos; delete some first.") % {"most": MOST_OF_A_STATION})
    kept = pictures.keep(content, f"photos/{station.pk}")
    try:
        with transaction.atomic():
            photo = StationPhoto.objects.create(
                station=station,
                file=kept.file,
                thumbnail=kept.thumbnail,
                width=kept.width,
                height=kept.height,
                caption=caption.strip()[:200],
                added_by=by,
            )
    except BaseException:
        discard([kept.file, kept.thumbnail])
        raise
    live.nudge(live.station_group(station.pk))
    return photo


def delete_photo(*, photo: StationPhoto) -> None:
    """Remove a photo with its files."""
    with transaction.atomic():
        photo.delete()
    discard(files_of([photo]))
    live.nudge(live.station_group(photo.station_id))


def files_of(photos: Iterable[StationPhoto]) -> list[str]:
    """The names under which they are stored."""
    return [name for photo in photos for name in (photo.file, photo.thumbnail)]
