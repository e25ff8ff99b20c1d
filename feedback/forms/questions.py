"""A question of a survey as its form asks for it, and its condition in words."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField

from accounts.wording import Worded
from feedback import kinds
from feedback.models import Question
from feedback.services import QuestionSpec
from feedback.spoken import ends_of, label_of
from programme.forms.organisation import offer
from programme.models import Organisation
from touchpoints.models import HandOff, Touchpoint

_SELDOM = ("hint", "touchpoint", "hand_off", "show_when", "show_test", "starts_page")
_TEST_WORDS = {
    "is": "is",
    "is-not": "is not",
    "at-least": "is at least",
    "at-most": "is at most",
    "answered": "is answered",
}


class TouchpointField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, touchpoint: Touchpoint) -> str:
        return f"{touchpoint.stage.name}: {touchpoint.name}"


class HandOffField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, hand_off: HandOff) -> str:
        return f"{hand_off.name}: {hand_off.giver} to {hand_off.receiver}"


class QuestionForm(Worded, forms.Form):
    """One question."""

    kind = forms.ChoiceField(
        label="Kind",
        choices=[
            choice for choice in Question.Kind.choices if choice[0] not in Question.MISSION_KINDS
        ],
        error_messages={"required": "Choose the kind of question."},
    )
    text = forms.CharField(
        label="Question", max_length=500, error_messages={"required": "Write the question."}
    )
    hint = forms.CharField(
        label="Hint", max_length=500, required=False, help_text="Shown small, below the question."
    )
    low_end = forms.CharField(
        label="Words at the lowest value",
        max_length=60,
        required=False,
        help_text="Leave it empty to keep ours, which is translated already.",
    )
    high_end = forms.CharField(
        label="Words at the highest value",
        max_length=60,
        required=False,
        help_text="The same at the other end.",
    )
    options = forms.CharField(
        label="Options",
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One a line. For one of many, several of many, and a ranking.",
    )
    touchpoint = TouchpointField(
        label="Touchpoint",
        required=False,
        queryset=Touchpoint.objects.none(),
        empty_label="None",
        help_text="Ratings of a touchpoint go to the heatmap, and words about it stand beside it.",
    )
    hand_off = HandOffField(
        label="Hand-off",
        required=False,
        queryset=HandOff.objects.none(),
        empty_label="None",
        help_text="For a link between two teams, rated by the team that receives.",
    )
    show_when = forms.ChoiceField(
        label="Show it",
        required=False,
        help_text="Only after one of these answers. It then begins a page of its own.",
    )
    show_test = forms.ChoiceField(
        label="Where that answer",
        required=False,
        choices=[(test, words) for test, words in _TEST_WORDS.items() if test != "answered"],
        help_text="“At least” and “at most” are for numbers.",
    )
    required = forms.BooleanField(label="Needs an answer", required=False)
    starts_page = forms.BooleanField(label="Begin a new page with it", required=False)

    def __init__(
        self,
        organisation: Organisation,
        *,
        earlier: Sequence[Question] = (),
        edited: Question | None = None,
        **given: Any,
    ) -> None:
        super().__init__(**given)
        offer(self, "touchpoint", touchpoints_of(organisation))
        hand_offs = HandOff.objects.filter(organisation=organisation)
        offer(self, "hand_off", hand_offs.select_related("giver", "receiver"))
        self._earlier = {question.key: question for question in earlier}
        self._edited = edited
        if edited is not None:
            ours_are = ends_of(edited.survey.language, edited.kind)
            for name, ours in zip(("low_end", "high_end"), ours_are, strict=True):
                self.fields[name].widget.attrs["placeholder"] = ours
        self.fields["show_when"].choices = [  # type: ignore[attr-defined]
            ("", "Always"),
            *((question.text, _offered_of(question)) for question in earlier),
        ]

    @property
    def first(self) -> list[BoundField]:
        """What each question has."""
        return [self[name] for name in self.fields if name not in _SELDOM]

    @property
    def seldom(self) -> list[BoundField]:
        """What most questions leave alone."""
        return [self[name] for name in _SELDOM]

    @property
    def says_more(self) -> bool:
        return any(
            field.errors or (field.value() and field.name != "show_test") for field in self.seldom
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") in kinds.WITH_OPTIONS and not _lines(cleaned.get("options", "")):
            self.add_error("options", "Give at least two options to choose from, one a line.")
        condition = self._condition(cleaned)
        if condition is not None:
            asked = self._earlier[condition.key]
            if condition.test not in kinds.tests_for(asked.kind):
                self.add_error("show_test", "That comparison needs an answer that is a number.")
        return cleaned

    def spec(self, key: str = "") -> QuestionSpec:
        touchpoint, hand_off = self.cleaned_data["touchpoint"], self.cleaned_data["hand_off"]
        return QuestionSpec(
            key=key,
            kind=self.cleaned_data["kind"],
            text=self.cleaned_data["text"],
            hint=self.cleaned_data["hint"],
            low_end=self.cleaned_data["low_end"],
            high_end=self.cleaned_data["high_end"],
            required=self.cleaned_data["required"],
            touchpoint_id=touchpoint.pk if touchpoint is not None else None,
            hand_off_id=hand_off.pk if hand_off is not None else None,
            options=self._options(),
            condition=self._condition(self.cleaned_data),
            starts_page=self.cleaned_data["starts_page"],
        )

    def _options(self) -> tuple[tuple[str, str], ...]:
        """The options with the keys that they have: by their words, and where only words were
        changed by their line."""
        lines = _lines(self.cleaned_data["options"])
        stored = self._edited.options if self._edited is not None else []
        by_text = {option["text"]: option["key"] for option in stored}
        keys = [by_text.get(line, "") for line in lines]
        if len(lines) == len(stored):
            free = [option["key"] for option in stored]
            keys = [
                key or (free[at] if free[at] not in keys else "") for at, key in enumerate(keys)
            ]
        return tuple(zip(keys, lines, strict=True))

    def _condition(self, cleaned: dict[str, Any]) -> kinds.Condition | None:
        chosen: str = cleaned.get("show_when") or ""
        if not chosen:
            return None
        key, _, value = chosen.partition("=")
        if not value:
            return kinds.Condition(key, "answered")
        values = {str(one): one for one in kinds.values_of(self._earlier[key])}
        return kinds.Condition(key, cleaned.get("show_test") or "is", values[value])


def condition_words(question: Question, by_key: dict[str, Question]) -> str:
    """When a question is shown, as a sentence; empty where it always is."""
    condition = question.condition
    if condition is None or condition.key not in by_key:
        return ""
    asked = by_key[condition.key]
    said = f"Shown only where “{asked.text}” {_TEST_WORDS[condition.test]}"
    if condition.value is None:
        return said
    return f"{said} {_value_words(asked, condition.value)}"


def initial_of(question: Question | None) -> dict[str, object]:
    """A question as `QuestionForm` has it."""
    if question is None:
        return {"kind": Question.Kind.MOMENT}
    return {
        "kind": question.kind,
        "text": question.text,
        "hint": question.hint,
        "low_end": question.low_end,
        "high_end": question.high_end,
        "required": question.required,
        "options": "\n".join(option["text"] for option in question.options),
        "touchpoint": question.touchpoint_id,
        "hand_off": question.hand_off_id,
        "starts_page": question.starts_page,
        **_when_of(question),
    }


def _when_of(question: Question) -> dict[str, str]:
    """A question's condition as `QuestionForm` has it."""
    condition = question.condition
    if condition is None:
        return {"show_when": ""}
    value = "" if condition.value is None else str(condition.value)
    test = condition.test if condition.test != "answered" else "is"
    return {"show_when": f"{condition.key}={value}", "show_test": test}


def _offered_of(question: Question) -> list[tuple[str, str]]:
    """The answers to a question; each names it, since a closed list shows nothing else."""
    asked = f"“{question.text}”"
    answers = [(f"{question.key}=", f"any answer to {asked}")]
    if question.kind != kinds.RANKING:
        answers += [
            (f"{question.key}={value}", f"{_value_words(question, value)}, to {asked}")
            for value in kinds.values_of(question)
        ]
    return answers


def _value_words(question: Question, value: str | int) -> str:
    texts = {option["key"]: option["text"] for option in question.options}
    words = texts.get(str(value)) or label_of("en", question.kind, value)
    # "At most Neither" would say nothing of a scale.
    return f"{value} ({words})" if isinstance(value, int) and not words[0].isdigit() else words


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def touchpoints_of(organisation: Organisation) -> QuerySet[Touchpoint]:
    """Those on the map, with the stages that their names are shown by."""
    return Touchpoint.objects.filter(organisation=organisation).current().select_related("stage")
