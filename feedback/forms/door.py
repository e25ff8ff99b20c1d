"""What someone leaves at the open door, or adds on their own page: errors in their language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing

from feedback.models import MOST_CHARACTERS, OpenDoorItem
from feedback.services import unmarked
from feedback.spoken import Speech
from programme.forms.organisation import offer
from programme.models import Organisation
from touchpoints.models import Touchpoint

_LONGEST_OPEN = 7 * 24 * 3600  # seconds that a form may lie open


class SpokenForm(forms.Form):
    """A form whose errors are in the language of its page."""

    text = forms.CharField(max_length=MOST_CHARACTERS)
    mark = forms.CharField(max_length=200)

    def __init__(self, *, spoken: Speech, **given: Any) -> None:
        super().__init__(**given)
        self.spoken = spoken
        words, errors = spoken.door, spoken.errors
        self.fields["text"].error_messages = {
            "required": words["text_needed"],
            "max_length": errors["long"].format(most="%(limit_value)d", has="%(show_value)d"),
            "null_characters_not_allowed": errors["character"],
        }

    def clean_mark(self) -> UUID:
        """The number that the form was given, however often it is sent."""
        try:
            return unmarked(self.cleaned_data["mark"], oldest=_LONGEST_OPEN)
        except signing.BadSignature:
            raise forms.ValidationError(self.spoken.door["again"]) from None

    def is_fresh(self, seconds: int) -> bool:
        """Whether the form was opened less than so many seconds ago."""
        try:
            unmarked(self.data.get("mark", ""), oldest=seconds)
        except signing.BadSignature:
            return False
        return True


class WordForm(SpokenForm):
    """A word more, on one's own page."""


class DoorForm(SpokenForm):
    kind = forms.ChoiceField(choices=OpenDoorItem.Kind)
    at = forms.ModelChoiceField(queryset=Touchpoint.objects.none(), required=False)
    whom = forms.CharField(max_length=200, required=False)
    name = forms.CharField(max_length=200, required=False)
    email = forms.EmailField(max_length=254, required=False)
    # People do not see it; simple programs fill in everything.
    website = forms.CharField(required=False)

    def __init__(self, *, spoken: Speech, organisation: Organisation, **given: Any) -> None:
        super().__init__(spoken=spoken, **given)
        offer(
            self,
            "at",
            Touchpoint.objects.current()
            .filter(organisation=organisation)
            .select_related("stage__journey"),
        )
        words, errors = spoken.door, spoken.errors
        needed = {"required": words["kind_needed"], "invalid_choice": words["kind_needed"]}
        self.fields["kind"].error_messages |= needed
        self.fields["at"].error_messages |= {
            "invalid_choice": words["at_gone"],
            "null_characters_not_allowed": words["at_gone"],
        }
        self.fields["email"].error_messages |= {"invalid": words["email_wrong"]}
        for field in ("email", "name", "whom"):
            self.fields[field].error_messages |= {
                "max_length": errors["long"].format(most="%(limit_value)d", has="%(show_value)d"),
                "null_characters_not_allowed": errors["character"],
            }
        # Its validator has words of its own.
        email = self.fields["email"]
        email.validators = [_Address(words["email_wrong"]), *email.validators[1:]]

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(self.spoken.door["again"])
        return ""


class _Address:
    """An email address, with an error in the page's language."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __call__(self, value: str) -> None:
        try:
            forms.EmailField().clean(value)
        except forms.ValidationError:
            raise forms.ValidationError(self.words, code="invalid") from None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows again of what was typed, and what is wrong with it, by field."""

    values: Mapping[str, str]
    errors: Mapping[str, str]


def shown(form: forms.Form | None, **initial: str) -> Shown:
    if form is None:
        return Shown(initial, {})
    errors = {name: str(found[0]) for name, found in form.errors.items()}
    return Shown({name: form.data.get(name, "") for name in form.fields}, errors)
