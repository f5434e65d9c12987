"""Forms in steps. What was entered is kept in the person's session until the last step: nothing is lost by going back,
by a mistake, or by coming back tomorrow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import QueryDict
from django.urls import reverse

from stations.views.pages import ConsoleRequest
from stations.views.wording import Text


@dataclass(frozen=True, slots=True)
class Step:
    """`form`: makes the step's form of what was posted, or of nothing. `fields`: the template that shows its fields."""

    key: str
    label: Text
    form: Callable[[ConsoleRequest, Any], Form]
    fields: str = "stations/_plain_fields.html"


@dataclass(frozen=True, slots=True)
class Shown:
    """A step as the page lists it; `url` is empty for one that cannot be gone to yet."""

    label: Text
    url: str
    is_current: bool
    is_done: bool


class Wizard:
    """Steps that somebody goes through. `name`: what it makes; `url_name`: the page of a step."""

    def __init__(self, request: ConsoleRequest, name: str, url_name: str, steps: Sequence[Step]) -> None:
        self.steps = steps
        self._request = request
        self._key = f"wizard.{name}"
        self._url_name = url_name

    def url(self, step: Step) -> str:
        return reverse(self._url_name, args=[step.key])

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)

    def before(self, step: Step) -> Step | None:
        place = self.steps.index(step)
        return self.steps[place - 1] if place else None

    def after(self, step: Step) -> Step | None:
        place = self.steps.index(step) + 1
        return self.steps[place] if place < len(self.steps) else None

    def keep(self, step: Step, data: QueryDict) -> None:
        """Remember what was entered, right or wrong."""
        kept = {name: data.getlist(name) for name in data if name not in ("csrfmiddlewaretoken", "back")}
        self._request.session[self._key] = {**self._draft, step.key: kept}

    def entered(self, step: Step) -> QueryDict | None:
        """What was entered in a step; None where nobody was there."""
        kept = self._draft.get(step.key)
        if kept is None:
            return None
        data = QueryDict(mutable=True)
        for name, values in kept.items():
            data.setlist(name, values)
        return data

    def form(self, step: Step) -> Form:
        """The step's form with what was entered in it."""
        return step.form(self._request, self.entered(step))

    def unfinished(self) -> Step | None:
        """The first step that was left out or has mistakes."""
        return next((step for step in self.steps if not self.form(step).is_valid()), None)

    def forget(self) -> None:
        """Begin anew."""
        self._request.session.pop(self._key, None)

    def shown(self, current: Step) -> list[Shown]:
        """The steps for the page: those done can be gone back to."""
        place = self.steps.index(current)
        return [
            Shown(step.label, self.url(step) if number < place else "", number == place, number < place)
            for number, step in enumerate(self.steps)
        ]

    @property
    def _draft(self) -> dict[str, dict[str, list[str]]]:
        draft: dict[str, dict[str, list[str]]] = self._request.session.get(self._key, {})
        return draft
