"""Ninety days of calls to the demo network's helpline, written down by the service that writes down those of today."""

import random
import threading
from datetime import datetime, timedelta

from django.utils import timezone

from drivers import clock
from drivers.models import Organization, User
from monitoring.models import HelplineContact, Ticket
from monitoring.services import helpline
from stations.models import Station

DAYS = 90
PER_DAY = 2.4
_BREATH_S = 0.02
_ABOUT = {
    Ticket.Category.START: (9, "Card is read, nothing happens."),
    Ticket.Category.PLUG: (5, "Plug does not come out."),
    Ticket.Category.PAYMENT: (5, "What does it cost here?"),
    Ticket.Category.STOP: (4, "Stopped after a few minutes."),
    Ticket.Category.ACCESS: (3, "App says that the card is not known."),
    Ticket.Category.SITE: (2, "A car without a plug stands in the bay."),
    Ticket.Category.QUESTION: (3, "How does one start without the app?"),
    Ticket.Category.DAMAGE: (1, "Screen is cracked."),
}
_OUTCOMES = {
    HelplineContact.Outcome.SOLVED: 14,
    HelplineContact.Outcome.FOLLOW_UP: 3,
    HelplineContact.Outcome.UNSOLVED: 1,
    HelplineContact.Outcome.GONE: 1,
}
_WAYS = {HelplineContact.Channel.PHONE: 12, HelplineContact.Channel.CHAT: 2, HelplineContact.Channel.APP: 1}


def make(organization: Organization, stop: threading.Event) -> int:
    """Write the calls of a network that has none; returns how many."""
    if HelplineContact.objects.filter(organization=organization).exists():
        return 0
    helper = User.objects.filter(email="support@demo.example", memberships__organization=organization).first()
    stations = list(Station.objects.filter(site__organization=organization, quarantined_at=None).select_related("site"))
    if helper is None or not stations:
        return 0
    rng = random.Random("helpline")  # noqa: S311
    now = timezone.now()
    at, made = now - timedelta(days=DAYS), 0
    while (at := at + timedelta(days=rng.expovariate(PER_DAY))) < now - timedelta(hours=1):
        # A breath between two lets the chargers' messages through.
        if stop.wait(_BREATH_S):
            break
        _call(organization, rng.choice(stations), helper, at, rng)
        made += 1
    return made


def _call(organization: Organization, station: Station, helper: User, at: datetime, rng: random.Random) -> None:
    category = rng.choices(list(_ABOUT), [weight for weight, _note in _ABOUT.values()])[0]
    minutes = min(round(rng.lognormvariate(1.4, 0.6)), 40)
    is_known = rng.random() < 0.85
    with clock.at(at + timedelta(minutes=minutes)):
        helpline.log_contact(
            organization=organization,
            site=station.site if is_known else None,
            station=station if is_known else None,
            at=at,
            minutes=minutes,
            waited_s=round(rng.lognormvariate(3.0, 0.7)) if rng.random() < 0.9 else None,
            channel=rng.choices(list(_WAYS), list(_WAYS.values()))[0],
            category=category,
            outcome=rng.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0],
            note=_ABOUT[category][1],
            by=helper,
        )
