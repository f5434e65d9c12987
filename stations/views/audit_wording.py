"""The words of the audit log: what things and their fields are called, and how before and after are said."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext_lazy as _

from drivers.models import AuditEntry
from stations.views.wording import Text, Word

_Action = AuditEntry.Action

ACTIONS = {
    _Action.CREATE: Word(_("Created"), "check", "available"),
    _Action.UPDATE: Word(_("Changed"), "sliders", "charging"),
    _Action.DELETE: Word(_("Deleted"), "x", "faulted"),
    _Action.ACCESS: Word(_("Read"), "list", "unavailable"),
    _Action.COMMAND: Word(_("Sent"), "send", "reserved"),
    _Action.SIGN_IN: Word(_("Signed in"), "user", "unavailable"),
    _Action.SIGN_IN_FAILED: Word(_("Sign-in failed"), "alert", "occupied"),
}

KINDS: dict[str, Text] = {
    "drivers.organization": _("Organization"),
    "drivers.membership": _("Member"),
    "drivers.user": _("Person"),
    "drivers.apikey": _("API key"),
    "drivers.idtoken": _("Id token"),
    "mfa.authenticator": _("Second factor"),
    "stations.site": _("Site"),
    "stations.sitecontact": _("Contact of a site"),
    "stations.sitescope": _("Limit of a role to a site"),
    "stations.station": _("Station"),
    "stations.bulkcommand": _("Command to many stations"),
    "stations.stationnote": _("Note on a station"),
    "stations.stationphoto": _("Photo of a station"),
    "stations.invitation": _("Invitation"),
    "stations.onboardingdoor": _("Door for unknown stations"),
    "stations.configurationtemplate": _("Configuration template"),
    "stations.rootcertificate": _("Root certificate"),
}

_FIELDS: dict[str, Text] = {
    "certificate": _("certificate in force"),
    "command": _("command"),
    "parameters": _("parameters"),
    "stations": _("stations"),
    "stopped": _("stopped"),
    "withdrawn": _("withdrawn"),
    "values": _("values"),
    "user": _("person"),
    "role": _("role"),
    "site": _("site"),
    "membership": _("member"),
    "data": _("secret"),
}
# Nobody asks for these; the entry itself says when.
_UNSAID = frozenset({"id", "created_at", "date_joined"})
_NOTHING = ("", "None", "[]", "{}")
_ANSWERS = {"True": _("yes"), "False": _("no")}


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after; blank where there was or is none."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in words."""

    entry: AuditEntry
    action: Word
    kind: Text
    changes: list[Change]


def row_of(entry: AuditEntry) -> Row:
    return Row(entry, ACTIONS[_Action(entry.action)], kind_of(entry), changes_of(entry))


def kind_of(entry: AuditEntry) -> Text:
    """What sort of thing it is about."""
    found = KINDS.get(f"{entry.content_type.app_label}.{entry.content_type.model}")
    return found or str(entry.content_type.name)


def kind_choices() -> list[tuple[int, Text]]:
    """The kinds that can stand in the log, by their content types."""
    models = [apps.get_model(label) for label in KINDS]
    types = ContentType.objects.get_for_models(*models)
    return [(types[model].pk, KINDS[model._meta.label_lower]) for model in models]


def changes_of(entry: AuditEntry) -> list[Change]:
    """What changed, field by field."""
    model = entry.content_type.model_class()
    return [_change(model, name, values) for name, values in _said(entry.changes or {})]


def _said(changes: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    return [(name, values) for name, values in sorted(changes.items()) if name not in _UNSAID and not _empty(values)]


def _empty(values: Any) -> bool:
    return isinstance(values, list) and all(str(value) in _NOTHING for value in values)


def _change(model: Any, name: str, values: Any) -> Change:
    label = _FIELDS.get(name) or _verbose(model, name)
    if isinstance(values, dict):
        # A list of related things, as auditlog writes it down.
        listed = ", ".join(values.get("objects", []))
        return Change(label, "", listed) if values.get("operation") == "add" else Change(label, listed, "")
    return Change(label, *(_said_value(str(value)) for value in values))


def _said_value(value: str) -> str:
    if value in _NOTHING:
        return ""
    return str(_ANSWERS.get(value, value))


def _verbose(model: Any, name: str) -> str:
    try:
        return str(model._meta.get_field(name).verbose_name) if model else name
    except (FieldDoesNotExist, AttributeError):
        return name.replace("_", " ")
