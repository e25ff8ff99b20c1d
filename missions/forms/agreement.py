"""What is entered while a statement is agreed on."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.wording import Worded
from missions.agreement import key_of
from missions.forms.drafting import LONGEST_WORDS
from missions.models import Candidate, ConsentAnswer, Suggestion

LONGEST_CANDIDATE = 500


def _text(label: str, *, help_text: str = "", required: bool = True, missing: str = "") -> Any:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing},
    )


class CandidateForm(Worded, forms.Form):
    text = forms.CharField(
        label="A candidate",
        help_text=f"One statement of at most {LONGEST_CANDIDATE} characters.",
        max_length=LONGEST_CANDIDATE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write the statement that you put forward."},
    )


class SuggestionForm(Worded, forms.Form):
    weight = forms.ChoiceField(
        label="How much does it matter?",
        choices=Suggestion.Weight.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the two."},
    )
    text = _text(
        "What would you change?",
        help_text="The words you would use instead, and what would be better about them.",
        missing="Say what you would change.",
    )


class OutcomeForm(Worded, forms.Form):
    outcome = forms.ChoiceField(
        label="What becomes of it?",
        choices=Suggestion.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the two."},
    )
    why = _text("Why?", help_text="Needed where it is not taken.", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == Suggestion.Outcome.NOT_TAKEN and not cleaned.get("why"):
            self.add_error("why", "Say why it was not taken: whoever suggested it reads this.")
        return cleaned


class BallotForm(Worded, forms.Form):
    """A leader's own ranking: a place for each candidate, or none."""

    def __init__(self, *args: Any, candidates: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [("", "No place"), *((n, str(n)) for n in range(1, len(candidates) + 1))]
        for candidate in candidates:
            self.fields[key_of(candidate)] = forms.TypedChoiceField(
                label=candidate.text,
                choices=places,
                coerce=int,
                required=False,
                empty_value=None,
                error_messages={"invalid_choice": "That is not one of the places."},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            self.add_error(None, "Give at least one of the candidates a place.")
        return cleaned

    def places(self) -> dict[str, int]:
        return {key: place for key, place in self.cleaned_data.items() if place}


class ConsentForm(Worded, forms.Form):
    choice = forms.ChoiceField(
        label="May this become our mission?",
        choices=ConsentAnswer.Choice.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the three."},
    )
    reason = _text("If you object: why?", required=False)
    change_asked = _text("And what would have to change?", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("choice") == ConsentAnswer.Choice.OBJECT:
            if not cleaned.get("reason"):
                self.add_error("reason", "An objection needs its reason.")
            if not cleaned.get("change_asked"):
                self.add_error("change_asked", "Say what would have to change.")
        return cleaned


class OverrideForm(Worded, forms.Form):
    because = _text(
        "Why do you adopt it all the same?",
        help_text="The public page shows this reason to anyone.",
        missing="Say why: the public page shows it.",
    )
