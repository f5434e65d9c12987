"""Whether drivers could charge: what an attempt came to, visits, rates and how sure they are, streaks of failures.

After the customer-focused KPIs of the ChargeX consortium (US national laboratories): what counts is the driver's
attempt, an attempt has succeeded from 0.1 kWh on, and attempts of one person at one place are one visit.
docs/charging-success.md says what is counted and what is not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp, lgamma, log, sqrt

# ChargeX: less is no charge.
LEAST_ENERGY_WH = 100
# Whoever tries again at a site so soon after a failure is the same person; the same card may take longer.
ANYBODY_AGAIN = timedelta(minutes=5)
SAME_AGAIN = timedelta(minutes=30)
# A port is not believed any more after so many failures in a row, of so many people.
STREAK_ATTEMPTS = 3
STREAK_PEOPLE = 2
# Of fewer attempts a rate may be chance, however good or bad it looks.
FEW_ATTEMPTS = 30
# A battery that is so full takes nothing.
_FULL_PERCENT = 98.0
# 95 %, two-sided.
_Z = 1.959964
# The same, of one side.
_BY_CHANCE = 0.025


class Outcome(StrEnum):
    """What an attempt came to. Those after NOT_STARTED say nothing of the port and are not counted."""

    WELL = "well"  # charged, and ended as a driver, an operator or the vehicle wanted
    CUT_OFF = "cut_off"  # charged, and ended by a fault
    CHARGED = "charged"  # charged, and nobody knows why it ended
    NO_ENERGY = "no_energy"  # a session without energy
    NOT_STARTED = "not_started"  # no session came of it
    REFUSED = "refused"  # the id token was turned away
    VEHICLE = "vehicle"  # the vehicle took nothing
    LEFT = "left"  # plugged in and out again, and nobody asked for energy
    UNKNOWN = "unknown"  # nobody metered it


CHARGED = frozenset({Outcome.WELL, Outcome.CUT_OFF, Outcome.CHARGED})
FAILED = frozenset({Outcome.NO_ENERGY, Outcome.NOT_STARTED})
COUNTED = CHARGED | FAILED

# Reasons to stop that are nobody's wish (1.6 Reason, 2.x ReasonEnumType).
_FAULTS = frozenset(
    {
        "GroundFault",
        "HardReset",
        "ImmediateReset",
        "OvercurrentFault",
        "PowerLoss",
        "PowerQuality",
        "Reboot",
        "SoftReset",
        "ReqEnergyTransferRejected",
    }
)
# Somebody pressed the red button, or the charger does not say: neither the port's work nor its fault.
_NOBODY_KNOWS = frozenset({"", "EmergencyStop", "Other"})
_VEHICLE = frozenset({"SOCLimitReached", "StoppedByEV"})


@dataclass(frozen=True, slots=True)
class Told:
    """What a session that has ended tells. `is_metered`: whether its energy can be believed; `is_end_known`: whether
    its charger told of its end."""

    energy_wh: int
    is_accepted: bool
    stop_reason: str = ""
    soc_percent: float | None = None
    is_metered: bool = True
    is_end_known: bool = True


def outcome_of(told: Told) -> Outcome:
    """What a session came to."""
    if told.energy_wh >= LEAST_ENERGY_WH:
        if told.stop_reason in _FAULTS:
            return Outcome.CUT_OFF
        is_known = told.is_end_known and told.stop_reason not in _NOBODY_KNOWS
        return Outcome.WELL if is_known else Outcome.CHARGED
    if not told.is_accepted:
        return Outcome.REFUSED
    if not told.is_metered:
        return Outcome.UNKNOWN
    is_full = told.soc_percent is not None and told.soc_percent >= _FULL_PERCENT
    return Outcome.VEHICLE if is_full or told.stop_reason in _VEHICLE else Outcome.NO_ENERGY


# --- Visits ---


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt that counts. `who`: the id token, folded; empty where nobody knows."""

    key: int
    who: str
    began_at: datetime
    ended_at: datetime
    has_charged: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """The attempts of one person at one site, until one of them charged or they left."""

    tries: tuple[Try, ...]

    @property
    def first_try(self) -> bool:
        return self.tries[0].has_charged

    @property
    def has_charged(self) -> bool:
        return self.tries[-1].has_charged


