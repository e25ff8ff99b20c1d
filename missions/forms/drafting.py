"""All input to missions."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from accounts.wording import Worded
from missions import pasting
from missions.examples import EXAMPLES
from missions.models import Contribution, Decision, Mission, Readiness

LONGEST_WORDS = 3000
LONGEST_STATEMENT = 2000
LONGEST_THEME_NAME = 190


def _text_area(rows: int, **attributes: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attributes})


class PlainText(forms.CharField):
    """Text of several lines, its line ends as they are stored everywhere else."""

    def to_python(self, value: object) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


class Statement(PlainText):
    """A statement as it may come from a word processor, made plain. The browser cuts nothing off:
    what is too long is said, and kept."""

    def to_python(self, value: object) -> str:
        return pasting.plain(super().to_python(value))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attributes = super().widget_attrs(widget)
        return {name: value for name, value in attributes.items() if name != "maxlength"}


class Typed(PlainText):
    """Text as it is typed; what no version could hold is no reason not to keep the rest."""

    def to_python(self, value: object) -> str:
        return super().to_python(value).replace("\x00", "")


class MissionForm(Worded, forms.Form):
    title = forms.CharField(
        label="What do you call it?",
        help_text="Only you and your colleagues see this. You can leave it empty.",
        required=False,
        max_length=200,
    )


class WordsForm(Worded, forms.Form):
    """Someone's own words: any of three prompts, at least one."""

    feel = PlainText(
        label="What do you feel about it?",
        help_text="What makes you proud here, and what makes you wince?",
        required=False,
        max_length=LONGEST_WORDS,
        widget=_text_area(3),
    )
    believe = PlainText(
        label="What do you believe?",
        help_text="What do customers deserve from you, even on a day when nobody checks?",
        required=False,
        max_length=LONGEST_WORDS,
        widget=_text_area(3),
    )
    go = PlainText(
        label="Where do you want to go?",
        help_text="If it all went well, what would customers say about you to a friend?",
        required=False,
        max_length=LONGEST_WORDS,
        widget=_text_area(3),
    )
    readiness = forms.ChoiceField(
        label="Is it felt, or only agreed with?",
        help_text=(
            "An honest answer is worth more than the right one. If it is only agreed with, talk to "
            "three customers before you go on."
        ),
        choices=Readiness.Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the answer that comes nearest."},
    )
    quotable = forms.BooleanField(
        label="You may quote my words on the public page",
        help_text="Without my name. Leave it open and they stay in here.",
        required=False,
    )

    def __init__(self, *args: Any, is_leader: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_leader:
            del self.fields["readiness"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        prompts = ("feel", "believe", "go")
        wrong = any(prompt in self.errors for prompt in prompts)
        if not wrong and not any(cleaned.get(prompt) for prompt in prompts):
            self.add_error("feel", "Write something under at least one of the three.")
        return cleaned

    def words(self) -> dict[str, str]:
        """The text under each prompt."""
        return {prompt: self.cleaned_data[prompt] for prompt in ("feel", "believe", "go")}


def reactions(sent: QueryDict) -> dict[str, bool | None]:
    """What a leader chose for each example, by its key; anything but the two choices is none."""
    chosen = {"moves": True, "cold": False}
    return {
        one.key: chosen.get(str(sent[name]))
        for one in EXAMPLES
        if (name := f"react-{one.key}") in sent
    }


class ThemeForm(Worded, forms.Form):
    name = forms.CharField(
        label="Name of the theme",
        error_messages={"required": "Give the theme a name."},
        help_text="What these words say, in a few of your own.",
        max_length=200,
    )


class SuggestedThemesForm(Worded, forms.Form):
    """The names of suggested themes, by their place; one left empty is not made."""

    def __init__(self, *args: Any, groups: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place, group in enumerate(groups):
            self.fields[f"name-{place}"] = forms.CharField(
                label="Name of the theme",
                required=False,
                max_length=LONGEST_THEME_NAME,
                initial=group["name"],
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    def names(self) -> dict[int, str]:
        return {int(field.removeprefix("name-")): name for field, name in self.cleaned_data.items()}


def carried_names(
    typed: Mapping[str, str], steps: Mapping[str, Sequence[Mapping[str, Any]]], step: str
) -> dict[str, str]:
    """Names typed at the slider's step `named_at`, for those groups that are the same at `step`."""
    names = {
        frozenset(group["contributions"]): typed[f"name-{place}"][:LONGEST_THEME_NAME]
        for place, group in enumerate(steps.get(typed.get("named_at", ""), ()))
        if f"name-{place}" in typed
    }
    same = enumerate(frozenset(group["contributions"]) for group in steps[step])
    return {f"name-{place}": names[group] for place, group in same if group in names}


class BoardForm(Worded, forms.Form):
    """What every move on the theme board carries: the number of the last move that was seen."""

    seen = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)

    def clean_seen(self) -> int:
        return self.cleaned_data["seen"] or 0


class Picked(forms.Field):
    """Pairs of keys, each written "contribution:theme"."""

    widget = forms.SelectMultiple
    default_error_messages: ClassVar = {
        "invalid": "Some of these words are no longer there. Look again and choose."
    }

    def to_python(self, value: object) -> list[tuple[int, int]]:
        given = value if isinstance(value, list) else []
        pairs = [re.fullmatch(r"([0-9]{1,18}):([0-9]{1,18})", str(each)) for each in given]
        if None in pairs:
            raise forms.ValidationError(self.error_messages["invalid"])
        return [(int(pair[1]), int(pair[2])) for pair in pairs if pair]


class MoveForm(BoardForm):
    """Which contributions go where: `words` as "contribution:theme", the theme being the one that
    they were picked up in and 0 the tray; `to` a theme, 0 for the tray. A new one may be named
    instead."""

    words = Picked(required=False)
    to = forms.RegexField(
        r"^\d{1,18}$",
        required=False,
        error_messages={"invalid": "That theme is no longer there. Choose another."},
    )
    new_theme = forms.CharField(required=False, max_length=200)
    keep = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if not cleaned["words"]:
            self.add_error("words", "Tick the words first, then choose where they go.")
        elif not cleaned["to"] and not cleaned["new_theme"]:
            self.add_error("to", "Choose a theme, or name a new one.")
        elif cleaned["keep"] and cleaned["to"] == "0" and not cleaned["new_theme"]:
            self.add_error("to", "What is in a theme is not in the tray as well: move it there.")
        return cleaned


class MergeForm(BoardForm):
    """Which theme goes into which, by their keys."""

    theme = forms.IntegerField(min_value=1, max_value=2**62)
    into = forms.IntegerField(
        min_value=1,
        max_value=2**62,
        error_messages={"required": "Choose the theme to merge it with."},
    )


class PlaceForm(BoardForm):
    """Which theme goes before which, as "theme:other"; 0 for after all others."""

    place = forms.RegexField(r"^\d{1,18}:\d{1,18}$")

    def keys(self) -> tuple[int, int]:
        theme, _, before = self.cleaned_data["place"].partition(":")
        return int(theme), int(before)


class WorkingForm(Worded, forms.Form):
    """A draft while it is being written: it may be empty, unfinished and too long."""

    text: PlainText = Typed(required=False, strip=False)
    based_on_version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, max_value=1_000_000
    )
    # Of the working text that was typed on, and the row where this tab's text is kept aside.
    revision = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=0, max_value=1_000_000_000
    )
    aside = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=1, max_value=2**53
    )


