"""What was claimed of the demo network's outages: proposed by one, judged by another, one refused, one waiting."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction

from drivers import clock
from drivers.models import Organization
from monitoring.models import Exclusion
from monitoring.services import exclusions
from monitoring.services.demo.team import Team
from stations.models import Evse, Station
from stations.services.demo.network import STATIONS
from stations.services.demo.spells import Kind, Spell, spells_of

_R = Exclusion.Reason


@dataclass(frozen=True, slots=True)
class Claim:
    """About the spell of a station that was the longest of its kind before `days_ago`. `is_approved` None: not yet
    judged; `is_of_site`: about all of the station's site."""

    identity: str
    kind: Kind
    reason: Exclusion.Reason
    text: str
    letter: str
    is_of_site: bool = False
    is_approved: bool | None = True
    note: str = ""


_CLAIMS = (
    Claim(
        "CPH-02",
        Kind.FAULT,
        _R.VANDALISM,
        "The cable was cut off at night. It worked until then: the last session ended an hour before.",
        "Police report 3100-84216: theft of a charging cable, Redmolen 21. Cable replaced on the third day.",
    ),
    Claim(
        "AMS-01",
        Kind.AWAY,
        _R.UTILITY,
        "The site had no connection for nineteen hours.",
        "Ticket of the internet provider: modem replaced.",
        is_of_site=True,
        is_approved=False,
        note="The loss of the link is none of the five reasons, and the street had power.",
    ),
    Claim(
        "LYS-01",
        Kind.AWAY,
        _R.UTILITY,
        "Power cut in the quarter; the grid operator has confirmed beginning and end.",
        "Grid operator: interruption of supply, Gerland, feeder 7, restored after five hours.",
        is_of_site=True,
    ),
    Claim(
        "HAM-04",
        Kind.FAULT,
        _R.VANDALISM,
        "A delivery van drove against the post; until the part came it stayed switched off for safety.",
        "Letter of the van's insurer, claim 77-20913: damage acknowledged.",
        is_approved=None,
    ),
)


def make(organization: Organization, stop: threading.Event) -> int:
    """Claim and judge, if nothing was claimed yet; returns how many claims."""
    if stop.is_set() or Exclusion.objects.filter(site__organization=organization, window=None).exists():
        return 0
    team = Team(organization)
    for claim in _CLAIMS:
        with transaction.atomic():
            _claim(claim, team, organization.created_at)
    return len(_CLAIMS)


def _claim(claim: Claim, team: Team, made_at: datetime) -> None:
    spell = _spell(claim)
    start, end = spell.span(made_at)
    station = Station.objects.select_related("site").get(identity=claim.identity)
    evse = Evse.objects.filter(station=station, number=spell.evse).first() if spell.evse else None
    with clock.at(end + timedelta(days=1, hours=3)):
        row = exclusions.propose(
            site=station.site,
            station=None if claim.is_of_site else station,
            evse=None if claim.is_of_site else evse,
            starts_at=start,
            ends_at=end,
            reason=claim.reason,
            text=claim.text,
            file=ContentFile(claim.letter.encode(), name="evidence.txt"),
            by=team.manager,
        )
    if claim.is_approved is not None:
        with clock.at(end + timedelta(days=2, hours=1)):
            exclusions.review(exclusion=row, approve=claim.is_approved, note=claim.note, by=team.owner)


def _spell(claim: Claim) -> Spell:
    plan = next(plan for plan in STATIONS if plan.identity == claim.identity)
    of_kind = [spell for spell in spells_of(plan) if spell.kind is claim.kind]
    # Of the two long ones of a post, the later one is still talked about.
    return max(of_kind, key=lambda spell: spell.lasts if claim.is_approved is not None else -spell.begins)
