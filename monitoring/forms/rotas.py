"""Forms of rotas and escalation policies."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from drivers.models import Organization, User
from monitoring.forms.notifications import SitesField, zones
from monitoring.models import Channel, EscalationPolicy, EscalationStep, Rota, RotaLayer, RotaOverride
from stations.models import Site

MOST_TURNS = 8
MOST_STEPS = 6
_TIME = forms.TimeInput({"type": "time"}, format="%H:%M")
_MOMENT = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def members(organization: Organization) -> QuerySet[User]:
    """Who may take a turn."""
    return User.objects.filter(memberships__organization=organization, is_active=True).order_by("name", "email")


class RotaForm(forms.ModelForm):  # type: ignore[type-arg]
    timezone = forms.ChoiceField(choices=[(name, name) for name in zones()], label=_("Time zone"))

    class Meta:
        model = Rota
        fields = ("name", "timezone")
        labels = {"name": _("Name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "rota-%s"})


class LayerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A layer and the order in which people take turns."""

    weekdays = forms.TypedMultipleChoiceField(
        choices=WEEKDAYS.items(),
        coerce=int,
        required=False,
        label=_("Only on"),
        help_text=_("None chosen: every day."),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = RotaLayer
        fields = ("name", "starts_on", "handover", "days", "hours_from", "hours_until", "weekdays")
        labels = {
            "name": _("Name"),
            "starts_on": _("First turn begins on"),
            "handover": _("Handed over at"),
            "days": _("Days of a turn"),
            "hours_from": _("Only from"),
            "hours_until": _("Only until"),
        }
        help_texts = {
            "days": _("7 for weekly turns."),
            "hours_until": _("The same time twice: all day. Later layers go before earlier ones in their hours."),
        }
        widgets = {
            "starts_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "handover": _TIME,
            "hours_from": _TIME,
            "hours_until": _TIME,
        }

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "layer-%s"})
        turns = [turn.person_id for turn in self.instance.turns.all()] if self.instance.pk else []
        for number in range(MOST_TURNS):
            self.fields[f"person_{number}"] = forms.ModelChoiceField(
                members(organization),
                required=number == 0,
                label=_("Turn %(number)d") % {"number": number + 1},
                initial=turns[number] if number < len(turns) else None,
            )

    def people(self) -> list[User]:
        """Of a valid form, in order."""
        chosen = [self.cleaned_data.get(f"person_{number}") for number in range(MOST_TURNS)]
        return [person for person in chosen if person is not None]

    def values(self) -> dict[str, Any]:
        """Of a valid form, what is stored in the row itself."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class OverrideForm(forms.ModelForm):  # type: ignore[type-arg]
    """Times are those of the rota's zone."""

    class Meta:
        model = RotaOverride
        fields = ("person", "starts_at", "ends_at", "note")
        labels = {
            "person": _("Who takes over"),
            "starts_at": _("From"),
            "ends_at": _("To"),
            "note": _("Note"),
        }
        widgets = {"starts_at": _MOMENT, "ends_at": _MOMENT}

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "override-%s"})
        person: Any = self.fields["person"]
        person.queryset = members(organization)


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A policy with its steps: whom, and how many minutes after the step before."""

    sites = SitesField()

    class Meta:
        model = EscalationPolicy
        fields = ("name", "least_severity", "repeats", "pause_minutes", "is_active", "sites")
        labels = {
            "name": _("Name"),
            "least_severity": _("If it is at least"),
            "repeats": _("Begin again so often"),
            "pause_minutes": _("Minutes before it begins again"),
            "is_active": _("In use"),
        }

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "policy-%s"})
        self.organization = organization
        chosen: Any = self.fields["sites"]
        chosen.offer(Site.objects.filter(organization=organization).order_by("name"))
        self.fields["repeats"].widget.attrs |= {"min": 0, "max": 9}
        steps = list(self.instance.steps.all()) if self.instance.pk else []
        choices = self._targets()
        for number in range(MOST_STEPS):
            step = steps[number] if number < len(steps) else None
            self.fields[f"target_{number}"] = forms.ChoiceField(
                choices=choices,
                required=number == 0,
                label=_("Step %(number)d: tell") % {"number": number + 1},
                initial=_key(step) if step else "",
            )
            self.fields[f"after_{number}"] = forms.IntegerField(
                min_value=0,
                max_value=1440,
                required=False,
                label=_("Minutes after the step before"),
                initial=step.after_minutes if step else (0 if number == 0 else 10),
            )

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each step's fields."""
        return [(self[f"target_{number}"], self[f"after_{number}"]) for number in range(MOST_STEPS)]

    def plain(self) -> list[forms.BoundField]:
        return [self[name] for name in self.Meta.fields]

    def steps(self) -> list[EscalationStep]:
        """Of a valid form, not stored yet."""
        found = []
        for number in range(MOST_STEPS):
            kind, _colon, pk = self.cleaned_data.get(f"target_{number}", "").partition(":")
            if pk:
                after = self.cleaned_data.get(f"after_{number}") or 0
                found.append(EscalationStep(**{f"{kind}_id": int(pk)}, after_minutes=after))
        return found

    def values(self) -> dict[str, Any]:
        """Of a valid form, what is stored in the row itself."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name != "sites"}

    def _targets(self) -> list[Any]:
        rotas = [(f"rota:{row.pk}", row.name) for row in Rota.objects.filter(organization=self.organization)]
        channels = Channel.objects.filter(organization=self.organization)
        return [
            ("", _("Nobody")),
            (_("Who is on call in"), rotas),
            (_("A channel"), [(f"channel:{row.pk}", row.name) for row in channels]),
            (_("A person"), [(f"person:{row.pk}", str(row)) for row in members(self.organization)]),
        ]


def _key(step: EscalationStep) -> str:
    kind = "rota" if step.rota_id else "person" if step.person_id else "channel"
    return f"{kind}:{step.rota_id or step.person_id or step.channel_id}"