class DraftForm(WorkingForm):
    text: PlainText = Statement(
        label="The statement",
        max_length=LONGEST_STATEMENT,
        widget=_text_area(5, spellcheck="true", autocomplete="off"),
        error_messages={"required": "Write the statement before you save it."},
    )


class LinkForm(Worded, forms.Form):
    """What is said of one contribution and a clause; `back` is the page's query."""

    ANSWERS: ClassVar = {"yes": True, "no": False, "clear": None}

    clause = forms.CharField(max_length=LONGEST_STATEMENT)
    answer = forms.ChoiceField(choices=[(answer, answer) for answer in ANSWERS])
    back = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, mission: Mission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contribution"] = forms.ModelChoiceField(
            queryset=Contribution.objects.filter(mission=mission, is_hidden=False),
            error_messages={"invalid_choice": "These words are no longer there. Look again."},
        )


class AdoptForm(Worded, forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=1_000_000)
    review_on = forms.DateField(
        label="When will you look at it again?",
        help_text="A year is usual. Until then it stands.",
        error_messages={"required": "Choose the day on which you will look at it again."},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class DecisionForm(Worded, forms.Form):
    title = forms.CharField(
        label="What was decided?",
        max_length=300,
        error_messages={"required": "Say in a few words what was decided."},
    )
    customer_change = PlainText(
        label="What does this change for the customer?",
        help_text="If the honest answer is “nothing”, write why it is worth doing all the same.",
        max_length=LONGEST_WORDS,
        widget=_text_area(3),
        error_messages={"required": "This is the one question that is never skipped."},
    )
    asked_first = forms.BooleanField(
        label="We asked this before we decided",
        help_text="Leave it open if the question only comes up now: that is worth knowing too.",
        required=False,
    )
    fit = forms.ChoiceField(
        label="Held against the mission, it",
        choices=Decision.Fit.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the three."},
    )
    outcome = PlainText(
        label="What came of it?",
        help_text="You can leave this empty until you know.",
        required=False,
        max_length=LONGEST_WORDS,
        widget=_text_area(2),
    )
    decided_on = forms.DateField(
        label="Decided on",
        error_messages={"required": "Give the day on which it was decided."},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    review_on = forms.DateField(
        label="When will you look at what came of it?",
        help_text="On that day an email asks you. You can leave this empty.",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_decided_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["decided_on"]
        if day.year < 1900:
            raise forms.ValidationError("Check the year.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        decided = cleaned.get("decided_on")
        if decided and (later := cleaned.get("review_on")) and later < decided:
            self.add_error("review_on", "Choose a day after the decision.")
        return cleaned
