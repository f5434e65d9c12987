"""A port with a story: it worked, was faulted for a while, and works again."""

from datetime import timedelta

from django.utils import timezone

from monitoring.domain.uptime import CONNECTION, connector
from monitoring.domain.uptime.signals import ON, Word
from monitoring.models import Port
from monitoring.services import ledger, uptime_rollups
from monitoring.services.ledger import Heard

HOUR = timedelta(hours=1)


def port_with_an_outage(station, *, began=6 * HOUR, lasted=2 * HOUR, age=timedelta(days=3)):
    """Commissioned `age` ago; `began` ago it faulted for as long as `lasted`."""
    now = timezone.now().replace(microsecond=0)
    plug = station.connectors.first()

    def tell(word, at, detail=""):
        heard = Heard(station.pk, connector(plug.pk), word, at, evse_id=plug.evse_id, detail=detail)
        ledger.hear(heard, now=at)

    ledger.hear(Heard(station.pk, CONNECTION, ON, now - age), now=now - age)
    tell(Word.WORKS, now - age)
    tell(Word.FAULTED, now - began, "GroundFailure")
    tell(Word.WORKS, now - began + lasted)
    uptime_rollups.bring_up([plug.evse_id], now=now)
    return Port.objects.get(pk=plug.evse_id)