def visits(tries: Iterable[Try]) -> list[Visit]:
    """The tries at one site, grouped. A visit ends with the first one that charged."""
    open_visits: list[Visit] = []
    found: list[Visit] = []
    for one in sorted(tries, key=lambda one: (one.began_at, one.key)):
        before = _continued(open_visits, one)
        visit = replace(before, tries=(*before.tries, one)) if before else Visit((one,))
        if before:
            open_visits.remove(before)
        if visit.has_charged:
            found.append(visit)
        else:
            open_visits.append(visit)
        over = [known for known in open_visits if one.began_at - known.tries[-1].ended_at > SAME_AGAIN]
        found += over
        open_visits = [known for known in open_visits if known not in over]
    return sorted([*found, *open_visits], key=lambda visit: (visit.tries[0].began_at, visit.tries[0].key))


def _continued(open_visits: Sequence[Visit], one: Try) -> Visit | None:
    """The visit that this is another try of: that of the same token, else the latest one that failed just before."""
    waits = [(one.began_at - visit.tries[-1].ended_at, visit) for visit in open_visits]
    own = [visit for wait, visit in waits if one.who and visit.tries[-1].who == one.who and wait <= SAME_AGAIN]
    any_body = [visit for wait, visit in waits if timedelta() <= wait <= ANYBODY_AGAIN]
    found = own or any_body
    return found[-1] if found else None


# --- Rates ---


@dataclass(frozen=True, slots=True)
class Rate:
    """`good` of `total`; `share` is None where there is nothing."""

    good: int
    total: int

    @property
    def share(self) -> float | None:
        return self.good / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies with 95 %: Wilson's score interval, right for few and for extremes."""
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.good / self.total
        middle = (p + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
        half = _Z / (1 + _Z * _Z / n) * sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
        return max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half))

    @property
    def low(self) -> float:
        return self.interval[0]

    @property
    def high(self) -> float:
        return self.interval[1]


def differs(one: Rate, other: Rate) -> bool:
    """Whether two rates differ by more than chance: their 95 % intervals do not meet. (Careful rather than keen.)"""
    low, high = one.interval
    other_low, other_high = other.interval
    return bool(one.total and other.total and (high < other_low or other_high < low))


def is_surely_below(rate: Rate, share: float) -> bool:
    """Whether a true `share` (0 to 1) would come to no more good ones in fewer than 2.5 of 100 cases.

    By the binomial distribution itself: Wilson's interval is too narrow for very few, and would judge a port that
    should reach 80 % by one failure of one. It takes three of three.
    """
    if not rate.total or rate.good >= rate.total * share:
        return False
    return share >= 1 or sum(_chance(good, rate.total, share) for good in range(rate.good + 1)) < _BY_CHANCE


def _chance(good: int, total: int, share: float) -> float:
    # By logarithms: of a thousand attempts the factors leave the range of a float.
    ways = lgamma(total + 1) - lgamma(good + 1) - lgamma(total - good + 1)
    return exp(ways + good * log(share) + (total - good) * log(1 - share))


# --- Streaks ---


@dataclass(frozen=True, slots=True)
class Streak:
    """Failures in a row up to now. `people`: different id tokens; those without one count as one person."""

    since: datetime
    attempts: int
    people: int
    is_zero_energy: bool  # each of them was a session, and nothing flowed

    def is_serious(self, *, attempts: int = STREAK_ATTEMPTS, people: int = STREAK_PEOPLE) -> bool:
        """Whether it is the port: enough failures, and not one driver's car or card."""
        return self.attempts >= attempts and self.people >= people


@dataclass(frozen=True, slots=True)
class Spell:
    """A streak from its first failure to when somebody charged; `ended_at` None: nobody has since."""

    streak: Streak
    ended_at: datetime | None


def spells(attempts: Iterable[tuple[str, str, datetime]]) -> list[Spell]:
    """All streaks of a port; `attempts`: outcome, who, when it began, oldest first. Only the last one may go on."""
    found: list[Spell] = []
    failed: list[tuple[str, str, datetime]] = []
    for one in attempts:
        if one[0] in FAILED:
            failed.append(one)
        elif one[0] in CHARGED and failed:
            found.append(Spell(_streak(failed), one[2]))
            failed = []
    return [*found, Spell(_streak(failed), None)] if failed else found


def _streak(failed: Sequence[tuple[str, str, datetime]]) -> Streak:
    """Of failures in a row, oldest first."""
    return Streak(
        since=failed[0][2],
        attempts=len(failed),
        people=len({who for _, who, _ in failed}),
        is_zero_energy=all(outcome == Outcome.NO_ENERGY for outcome, _, _ in failed),
    )
