"""The pages that the benchmark `portal` asks for, with what varies from request to request."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# {name} in an address is filled with another object of the network each time.
_STATION_TABS = (
    "",
    "commands/",
    "reservations/",
    "tokens/",
    "customers/",
    "power/",
    "configuration/",
    "display/",
    "messages/",
    "logs/",
    "monitoring/",
    "checks/",
    "security/",
    "setup/",
)
_CONSOLE = (
    "",
    "sites/",
    "sites/?text={city}",
    "sites/?page={site_page}",
    "sites/{site}/",
    "stations/",
    "stations/?text={identity}",
    "stations/?text=charger",
    "stations/?glance=faulted",
    "stations/?glance=available",
    "stations/?protocol=ocpp2.0.1&connected=false",
    "stations/?worst_first=on",
    "stations/?site={site}",
    "stations/?page={station_page}",
    *(f"stations/{{identity}}/{tab}" for tab in _STATION_TABS),
    "sessions/",
    "sessions/?text={token}",
    "sessions/?text={identity}",
    "sessions/?is_open=true",
    "sessions/?is_open=false",
    "sessions/?only_odd=on",
    "sessions/?site={site}",
    "sessions/?since={day}&until={day}",
    "sessions/?after={session_key}",
    "sessions/{session}/",
    "sessions/{session}/samples.json",
    "sessions/{session}/timeline/",
    "charging-profiles/",
    "commands/",
    "commands/?state=timeout",
    "commands/?kind=reset",
    "commands/?text={identity}",
    "commands/?after={command_key}",
    "messages/",
    "messages/?action=Heartbeat",
    "messages/?action=Authorize",
    "messages/?only_errors=on",
    "messages/?text=nowhere",
    "security-events/",
    "security-events/?only_critical=on",
    "security-events/?text={identity}",
    "refused/",
    "refused/?reason=wrong_password",
    "waiting/",
    "configuration/",
    "configuration/differences/",
    "root-certificates/",
)
_PUBLIC = (
    "/",
    "/?q={city}",
    "/map/sites/{public_site}/",
    # The whole of Europe, a city with its surroundings, some streets.
    "/map/sites.geojson?bbox=-25,34,45,72&zoom=4",
    "/map/sites.geojson?bbox={around_city}&zoom=10",
    "/map/sites.geojson?bbox={around_street}&zoom=15",
)
_REST = (
    "sites/",
    "sites/?search={city}",
    "stations/",
    "stations/?connected=false",
    "stations/?vendor=Voltara&site={site}",
    "stations/?search={identity}",
    "stations/?ordering=-created_at",
    "stations/{identity}/",
    "stations/{identity}/variables/",
    "stations/{identity}/checks/",
    "stations/{identity}/configuration/",
    "evses/",
    "evses/?station={identity}",
    "connectors/",
    "connectors/?status=faulted",
    "sessions/",
    "sessions/?station={identity}",
    "sessions/?id_token={token}",
    "sessions/?open=true",
    "sessions/?transaction_id={transaction}",
    "sessions/?flagged=true",
    "sessions/?anomaly=meter_jumped",
    "sessions/?started_after={day}T00:00:00Z",
    "sessions/?started_before={day}T00:00:00Z",
    "sessions/?ordering=started_at",
    "sessions/?ordering=-id",
    "sessions/{session}/",
    "sessions/{session}/samples/",
    "sessions/{session}/timeline/",
    "commands/",
    "commands/?station={identity}",
    "commands/?kind=reset&state=timeout",
    "commands/?action=Reset",
    "commands/?session={session}",
    "commands/?requested_after={day}T00:00:00Z",
    "commands/?ordering=requested_at",
    "id-tokens/",
    "id-tokens/?value={token}",
    "id-tokens/?status=blocked",
    "id-tokens/?search={token}",
    "id-tokens/?ordering=value",
    "frames/",
    "frames/?station={identity}",
    "frames/?action=Heartbeat",
    "reservations/",
    "reservations/?state=accepted",
    "reservations/?station={identity}",
    "reservations/?id_token={token}",
    "charging-profiles/",
    "applied-profiles/",
    "applied-profiles/?station={identity}",
    "local-lists/",
    "log-requests/",
    "firmware-updates/",
    "security-events/",
    "security-events/?is_critical=true",
    "device-events/",
    "device-events/?severity_up_to=2",
    "refused-attempts/",
    "configuration-templates/",
)
# What the operator of a few sites looks at: the cost of a scope shows in the lists over all.
_SCOPED = (
    "",
    "sites/",
    "stations/",
    "stations/?worst_first=on",
    "sessions/",
    "sessions/?text={token}",
    "commands/",
    "messages/",
    "security-events/",
    "configuration/differences/",
)


@dataclass(frozen=True)
class Page:
    """`who`: operator (of the largest organization), scoped (to a few of its sites), key (of the operator), nobody."""

    who: str
    address: str


PAGES = (
    *(Page("operator", f"/console/{path}") for path in _CONSOLE),
    *(Page("scoped", f"/console/{path}") for path in _SCOPED),
    *(Page("nobody", path) for path in _PUBLIC),
    *(Page("key", f"/api/v1/{path}") for path in _REST),
    Page("nobody", "/api/schema/"),
)


def addresses(page: Page, values: Mapping[str, Sequence[object]], count: int) -> list[str]:
    """The page's address so many times, each with other objects; the same ones in every run."""
    chance = random.Random(page.address)
    return [
        page.address.format_map({name: chance.choice(found) for name, found in values.items()}) for _ in range(count)
    ]
