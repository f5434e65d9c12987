"""Forms of self-repair."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from monitoring.domain.playbooks import LONGEST_WAIT, MOST_PER_DAY, STARTS, Mode, Planned, Playbook, Step
from monitoring.models import Alert, RepairRun
from monitoring.models import Playbook as PlaybookRow
from monitoring.rules.base import rules
from stations.forms.filters import SiteChoiceFilter

_MINUTE = timedelta(minutes=1)
STEP_LABELS = {
    Step.PROBE: _("Probe: does the station answer at all"),
    Step.TRIGGER: _("Have it tell its status anew"),
    Step.SOFT_RESET: _("Soft reset"),
    Step.UNLOCK: _("Unlock the plug, where it is stuck"),
    Step.HARD_RESET: _("Hard reset"),
    Step.WORK_ORDER: _("Work order with all that was tried"),
}


class RunFilter(SiteChoiceFilter):
    further = ("dry",)
    field_order = ("text", "state", "site")

    state = forms.ChoiceField(
        required=False, label=_("State"), choices=[("", _("Any state")), *RepairRun.State.choices]
    )
    dry = forms.ChoiceField(
        required=False,
        label=_("Dry runs"),
        choices=[("", _("Dry runs too")), ("no", _("Without dry runs")), ("yes", _("Dry runs only"))],
    )


class StartForm(forms.Form):
    """`alerts`: what could be mended."""

    alert = forms.TypedChoiceField(label=_("What is to be mended"), coerce=int, widget=forms.RadioSelect)
    dry = forms.BooleanField(required=False, label=_("Dry run: send nothing, and write down what would be done"))

    def __init__(self, *args: Any, alerts: list[tuple[Alert, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["alert"]
        field.choices = [(alert.pk, said) for alert, said in alerts]
        if alerts:
            self.initial["alert"] = alerts[0][0].pk


class PlaybookForm(forms.Form):
    """What counts at a place. What is as it is one level up is not kept: it changes with it."""

    mode = forms.ChoiceField(label=_("Self-repair is"), choices=PlaybookRow.Mode.choices, widget=forms.RadioSelect)
    per_day = forms.IntegerField(
        min_value=0,
        max_value=MOST_PER_DAY,
        label=_("Restarts and unlocks of a station within 24 hours, at most"),
    )
    rules = forms.MultipleChoiceField(
        required=False, label=_("Begins by alerts of"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, now: Playbook, above: Playbook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.above = above
        field: Any = self.fields["rules"]
        field.choices = [(name, rule.title) for name, rule in rules().items() if name in STARTS]
        self.initial.update(mode=now.mode.value, per_day=now.per_day, rules=sorted(now.rules))
        planned = {one.step: one.wait for one in now.steps}
        usual = {one.step: one.wait for one in Playbook().steps}
        for step in Step:
            self.fields[f"step_{step}"] = forms.BooleanField(required=False, label=STEP_LABELS[step])
            self.initial[f"step_{step}"] = step in planned
            if step is not Step.WORK_ORDER:
                self.fields[f"wait_{step}"] = forms.DecimalField(
                    required=False,
                    min_value=0,
                    max_value=int(LONGEST_WAIT / _MINUTE),
                    decimal_places=1,
                    localize=True,
                    label=_("Minutes to wait for its cure"),
                )
                # Which step it is stands beside it for those who see the form.
                said = format_lazy("{}: {}", STEP_LABELS[step], self.fields[f"wait_{step}"].label)
                self.fields[f"wait_{step}"].widget.attrs |= {"aria-label": said, "inputmode": "decimal"}
                minutes = planned.get(step, usual[step]) / _MINUTE
                self.initial[f"wait_{step}"] = int(minutes) if minutes.is_integer() else Decimal(f"{minutes:.1f}")

    def step_fields(self) -> list[tuple[Any, Any]]:
        """Each step's box with its minutes, None for the last."""
        return [
            (self[f"step_{step}"], self[f"wait_{step}"] if f"wait_{step}" in self.fields else None) for step in Step
        ]

    def chosen(self) -> dict[str, Any]:
        """What is to be kept: None where it is as it is one level up."""
        data = self.cleaned_data
        found = {
            "mode": Mode(data["mode"]),
            "rules": frozenset(data["rules"]),
            "steps": tuple(
                Planned(step, timedelta(minutes=float(data.get(f"wait_{step}") or 0)))
                for step in Step
                if data[f"step_{step}"]
            ),
            "per_day": data["per_day"],
        }
        kept = {name: None if value == getattr(self.above, name) else value for name, value in found.items()}
        return kept | {"rules": sorted(kept["rules"]) if kept["rules"] is not None else None}
