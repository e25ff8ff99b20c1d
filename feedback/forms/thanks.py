"""Thanks to a colleague or a team."""

from typing import Any

from django import forms

from accounts.wording import Worded
from programme.forms.organisation import offer
from programme.models import Organisation, Person, Recognition, Team


class ThanksForm(Worded, forms.Form):
    """Whom the thanks go to, for what, in which words."""

    colleague = forms.ModelChoiceField(
        Person.objects.none(), required=False, empty_label="Choose a colleague", label="Colleague"
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), required=False, empty_label="Or a whole team", label="Team"
    )
    kind = forms.ChoiceField(label="For", choices=Recognition.Kind, widget=forms.RadioSelect)
    text = forms.CharField(
        label="The thanks, as they will read them",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        error_messages={"required": "Say what they are thanked for."},
    )

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        staff = Person.objects.active().staff().filter(organisation=organisation)
        offer(self, "colleague", staff)
        offer(self, "team", Team.objects.filter(organisation=organisation))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not {"colleague", "team"} & set(self.errors):
            if not found.get("colleague") and not found.get("team"):
                self.add_error("colleague", "Choose a colleague or a team.")
            elif found.get("colleague") and found.get("team"):
                self.add_error("team", "Choose one of the two: a colleague, or a team.")
        return found
