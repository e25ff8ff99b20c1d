"""What a workshop is about."""

from typing import Any

from django import forms

from accounts.wording import Worded
from programme.models import Organisation
from touchpoints.models import Touchpoint
from touchpoints.services.workshops import MOST_TOUCHPOINTS


class WorkshopForm(Worded, forms.Form):
    """Whole journeys or stages, picked touchpoints, or any mix of them."""

    title = forms.CharField(
        label="What is the workshop called?",
        help_text="Everyone in the room reads it on their phone.",
        error_messages={"required": "Give the workshop a name."},
        max_length=200,
    )
    stages = forms.MultipleChoiceField(
        label="Rate all of these stages",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    touchpoints = forms.MultipleChoiceField(
        label="And these touchpoints",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = Touchpoint.objects.filter(organisation=organisation).current()
        self._current = list(current.select_related("stage__journey"))
        by_stage: dict[str, list[tuple[str, str]]] = {}
        journeys: dict[str, dict[str, str]] = {}
        for one in self._current:
            stage = one.stage
            by_stage.setdefault(f"{stage.journey} – {stage}", []).append((str(one.pk), one.name))
            journeys.setdefault(str(stage.journey), {})[str(stage.pk)] = stage.name
        self.fields["touchpoints"].choices = list(by_stage.items())  # type: ignore[attr-defined]
        stages = [(journey, list(some.items())) for journey, some in journeys.items()]
        self.fields["stages"].choices = stages  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        number = len(self.chosen())
        if not number:
            self.add_error("stages", "Choose a stage, or at least one touchpoint.")
        elif number > MOST_TOUCHPOINTS:
            self.add_error(
                "stages",
                f"That is {number} touchpoints: people manage at most {MOST_TOUCHPOINTS}.",
            )
        return cleaned

    def chosen(self) -> list[Touchpoint]:
        """The touchpoints ticked, alone or by their stage, in the order of the map."""
        stages, picked = self.cleaned_data["stages"], self.cleaned_data["touchpoints"]
        return [
            one for one in self._current if str(one.pk) in picked or str(one.stage_id) in stages
        ]
