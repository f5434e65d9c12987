"""What every rule has in common, and where the rules are found.

A rule tells all that is wrong *now* among the stations it is given; it keeps nothing and writes nothing. The engine
(`monitoring.services.alerting`) compares that with the alerts that are open. So a rule asks set-based questions of the
database, a few for any number of stations, and is asked again and again.
"""

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from importlib import import_module
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.domain import alerting
from monitoring.models import Severity
from stations.models import Fact, Station

Text = str | Promise

INSTALLATION = "installation"
# The names of the settings that every rule has.
RAISE_AFTER, CLEAR_AFTER = "raise_after_minutes", "clear_after_minutes"
RETURNS_TO_FLAP, QUIET = "returns_to_flap", "quiet_minutes"


def evse_subject(evse_id: int) -> str:
    return f"evse:{evse_id}"


def station_subject(station_id: int) -> str:
    return f"station:{station_id}"


def site_subject(site_id: int) -> str:
    return f"site:{site_id}"


@dataclass(frozen=True, slots=True)
class Finding:
    """This is wrong now.

    `subject`: what with: evse:7, station:3, site:12, installation; a rule that tells several things of one adds what
    tells them apart (station:3:cert:9). One open alert for each rule and subject.
    `said`: for people, `evidence`: the figures behind it (JSON). `severity`: None for the rule's own.
    `causes`: further keys by which alerts belong together ("modem:…", "provider:…", "firmware:…").
    """

    subject: str
    organization_id: int
    site_id: int | None
    station_id: int | None
    evse_id: int | None
    began_at: datetime
    said: Phrase
    evidence: Mapping[str, Any]
    severity: Severity | None = None
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Threshold:
    """A figure that an organization may set otherwise, for all of its network or for a site; `unit` for people."""

    name: str
    label: Text
    default: Decimal
    unit: Text = ""
    about: Text = ""
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(1_000_000)


A_DAY_MINUTES = Decimal(24 * 60)


def _timing(raise_after: timedelta, clear_after: timedelta) -> tuple[Threshold, ...]:
    """What every rule has: when what it finds is told, and when that is taken back."""
    minutes = partial(Threshold, unit=_("minutes"), most=A_DAY_MINUTES)
    return (
        minutes(
            RAISE_AFTER,
            _("Told once it has held for"),
            _minutes(raise_after),
            about=_("More keeps short troubles from waking anybody; 0 tells at once."),
        ),
        minutes(
            CLEAR_AFTER,
            _("Taken back once it has been over for"),
            _minutes(clear_after),
            about=_("What is back sooner is the same alert, and is not told again."),
        ),
        Threshold(
            RETURNS_TO_FLAP,
            _("Comes and goes from so many returns on"),
            Decimal(alerting.RETURNS_TO_FLAP),
            _("returns"),
            _("Then it stays open, and is told once, until it has been quiet for long enough."),
            Decimal(1),
            Decimal(50),
        ),
        minutes(
            QUIET,
            _("What comes and goes is over once it has been quiet for"),
            _minutes(alerting.QUIET),
            about=_("At least as long as it has to be over otherwise."),
        ),
    )


def _minutes(time: timedelta) -> Decimal:
    return Decimal(str(time.total_seconds())) / 60


ThresholdAt = Callable[[str, int | None], Decimal]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule is to look at.

    `stations`: all at which it is switched on, or those that something just happened to. `is_whole`: all of them:
    subjects that are no station's (a site, the installation) are only compared then.
    """

    stations: QuerySet[Station]
    threshold: ThresholdAt
    is_whole: bool = True


class Rule:
    """Subclasses register themselves by being defined in a module of this package."""

    name: ClassVar[str]
    title: ClassVar[Text]
    # What is wrong then, and what to do, in a sentence or two: for the page of the rules and docs/alerts.md.
    about: ClassVar[Text]
    severity: ClassVar[Severity]
    thresholds: ClassVar[tuple[Threshold, ...]] = ()
    # How long it has to hold before it is told, and to be over before it is taken back.
    raise_after: ClassVar[timedelta] = timedelta(0)
    clear_after: ClassVar[timedelta] = timedelta(minutes=1)
    # Kinds of facts after which the rule looks at that fact's station at once.
    facts: ClassVar[frozenset[str]] = frozenset()
    # Kinds after which only what it has found can be over: then it looks where it has an open alert.
    ending_facts: ClassVar[frozenset[str]] = frozenset()
    # How often it looks at all stations anyway.
    every: ClassVar[timedelta] = timedelta(minutes=1)
    # It creeps in over days: what else happens at its site in these minutes has nothing to do with it.
    is_slow: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        if "name" in cls.__dict__:
            if cls.name in _classes and _classes[cls.name].__module__ != cls.__module__:
                raise TypeError(f"there are two rules named {cls.name}")
            _classes[cls.name] = cls

    @property
    def settable(self) -> tuple[Threshold, ...]:
        """All that an organization may set otherwise: what is too much, then when that is told."""
        return (*self.thresholds, *_timing(self.raise_after, self.clear_after))

    def concerns(self, fact: Fact) -> bool:
        """Whether one of `facts` may have changed what the rule finds: asked of each, so without a query."""
        return True

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        """All that is wrong in `scope` now. May raise: then its alerts stay what they are, and that is told."""
        raise NotImplementedError


_classes: dict[str, type[Rule]] = {}


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its name, in the order of the names."""
    package = import_module("monitoring.rules")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    return {name: _classes[name]() for name in sorted(_classes) if _classes[name].__module__.startswith(__package__)}


def kinds_of_facts() -> frozenset[str]:
    """Facts that some rule listens to."""
    return frozenset[str]().union(*(rule.facts | rule.ending_facts for rule in rules().values()))


def defaults(rule: Rule) -> ThresholdAt:
    """The rule's own thresholds, for whoever asks without anybody's settings. Raises KeyError for an unknown name."""
    known = {threshold.name: threshold.default for threshold in rule.thresholds}
    return lambda name, site_id: known[name]
