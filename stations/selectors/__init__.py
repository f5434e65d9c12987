"""What a viewer sees of the network. The viewer is always the first argument and decides what is visible."""

from django.db.models import Prefetch, QuerySet

from drivers.domain.roles import Permission
from drivers.models import IdToken
from drivers.permissions import Viewer, memberships_granting
from stations.models import (
    Command,
    Connector,
    Evse,
    FirmwareUpdate,
    Frame,
    LogRequest,
    RefusedAttempt,
    SecurityEvent,
    Session,
    Site,
    Station,
)
from stations.permissions import organization_ids_granting, sites_granting, where_granted


def visible_sites(viewer: Viewer) -> QuerySet[Site]:
    return sites_granting(viewer, Permission.VIEW_NETWORK)


def _seen(viewer: Viewer) -> QuerySet[Site] | list[int]:
    return where_granted(viewer, Permission.VIEW_NETWORK)


def visible_stations(viewer: Viewer) -> QuerySet[Station]:
    """Stations with their site; `with_evses` adds what a list shows of each."""
    return Station.objects.filter(site__in=_seen(viewer)).select_related("site")


def with_evses(stations: QuerySet[Station]) -> QuerySet[Station]:
    """The same stations with EVSEs, connectors and open sessions in three further queries, however many they are."""
    return stations.prefetch_related(Prefetch("evses", with_use(Evse.objects.all())))


def with_use(evses: QuerySet[Evse]) -> QuerySet[Evse]:
    """The same EVSEs with connectors and `open_sessions` in two further queries, however many they are."""
    open_sessions = Prefetch(
        "sessions", Session.objects.filter(ended_at=None).order_by("-started_at"), to_attr="open_sessions"
    )
    return evses.prefetch_related("connectors", open_sessions)


def visible_evses(viewer: Viewer) -> QuerySet[Evse]:
    return Evse.objects.filter(station__site__in=_seen(viewer)).select_related("station__site")


def visible_connectors(viewer: Viewer) -> QuerySet[Connector]:
    return Connector.objects.filter(station__site__in=_seen(viewer)).select_related("evse", "station__site")


def visible_sessions(viewer: Viewer) -> QuerySet[Session]:
    return Session.objects.filter(station__site__in=where_granted(viewer, Permission.VIEW_SESSIONS)).select_related(
        "station__site", "evse", "connector"
    )


def visible_commands(viewer: Viewer) -> QuerySet[Command]:
    return Command.objects.filter(station__site__in=_seen(viewer)).select_related("station__site", "requested_by")


def visible_frames(viewer: Viewer) -> QuerySet[Frame]:
    """Raw frames carry id tokens: those who may see sessions see them."""
    return Frame.objects.filter(station__site__in=where_granted(viewer, Permission.VIEW_SESSIONS))


def visible_log_requests(viewer: Viewer) -> QuerySet[LogRequest]:
    return LogRequest.objects.filter(station__site__in=_seen(viewer)).select_related("station__site")


def visible_firmware_updates(viewer: Viewer) -> QuerySet[FirmwareUpdate]:
    return FirmwareUpdate.objects.filter(station__site__in=_seen(viewer)).select_related("station__site")


def visible_security_events(viewer: Viewer) -> QuerySet[SecurityEvent]:
    return SecurityEvent.objects.filter(station__site__in=_seen(viewer)).select_related("station__site")


def visible_id_tokens(viewer: Viewer) -> QuerySet[IdToken]:
    return IdToken.objects.filter(organization__in=organization_ids_granting(viewer, Permission.VIEW_TOKENS))


def visible_refused_attempts(viewer: Viewer) -> QuerySet[RefusedAttempt]:
    """Refused handshakes of the viewer's own stations, and of identities that belong to nobody."""
    own = RefusedAttempt.objects.filter(station__site__in=_seen(viewer))
    if memberships_granting(viewer, Permission.MANAGE_NETWORK).exists():
        own = own | RefusedAttempt.objects.filter(station=None)
    return own.order_by("-last_at", "-id")
