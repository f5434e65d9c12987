"""Codes for the labels of EVSEs."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from stations.domain.public_codes import new_code
from stations.models import Evse

# Two of them being the same is next to impossible once, and not twice.
_ATTEMPTS = 3


def give_codes(*, evses: Iterable[Evse]) -> None:
    """Make a code for each of the EVSEs that has none; one that has a code keeps it for ever."""
    bare = {evse.pk: evse for evse in evses if evse.public_code is None}
    if not bare:
        return
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic():
                # Somebody else may print the same labels at this moment.
                rows = list(Evse.objects.select_for_update().filter(pk__in=bare, public_code=None))
                for row in rows:
                    row.public_code = new_code()
                Evse.objects.bulk_update(rows, ["public_code"], batch_size=500)
            break
        except IntegrityError:
            if attempt == _ATTEMPTS:
                raise
    for pk, code in Evse.objects.filter(pk__in=bare).values_list("pk", "public_code"):
        bare[pk].public_code = code
