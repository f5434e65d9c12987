"""What went wrong in the demo network's past, as its rules would have found it then: spells that began together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.models import Organization
from monitoring.models import Drop
from monitoring.rules import faulted, offline
from monitoring.rules.base import Finding, Rule, rules
from stations.domain.partings import Parting
from stations.models import Connector, Station
from stations.services.demo.network import STATIONS
from stations.services.demo.spells import DAYS, YOUNG, Kind, Spell, spells_of

# Noticed after so long, and gone again: with the rules' own thresholds.
_NOTICED = {Kind.AWAY: timedelta(minutes=3, seconds=5), Kind.FAULT: timedelta(seconds=4)}
_RULES = {Kind.AWAY: "offline", Kind.FAULT: "faulted"}
_TOGETHER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Told:
    """A spell with its station and its time."""

    spell: Spell
    station: Station
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """Spells of one kind that began within a minute."""

    told: tuple[Told, ...]

    @property
    def kind(self) -> Kind:
        return self.told[0].spell.kind

    @property
    def rule(self) -> Rule:
        return rules()[_RULES[self.kind]]

    @property
    def noticed_at(self) -> datetime:
        return max(one.start for one in self.told) + _NOTICED[self.kind]

    @property
    def end(self) -> datetime:
        return max(one.end for one in self.told)

    @property
    def site_ids(self) -> set[int]:
        return {one.station.site_id for one in self.told}

    def findings(self, at: datetime) -> list[Finding]:
        """What the rule would have found then."""
        lasting = [one for one in self.told if one.start <= at < one.end]
        return [_fault(one) if self.kind is Kind.FAULT else _away(one, self.told) for one in lasting]


def troubles_of(organization: Organization) -> list[Trouble]:
    """Everything that was noticed, in order."""
    told = sorted(_noticed(organization), key=lambda one: (one.spell.kind, one.start))
    groups: list[list[Told]] = []
    for one in told:
        last = groups[-1] if groups else None
        if last and last[0].spell.kind is one.spell.kind and one.start - last[0].start < _TOGETHER:
            last.append(one)
        else:
            groups.append([one])
    return sorted((Trouble(tuple(group)) for group in groups), key=lambda trouble: trouble.noticed_at)


def together(troubles: Sequence[Trouble], pause: timedelta) -> list[list[Trouble]]:
    """In groups that have nothing to do with each other: at other sites, or with such a pause between them."""
    groups: list[list[Trouble]] = []
    for trouble in troubles:
        near = [group for group in groups if any(_meet(trouble, other, pause) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), trouble])
    ordered = [sorted(group, key=lambda trouble: trouble.noticed_at) for group in groups]
    return sorted(ordered, key=lambda group: group[0].noticed_at)


def _meet(one: Trouble, other: Trouble, pause: timedelta) -> bool:
    """Whether `other`, which began before, had to do with it."""
    return bool(one.site_ids & other.site_ids) and one.told[0].start <= other.end + pause


def _noticed(organization: Organization) -> Iterator[Told]:
    made_at = organization.created_at
    stations = Station.objects.filter(site__organization=organization).select_related("site")
    by_identity: Mapping[str, Station] = {station.identity: station for station in stations}
    for plan in STATIONS:
        begun = made_at - timedelta(days=YOUNG.get(plan.identity, DAYS))
        for spell in spells_of(plan) if plan.identity in by_identity else ():
            start, end = spell.span(made_at)
            if spell.kind in _NOTICED and begun < start and end - start > _NOTICED[spell.kind] + _TOGETHER:
                yield Told(spell, by_identity[plan.identity], start, end)


def _away(one: Told, all_of_them: Sequence[Told]) -> Finding:
    here = sum(other.station.site_id == one.station.site_id for other in all_of_them)
    stations = sum(plan.site == one.station.site.name for plan in STATIONS)
    drop = Drop.objects.filter(station=one.station, heard_at=one.start).first()
    row = {
        "pk": one.station.pk,
        "identity": one.station.identity,
        "site": one.station.site_id,
        "site__organization": one.station.site.organization_id,
        "last_seen": one.start,
    }
    closed = {"reason": drop.parting if drop else Parting.SILENT, "address": drop.address if drop else ""}
    return offline.finding_of(row, here == stations, closed, drop.cause if drop else None)


def _fault(one: Told) -> Finding:
    connectors = Connector.objects.filter(station=one.station).select_related("evse", "station__site")
    plugs = list(connectors.filter(evse__number=one.spell.evse) if one.spell.evse else connectors)
    for plug in plugs:
        plug.error_code, plug.vendor_error_code, plug.info = one.spell.code, "", ""
        plug.status_received_at = one.start
    return faulted.finding_of(plugs[0].evse, plugs, one.start)
