"""Whose fault a lost connection was: what else was lost in the same minute, and what stood.

"Together" is within a minute: pings leave every 20 s and are given up after 20 s more, so chargers that one router took
along are noticed up to 40 s apart.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from drivers.domain.phrases import Phrase
from stations.domain.partings import OURS, Parting

TOGETHER = timedelta(seconds=60)
# A share of a group that stood nevertheless is no longer "all of it": some chargers hold on over a short outage.
MOST = 0.75
# A provider is more than one place.
PROVIDER_SITES, PROVIDER_SHARE = 2, 0.5
# What OCPP 2.x says at a boot after the current was away, and after somebody wanted it (BootReasonEnumType).
POWER_REASONS = frozenset({"PowerUp"})
WANTED_REASONS = frozenset({"RemoteReset", "ScheduledReset", "FirmwareUpdate", "ApplicationReset", "LocalReset"})
OWN_REASONS = frozenset({"Watchdog", *POWER_REASONS})


class Culprit(StrEnum):
    """Who took the connection away."""

    US = "us"
    ASKED = "asked"
    POWER = "power"
    ROUTER = "router"
    PROVIDER = "provider"
    CHARGER = "charger"
    UNCLEAR = "unclear"


# What no charger, site or provider is to blame for.
NOT_THEIRS = frozenset({Culprit.US, Culprit.ASKED})
# Causes that many chargers share.
SHARED = frozenset({Culprit.US, Culprit.POWER, Culprit.ROUTER, Culprit.PROVIDER})


@dataclass(frozen=True, slots=True)
class Group:
    """Chargers that have something in common, this one among them: how many were lost together, at how many sites, how
    many of them came back by a boot after a power cut, and how many stood all the while."""

    lost: int = 1
    stood: int = 0
    sites: int = 1
    powered_up: int = 0

    @property
    def share(self) -> float:
        return self.lost / (self.lost + self.stood)

    @property
    def fell(self) -> bool:
        """Whether it was the group rather than some of it."""
        return self.lost >= 2 and self.share >= MOST


@dataclass(frozen=True, slots=True)
class Loss:
    """A connection that was lost. `parting`: as stored (`stations.domain.partings`); `boot_reason`: of the boot after
    it, if any; `was_asked`: we had told the charger to restart. `line`: behind one address of its site, `provider` and
    `everybody`: in its organization. A provider nobody knows is None."""

    parting: str
    line: Group
    site: Group
    provider: Group | None
    everybody: Group
    providers_lost: int = 1
    boot_reason: str = ""
    was_asked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`lost` and `stood`: of the group that decided."""

    culprit: Culprit
    lost: int = 1
    stood: int = 0


def attribute(loss: Loss) -> Verdict:
    """Who it was, the nearest explanation that all of what was lost together shares."""
    if loss.parting in OURS:
        return Verdict(Culprit.US, loss.everybody.lost, loss.everybody.stood)
    if loss.was_asked or loss.boot_reason in WANTED_REASONS:
        return Verdict(Culprit.ASKED)
    return _of_all(loss) or _of_provider(loss) or _of_site(loss) or _of_charger(loss)


def _of_all(loss: Loss) -> Verdict | None:
    """Several providers do not fail in the same minute: what they share is our own end."""
    everybody = loss.everybody
    if everybody.fell and everybody.sites >= PROVIDER_SITES and loss.providers_lost >= 2:
        return Verdict(Culprit.US, everybody.lost, everybody.stood)
    return None


def _of_provider(loss: Loss) -> Verdict | None:
    provider = loss.provider
    if provider is not None and provider.sites >= PROVIDER_SITES and provider.share >= PROVIDER_SHARE:
        return Verdict(Culprit.PROVIDER, provider.lost, provider.stood)
    return None


def _of_site(loss: Loss) -> Verdict | None:
    """All of a site: the current, where most came back from a power cut; else what is before their one address."""
    site, line = loss.site, loss.line
    if site.fell and 2 * site.powered_up >= site.lost:
        return Verdict(Culprit.POWER, site.lost, site.stood)
    if line.fell:
        return Verdict(Culprit.ROUTER, line.lost, line.stood)
    return None


def _of_charger(loss: Loss) -> Verdict:
    """Only it: neighbours stood, or it said itself that it went."""
    if loss.line.stood:
        return Verdict(Culprit.CHARGER, loss.line.lost, loss.line.stood)
    if loss.parting == Parting.CHARGER or loss.boot_reason in OWN_REASONS:
        return Verdict(Culprit.CHARGER, loss.site.lost, loss.site.stood)
    if loss.site.lost == 1 and loss.site.stood:
        return Verdict(Culprit.CHARGER, 1, loss.site.stood)
    return Verdict(Culprit.UNCLEAR, loss.site.lost, loss.site.stood)


def key_of(culprit: Culprit, *, site_id: int, line: str, provider: str, process: str) -> str:
    """What alerts of one cause have in common; empty where only this charger is concerned."""
    keys = {
        Culprit.US: f"edge:{process}",
        Culprit.POWER: f"power:{site_id}",
        Culprit.ROUTER: f"modem:{site_id}:{line}",
        Culprit.PROVIDER: f"provider:{provider}",
    }
    return keys.get(culprit, "")


def said(verdict: Verdict) -> Phrase:
    """The verdict's grounds, for people."""
    grounds = _ALONE if verdict.culprit is Culprit.CHARGER and not verdict.stood else _GROUNDS[verdict.culprit]
    return grounds.filled(lost=verdict.lost, all=verdict.lost + verdict.stood, stood=verdict.stood)


_ALONE = Phrase("The charger closed the connection itself, or restarted; it has no neighbour to compare it with.")
_GROUNDS = {
    Culprit.US: Phrase("Busbar closed the connection or lost it itself. Chargers concerned: %(lost)d."),
    Culprit.ASKED: Phrase("The charger had been told to restart."),
    Culprit.POWER: Phrase("%(lost)d of %(all)d chargers of the site went together, and came back from a power cut."),
    Culprit.ROUTER: Phrase("%(lost)d of %(all)d chargers behind one address of the site went within a minute."),
    Culprit.PROVIDER: Phrase("%(lost)d of %(all)d chargers of this provider went within a minute, at several sites."),
    Culprit.CHARGER: Phrase("Only this charger went; %(stood)d of its neighbours stayed connected."),
    Culprit.UNCLEAR: Phrase("Nothing tells it apart: no neighbour that could have gone or stayed with it."),
}
