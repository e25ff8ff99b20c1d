"""All input of surveys but their questions: begun, their words, and their other languages."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from accounts.wording import Worded
from feedback.forms.questions import touchpoints_of
from feedback.models import Question, Survey
from feedback.ready import library
from feedback.services import TRANSLATED
from feedback.spoken import LANGUAGES, direction_of, speech
from programme.forms.organisation import offer
from programme.models import Organisation
from touchpoints.models import Touchpoint

BLANK = "blank"


class TouchpointsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, touchpoint: Touchpoint) -> str:
        return f"{touchpoint.stage.name}: {touchpoint.name}"


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
        offer(self, "touchpoints", touchpoints_of(organisation))

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
