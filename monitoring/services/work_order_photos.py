"""Pictures taken at the work."""

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from drivers import clock
from drivers.models import User
from monitoring.models import WorkOrder, WorkOrderEntry, WorkOrderPhoto
from stations import live
from stations.services import pictures
from stations.services.pictures import NotAPhoto

MOST = 60


def add_photo(*, order: WorkOrder, content: "File[bytes]", caption: str, by: User) -> WorkOrderPhoto:
    """Keep a picture. Raises NotAPhoto."""
    if WorkOrderPhoto.objects.filter(work_order=order).count() >= MOST:
        raise NotAPhoto(_("This work order has %(most)d photos; delete some first.") % {"most": MOST})
    kept = pictures.keep(content, f"work-orders/{order.pk}")
    now = clock.now()
    try:
        with transaction.atomic():
            photo = WorkOrderPhoto.objects.create(
                work_order=order,
                file=kept.file,
                thumbnail=kept.thumbnail,
                caption=caption.strip()[:200],
                added_by=by,
                added_at=now,
            )
            WorkOrderEntry.objects.create(work_order=order, kind="photo", by=by, at=now, text=photo.caption)
    except BaseException:
        pictures.discard([kept.file, kept.thumbnail])
        raise
    live.nudge(live.organization_group(order.organization_id))
    return photo


def delete_photo(*, photo: WorkOrderPhoto) -> None:
    """Remove a picture with its files."""
    with transaction.atomic():
        photo.delete()
    pictures.discard([photo.file, photo.thumbnail])
