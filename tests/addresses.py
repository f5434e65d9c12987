"""Every address of the portal, with samples to fill in: what the walks over all of them walk.

Addresses come from the URL patterns of the resolver. What stands for a parameter is said here, in `PARAMETERS` or
`SUBJECTS`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from drivers.models import ApiKey

# A person's own sign-in, password and sessions.
OWN_ACCOUNT = "accounts/"

# What stands for a parameter, by its name; else by the segment before it, which says whose id it is.
PARAMETERS = {
    "identity": lambda network: network.station.identity,
    "kind": lambda network: "reset",
    "object_id": lambda network: network.station.pk,
    "app_label": lambda network: "stations",
    "content_type_id": lambda network: 1,
    "url": lambda network: "stations/",
    # What nobody was told: a guess.
    "token": lambda network: "x" * 43,
    "name": lambda network: "charger.log",
    "step": lambda network: "place",
    "client_id": lambda network: network.station.inspections.get().client_id,
    "slug": lambda network: network.organization.slug,
    "site": lambda network: network.site.pk,
    "year": lambda network: 2025,
    "month": lambda network: 1,
    "quarter": lambda network: 1,
    "module": lambda network: 3,
    "rule": lambda network: "offline",
    "reference": lambda network: network.organization.tickets.get().reference,
}
SUBJECTS = {
    "rotas": lambda network: network.organization.rotas.get().pk,
    "notification-channels": lambda network: network.organization.channels.get().pk,
    "notifications": lambda network: network.organization.notifications.get().pk,
    "work-orders": lambda network: network.station.work_orders.get().pk,
    "parts": lambda network: network.station.work_orders.get().parts.get().pk,
    "pictures": lambda network: network.station.work_orders.get().photos.get().pk,
    "windows": lambda network: network.site.maintenance_windows.get().pk,
    "maintenance-windows": lambda network: network.site.maintenance_windows.get().pk,
    "maintenance-plans": lambda network: network.organization.maintenance_plans.get().pk,
    "plans": lambda network: network.organization.maintenance_plans.get().pk,
    "checklists": lambda network: network.organization.checklists.get().pk,
    "inspections": lambda network: network.station.inspections.get().pk,
    "signs": lambda network: network.station.alerts.filter(rule="early_signs").first().pk,
    "tickets": lambda network: network.organization.tickets.get().pk,
    "refunds": lambda network: network.organization.tickets.get().refunds.get().pk,
    "canned-answers": lambda network: network.organization.canned_answers.get().pk,
    "incidents": lambda network: network.organization.incidents.get().pk,
    "channels": lambda network: network.organization.channels.get().pk,
    "on-call": lambda network: network.organization.rotas.get().pk,
    "layers": lambda network: network.organization.rotas.get().layers.get().pk,
    "swaps": lambda network: network.organization.rotas.get().overrides.get().pk,
    "escalation": lambda network: network.organization.escalation_policies.get().pk,
    "certificates": lambda network: network.station.certificates.get().pk,
    "root-certificates": lambda network: network.organization.root_certificates.get().pk,
    "contacts": lambda network: network.site.contacts.get().pk,
    "photos": lambda network: network.station.photos.get().pk,
    "notes": lambda network: network.station.notes.get().pk,
    "labels": lambda network: network.station.evses.get(number=1).public_code,
    "c": lambda network: network.station.evses.get(number=1).public_code,
    "ocsp": lambda network: "AAAA",
    "sites": lambda network: network.site.pk,
    "sessions": lambda network: network.session.pk,
    "evses": lambda network: network.session.evse_id,
    "connectors": lambda network: network.session.connector_id,
    "commands": lambda network: network.station.commands.get().pk,
    "bulk": lambda network: network.organization.bulk_commands.get().pk,
    "drivers": lambda network: network.id_token.driver_id,
    "views": lambda network: network.organization.saved_views.get().pk,
    "id-tokens": lambda network: network.id_token.pk,
    "log-requests": lambda network: network.station.log_requests.get().pk,
    "firmware-updates": lambda network: network.station.firmware_updates.get().pk,
    "security-events": lambda network: network.station.security_events.get().pk,
    "user": lambda network: 1,
    "configuration": lambda network: network.organization.configuration_templates.get().pk,
    "configuration-templates": lambda network: network.organization.configuration_templates.get().pk,
    "device-events": lambda network: network.station.device_events.get().pk,
    "event-streams": lambda network: network.station.event_streams.get().pk,
    "display-messages": lambda network: network.station.display_messages.get().pk,
    "customer-information": lambda network: network.station.customer_information.get().pk,
    "members": lambda network: network.organization.memberships.first().pk,
    "organization": lambda network: network.organization.pk,
    "invite": lambda network: network.organization.pk,
    "site-choices": lambda network: network.organization.pk,
    "invitations": lambda network: network.organization.invitations.get().pk,
    "keys": lambda network: ApiKey.objects.filter(user__memberships__organization=network.organization).first().pk,
    "door": lambda network: network.organization.pk,
    "reservations": lambda network: network.station.reservations.get().wire_id,
    "charging-profiles": lambda network: network.organization.charging_profiles.get().pk,
    "applied-profiles": lambda network: network.station.applied_profiles.get().pk,
    "charging-needs": lambda network: network.station.charging_needs.get().pk,
    "ev-schedules": lambda network: network.station.ev_schedules.get().pk,
    "charging-limits": lambda network: network.station.charging_limits.get().pk,
    "der-controls": lambda network: network.station.der_controls.get().pk,
    "der-alarms": lambda network: network.station.der_alarms.get().pk,
    "station-tariffs": lambda network: network.station.tariffs.get().pk,
    "reported-costs": lambda network: network.session.reported_cost.pk,
    "battery-swaps": lambda network: network.station.battery_swaps.get().pk,
    "settlements": lambda network: network.station.settlements.get().pk,
    "ports": lambda network: network.session.evse_id,
    "corrections": lambda network: network.station.ports.get(pk=network.session.evse_id).corrections.get().pk,
    "exclusions": lambda network: network.site.exclusions.get().pk,
    "alerts": lambda network: network.organization.alerts.first().pk,
    "helpline-contacts": lambda network: network.organization.helpline_contacts.get().pk,
    # Guesses: whose they are is asked of the ticket.
    "files": lambda network: 1,
    "ticket-files": lambda network: 1,
    "drops": lambda network: network.organization.drops.get().pk,
    "ranges": lambda network: network.organization.provider_ranges.get().pk,
    "runs": lambda network: network.organization.repair_runs.get().pk,
    "repair-runs": lambda network: network.organization.repair_runs.get().pk,
    "tests": lambda network: network.organization.test_runs.first().pk,
    "network-tests": lambda network: network.organization.test_runs.first().pk,
    "test-plans": lambda network: network.organization.network_test_plans.get().pk,
    "vat-checks": lambda network: network.station.vat_checks.get().pk,
}


@dataclass(frozen=True)
class Address:
    """A URL pattern as a format string with named places."""

    name: str
    form: str
    parameters: tuple[str, ...]

    def fill(self, network) -> str:
        values = {name: quote(str(self._filler(name)(network)), safe="") for name in self.parameters}
        return "/" + self.form % values

    def missing(self) -> list[str]:
        return [name for name in self.parameters if self._filler(name) is None]

    def _filler(self, parameter: str):
        segments = self.form.split("/")
        place = next(i for i, segment in enumerate(segments) if f"%({parameter})s" in segment)
        return PARAMETERS.get(parameter) or SUBJECTS.get(segments[place - 1] if place else "")


def walk(resolver: URLResolver, route: str = "", namespace: str = "") -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        deeper = route + pattern.pattern.regex.pattern.removeprefix("^")
        if isinstance(pattern, URLPattern):
            for form, parameters in normalize(deeper)[:1]:
                yield Address(namespace + (pattern.name or ""), form, tuple(parameters))
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern, deeper, inner)


ADDRESSES = [address for address in walk(get_resolver()) if not address.form.startswith(OWN_ACCOUNT)]
