"""One text, looked for in everything that a viewer sees: a few of each kind, found by an index or among few rows."""

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Case, IntegerField, Model, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from drivers.models import IdToken, User
from drivers.permissions import Viewer
from stations.domain.search_text import loosely
from stations.models import Session, Site, Station
from stations.selectors import visible_id_tokens, visible_sessions, visible_sites, visible_stations, with_evses
from stations.selectors.drivers import visible_drivers
from stations.selectors.search import beginning, containing

M = TypeVar("M", bound=Model)

# No index leads to what stands somewhere within a text: so many of the newest rows are looked through for it.
LOOKED_THROUGH = 5_000
# Less than that begins too many tokens and names.
SHORTEST = 2
# The beginning of a transaction id that few others have.
_TELLING = 6


def stations_like(viewer: Viewer, text: str, *, limit: int) -> list[Station]:
    """Stations by identity, name or serial number, written as one remembers them; that very identity first."""
    pattern = loosely(text)
    found = Q(identity__iregex=pattern) | containing(Station, ("name", "serial_number"), text)
    rank = _ranked(Q(identity__iexact=text), Q(identity__iregex=f"^{pattern}$"), Q(identity__iregex=f"^{pattern}"))
    rows = visible_stations(viewer).filter(found).order_by(rank, "identity")
    return list(with_evses(rows)[:limit])


def sites_like(viewer: Viewer, text: str, *, limit: int) -> list[Site]:
    """Sites by name, city or address; those whose name begins so first."""
    pattern = loosely(text)
    found = Q(name__iregex=pattern) | containing(Site, ("city", "address"), text)
    return list(visible_sites(viewer).filter(found).order_by(_ranked(Q(name__iregex=f"^{pattern}")), "name")[:limit])


def sessions_like(viewer: Viewer, text: str, *, limit: int) -> list[Session]:
    """Sessions by their number or transaction id, or the beginning of that, or by their id token; newest first."""
    sessions = visible_sessions(viewer).order_by()
    conditions = [Q(transaction_id=text), Q(id_token__iexact=text)]
    if len(text) >= _TELLING:
        conditions.append(Q(transaction_id__startswith=text))
    if text.isascii() and text.isdigit() and len(text) <= 18:
        conditions.append(Q(pk=int(text)))
    # One index each: together they would be a walk through all.
    found = {row.pk: row for condition in conditions for row in sessions.filter(condition).order_by("-pk")[:limit]}
    return sorted(found.values(), key=lambda session: session.started_at, reverse=True)[:limit]


def tokens_like(viewer: Viewer, text: str, *, limit: int) -> list[IdToken]:
    """Id tokens by the beginning of their value or label, or any part of those of the newest; that very one first."""
    tokens = visible_id_tokens(viewer).select_related("driver")

    def sources() -> Iterator[QuerySet[IdToken]]:
        yield tokens.filter(Exact(Lower("value"), text.lower()))
        yield tokens.filter(beginning("value", text)).order_by()
        yield tokens.filter(beginning("label", text)).order_by()
        yield _newest(tokens).filter(containing(IdToken, ("value", "label"), text)).order_by("-pk")

    return _first(limit, sources()) if len(text) >= SHORTEST else []


def drivers_like(viewer: Viewer, text: str, *, limit: int) -> list[User]:
    """People with an id token, by the beginning of their address or name; any part, for the newest tokens."""
    tokens = visible_id_tokens(viewer)
    people = visible_drivers(viewer)

    def sources() -> Iterator[QuerySet[User]]:
        yield people.filter(beginning("email", text)).order_by()
        yield people.filter(beginning("name", text)).order_by()
        # Numbers: of a subquery PostgreSQL makes a walk through all people there are.
        newest = set(_newest(tokens).order_by().filter(driver__isnull=False).values_list("driver", flat=True))
        yield (
            User.objects.filter(pk__in=newest)
            .filter(containing(User, ("email", "name"), text))
            .order_by("name", "email")
        )

    return _first(limit, sources()) if len(text) >= SHORTEST else []


def _first(limit: int, sources: Iterator[QuerySet[M]]) -> list[M]:
    """The first rows of the first sources that have enough together; later ones are not asked."""
    found: dict[int, M] = {}
    for source in sources:
        found |= {row.pk: row for row in source[:limit] if row.pk not in found}
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def _newest(tokens: QuerySet[IdToken]) -> QuerySet[IdToken]:
    """The newest of the tokens; all of them, where they are no more."""
    last = list(tokens.order_by("-pk").values_list("pk", flat=True)[LOOKED_THROUGH : LOOKED_THROUGH + 1])
    return tokens.filter(pk__gt=last[0]) if last else tokens


def _ranked(*conditions: Q) -> Case:
    """Rows of the first condition that holds before those of later ones, and of none."""
    whens = [When(condition, then=Value(place)) for place, condition in enumerate(conditions)]
    return Case(*whens, default=Value(len(conditions)), output_field=IntegerField())
