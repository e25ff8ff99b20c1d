"""What a person makes of the themes suggested for a round's comments."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from accounts.wording import Worded
from missions.services.theme_suggestions import Chosen
from programme.models import Organisation
from touchpoints.models import Touchpoint

_LONGEST_NAME = 80


class CommentThemesForm(Worded, forms.Form):
    """Each group's name, by its place, and the touchpoint that it is about; a group whose name is
    empty is left."""

    def __init__(
        self,
        organisation: Organisation,
        data: Mapping[str, object] | None = None,
        *,
        groups: Sequence[Mapping[str, Any]],
        initial: dict[str, str] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        touchpoints = Touchpoint.objects.filter(organisation=organisation)
        self._touchpoints = {
            str(one.pk): one
            for one in touchpoints.order_by("stage__journey", "stage__position", "position", "name")
        }
        choices = [
            ("", "About none in particular"),
            *((pk, one.name) for pk, one in self._touchpoints.items()),
        ]
        for place, group in enumerate(groups):
            self.fields[f"name-{place}"] = forms.CharField(
                label="Name of the theme",
                required=False,
                max_length=_LONGEST_NAME,
                initial=group["name"],
                widget=forms.TextInput(attrs={"autocomplete": "off", "list": "theme-names"}),
            )
            self.fields[f"touchpoint-{place}"] = forms.ChoiceField(
                label="Touchpoint", required=False, choices=choices
            )
        self._places = range(len(groups))

    def chosen(self) -> dict[int, Chosen]:
        return {
            place: Chosen(
                self.cleaned_data[f"name-{place}"],
                self._touchpoints.get(self.cleaned_data[f"touchpoint-{place}"]),
            )
            for place in self._places
        }
