"""Drivers and their id tokens: what a viewer sees, narrowed by filters."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from drivers.models import IdToken, User
from drivers.permissions import Viewer
from stations.models import Session
from stations.selectors import visible_id_tokens, visible_sessions
from stations.selectors.search import beginning, containing

# Sessions are counted back to then: of years of them, a list would read all.
RECENT = timedelta(days=30)
# Who types so little that more drivers fit goes on typing.
DRIVERS_SEARCHED = 200


@dataclass
class DriverState:
    """A driver with the id tokens a viewer sees of theirs, how many sessions they began of late, and the last one."""

    user: User
    tokens: list[IdToken] = field(default_factory=list)
    recent_sessions: int = 0
    last_session_at: datetime | None = None


def visible_drivers(viewer: Viewer) -> QuerySet[User]:
    """Who has an id token of the organizations whose tokens the viewer sees."""
    return User.objects.filter(Exists(visible_id_tokens(viewer).filter(driver=OuterRef("pk"))))


def find_drivers(viewer: Viewer, *, text: str = "") -> QuerySet[User]:
    """Drivers by email address; `text` is looked for in name and address, or is one of their id tokens."""
    drivers = visible_drivers(viewer)
    if text:
        own = visible_id_tokens(viewer).filter(beginning("value", text), driver__isnull=False)
        drivers = drivers.filter(containing(User, ("email", "name"), text) | Q(pk__in=own.values("driver")))
    return drivers.order_by("email")


def driver_states(viewer: Viewer, drivers: Sequence[User]) -> list[DriverState]:
    """What a list shows of each, in two queries."""
    states = {driver.pk: DriverState(driver) for driver in drivers}
    sessions = visible_sessions(viewer)
    latest = sessions.filter(token=OuterRef("pk")).order_by("-started_at").values("started_at")[:1]
    tokens = visible_id_tokens(viewer).filter(driver__in=states).annotate(used_at=Subquery(latest)).order_by("value")
    owners: dict[int, DriverState] = {}
    for token in tokens:
        state = owners[token.pk] = states[cast(int, token.driver_id)]
        state.tokens.append(token)
        state.last_session_at = max(filter(None, (state.last_session_at, token.used_at)), default=None)
    for token_id, count in _recent(sessions, list(owners)).items():
        owners[token_id].recent_sessions += count
    return list(states.values())


def _recent(sessions: QuerySet[Session], tokens: Sequence[int]) -> Counter[int]:
    """How many sessions each of the tokens began of late."""
    since = timezone.now() - RECENT
    counted = sessions.filter(token__in=tokens, started_at__gte=since).order_by().values_list("token")
    return Counter(dict(counted.annotate(Count("pk"))))


def find_tokens(
    viewer: Viewer,
    *,
    text: str = "",
    status: str = "",
    type: str = "",
    is_expired: bool | None = None,
    has_driver: bool | None = None,
) -> QuerySet[IdToken]:
    """Id tokens by their value; `text`: see `tokens_named`."""
    tokens = visible_id_tokens(viewer).select_related("organization", "driver")
    if text:
        tokens = tokens.filter(tokens_named(viewer, text))
    if status:
        tokens = tokens.filter(status=status)
    if type:
        tokens = tokens.filter(type=type)
    if is_expired is not None:
        expired = Q(expires_at__lte=timezone.now())
        tokens = tokens.filter(expired) if is_expired else tokens.filter(Q(expires_at=None) | ~expired)
    if has_driver is not None:
        tokens = tokens.filter(driver__isnull=not has_driver)
    return tokens.order_by("value", "id")


def tokens_named(viewer: Viewer, text: str) -> Q:
    """Tokens whose value or label begins with `text`, or whose driver's name or address has it somewhere: nobody looks
    for the middle of a card's number, and among a million no index leads there."""
    drivers = visible_drivers(viewer).filter(containing(User, ("email", "name"), text)).order_by("email")
    # Numbers: of a subquery PostgreSQL takes half of all tokens to be theirs.
    known = list(drivers.values_list("pk", flat=True)[:DRIVERS_SEARCHED])
    found = beginning("value", text) | beginning("label", text)
    return found | Q(driver__in=known) if known else found
