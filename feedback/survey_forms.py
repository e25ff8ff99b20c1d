"""All input of surveys: begun, their words, their questions, and their other languages."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField

from accounts.wording import Worded
from feedback import kinds
from feedback.models import Question, Survey
from feedback.ready import library
from feedback.services import TRANSLATED, QuestionSpec
from feedback.spoken import LANGUAGES, direction_of, ends_of, label_of, speech
from programme.forms import offer
from programme.models import Organisation
from touchpoints.models import HandOff, Touchpoint

BLANK = "blank"
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


class TouchpointsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, touchpoint: Touchpoint) -> str:
        return f"{touchpoint.stage.name}: {touchpoint.name}"


class HandOffField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, hand_off: HandOff) -> str:
        return f"{hand_off.name}: {hand_off.giver} to {hand_off.receiver}"


def _starts() -> list[tuple[str, str]]:
    return [*((ready.name, ready.title) for ready in library()), (BLANK, "A blank page")]


class SurveyStartForm(Worded, forms.Form):
    """Which ready survey to begin with, and which touchpoints it rates."""

    start = forms.ChoiceField(
        label="Start from",
        error_messages={"required": "Choose where to start from."},
        choices=_starts,
        widget=forms.RadioSelect,
        initial="customers",
    )
    title = forms.CharField(
        label="Title",
        max_length=200,
        required=False,
        help_text="People see it above the questions. Leave it empty to keep ours.",
    )
    touchpoints = TouchpointsField(
        label="Touchpoints to rate",
        required=False,
        queryset=Touchpoint.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="One quick choice each, before the questions. Eight or fewer fit on one page of "
        "a phone.",
    )

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        offer(self, "touchpoints", _touchpoints(organisation))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("start") == BLANK and not cleaned.get("title"):
            self.add_error("title", "A survey that starts blank needs a title.")
        return cleaned


class SurveyWordsForm(Worded, forms.ModelForm):  # type: ignore[type-arg]
    """A survey's own words."""

    language = forms.ChoiceField(
        label="Language",
        choices=[(language, speech(language).name) for language in LANGUAGES],
        initial="en",
        required=False,
        help_text="The language that these words and the questions are written in. Others go "
        "beside them, under Translations.",
    )

    class Meta:
        model = Survey
        fields = (
            *("title", "introduction", "thanks", "since_last_time", "on_one_page", "language"),
        )
        labels: ClassVar = {
            "thanks": "Thank-you",
            "since_last_time": "What happened since last time",
            "on_one_page": "All questions on one page",
        }
        error_messages: ClassVar = {"title": {"required": "Give the survey a title."}}
        help_texts: ClassVar = {
            "introduction": "Shown above the first question.",
            "thanks": "Shown once the answers are in: what will happen with them.",
            "since_last_time": "Shown with the thank-you: what you changed because of what people "
            "said before.",
            "on_one_page": "Otherwise more than eight come five at a time, or as your page breaks "
            "say.",
        }
        widgets: ClassVar = {
            "introduction": forms.Textarea(attrs={"rows": 4}),
            "thanks": forms.Textarea(attrs={"rows": 3}),
            "since_last_time": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_language(self) -> str:
        chosen: str = self.cleaned_data["language"]
        return chosen or self.instance.language


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
        offer(self, "touchpoint", _touchpoints(organisation))
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


class TranslationForm(Worded, forms.Form):
    """A survey's texts in another language, each beside the text it stands for."""

    def __init__(
        self, survey: Survey, questions: Sequence[Question], language: str, **given: Any
    ) -> None:
        super().__init__(**given)
        self._questions = questions
        there = survey.translations.get(language, {})
        self._attrs = {"lang": language, "dir": direction_of(language)}
        for name in ("title", "introduction", "thanks", "since_last_time"):
            own = getattr(survey, name)
            self._offer(
                f"survey~{name}", own, there.get(name, ""), most=200 if name == "title" else 5_000
            )
        for question in questions:
            said = question.translations.get(language, {})
            for name in TRANSLATED:
                own = getattr(question, name)
                most = 60 if name.endswith("_end") else 500
                self._offer(f"{name}~{question.key}", own, said.get(name, ""), most=most)
            for option in question.options:
                name = f"option~{question.key}~{option['key']}"
                known = said.get("options", {}).get(option["key"], "")
                self._offer(name, option["text"], known, most=200)
                self.fields[name].of_option = True  # type: ignore[attr-defined]

    def _offer(self, name: str, own: str, known: str, *, most: int) -> None:
        """A field for a text that there is; what is empty needs no translation."""
        if not own:
            return
        rows = min(6, 1 + len(own) // 60)
        widget = (
            forms.TextInput(attrs=self._attrs)
            if rows == 1
            else forms.Textarea(attrs={**self._attrs, "rows": rows})
        )
        self.fields[name] = forms.CharField(
            label=own, max_length=most, required=False, initial=known, widget=widget
        )

    @property
    def missing(self) -> int:
        """How many texts fall back to the survey's own language."""
        return sum(not field.initial for field in self.fields.values())

    def words(self) -> dict[str, str]:
        return {
            name.removeprefix("survey~"): text
            for name, text in self.cleaned_data.items()
            if name.startswith("survey~")
        }

    def by_question(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for question in self._questions:
            given = {
                name: self.cleaned_data.get(f"{name}~{question.key}", "") for name in TRANSLATED
            }
            options = {
                option["key"]: self.cleaned_data.get(f"option~{question.key}~{option['key']}", "")
                for option in question.options
            }
            found[question.key] = {**given, "options": options}
        return found


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


def _touchpoints(organisation: Organisation) -> QuerySet[Touchpoint]:
    return Touchpoint.objects.filter(organisation=organisation).current().select_related("stage")
