"""All input of surveys, rounds, answers and cases."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.utils import timezone

from accounts.wording import Worded
from feedback import queries
from feedback.models import Question, Response, Round, Survey
from feedback.services import QuestionSpec
from programme.forms import offer
from programme.models import Organisation, Period, Segment, Team
from programme.queries import quarters_back
from touchpoints.models import Touchpoint

_MOMENTS = (
    ("magic", "Better than I hoped"),
    ("mediocrity", "As it should be"),
    ("misery", "It let me down"),
)
_SATISFACTION = (
    ("1", "Very dissatisfied"),
    ("2", "Dissatisfied"),
    ("3", "Neither"),
    ("4", "Satisfied"),
    ("5", "Very satisfied"),
)
_EXPECTED = (
    ("1", "Much worse than I expected"),
    ("2", "Worse"),
    ("3", "As I expected"),
    ("4", "Better"),
    ("5", "Much better than I expected"),
)
_CONSENT = (
    ("love", "I love it"),
    ("live", "I can live with it"),
    ("object", "I object"),
)
_YES_NO = (
    ("yes", "Yes"),
    ("no", "No"),
)
# What a radio button sends for no answer; an empty value would be chosen before anyone chose.
_SKIP = "-"
CHOICES: dict[str, Sequence[tuple[str, str]]] = {
    Question.Kind.MOMENT: _MOMENTS,
    Question.Kind.RECOMMEND: tuple((str(n), str(n)) for n in range(11)),
    Question.Kind.SATISFACTION: _SATISFACTION,
    Question.Kind.EXPECTED: _EXPECTED,
    Question.Kind.PLACE: tuple((str(n), str(n)) for n in Question.VALUES[Question.Kind.PLACE]),
    Question.Kind.CONSENT: _CONSENT,
    Question.Kind.YES_NO: _YES_NO,
}


class TouchpointField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, touchpoint: Touchpoint) -> str:
        return f"{touchpoint.stage.name}: {touchpoint.name}"


class TouchpointsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, touchpoint: Touchpoint) -> str:
        return f"{touchpoint.stage.name}: {touchpoint.name}"


class AnswerForm(forms.Form):
    """One page of a survey; each question's field is named "q-" and its key."""

    use_required_attribute = False

    def __init__(self, questions: Sequence[Question], **given: Any) -> None:
        super().__init__(**given)
        ranked = sum(question.kind == Question.Kind.PLACE for question in questions)
        for question in questions:
            self.fields[f"q-{question.key}"] = _answer_field(question, ranked)

    def only_lacks_answers(self) -> bool:
        """Whether all that is wrong is that required answers are missing."""
        errors = self.errors.as_data().values()
        return all(error.code == "required" for found in errors for error in found)

    def answers(self) -> dict[str, str | int | None]:
        """The valid answers by question key; None where there is none."""
        return {
            name.removeprefix("q-"): value if value != "" else None
            for name, value in self.cleaned_data.items()
        }


def _word(value: str) -> str | None:
    return None if value == _SKIP else value


_WORDS = (Question.Kind.MOMENT, Question.Kind.CONSENT, Question.Kind.YES_NO)


def _number(value: str) -> int | None:
    return None if value == _SKIP else int(value)


def _answer_field(question: Question, ranked: int) -> forms.Field:
    """The field of a question; `ranked` is how many things are ranked: so many places there are."""
    if question.is_text:
        long = question.kind == Question.Kind.LONG_TEXT
        return forms.CharField(
            label=question.text,
            help_text=question.hint,
            required=question.required,
            # No maxlength in the page: a browser would cut a pasted text without a word.
            validators=[
                MaxLengthValidator(
                    Response.TEXT_LIMIT,
                    f"We can keep {Response.TEXT_LIMIT:,} characters here, and this has "
                    "%(show_value)d. Nothing is lost: please shorten it below.",
                )
            ],
            widget=forms.Textarea(attrs={"rows": 5}) if long else forms.TextInput,
            error_messages={
                "required": "Please write a few words here.",
                "null_characters_not_allowed": (
                    "There is a character in this text that we cannot keep. Please take it out."
                ),
            },
        )
    choices = list(CHOICES[question.kind])
    if question.kind == Question.Kind.PLACE:
        choices = choices[:ranked]
    if not question.required:
        is_yes_no = question.kind == Question.Kind.YES_NO
        choices.append((_SKIP, "No answer" if is_yes_no else "I can’t say"))
    return forms.TypedChoiceField(
        label=question.text,
        help_text=question.hint,
        required=question.required,
        choices=choices,
        coerce=_word if question.kind in _WORDS else _number,
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Please choose one of these.",
            "invalid_choice": "That is not one of the answers offered. Please choose one of these.",
        },
    )


class SurveyStartForm(Worded, forms.Form):
    """Which ready survey to begin with, and which touchpoints it rates."""

    start = forms.ChoiceField(
        label="Start from",
        error_messages={"required": "Choose where to start from."},
        choices=[
            ("customers", "A customer survey that is ready to send"),
            ("staff", "A staff survey that is ready to send"),
            ("blank", "A blank page"),
        ],
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
        help_text="One quick choice each. Eight or fewer fit on one page of a phone.",
    )

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        offer(self, "touchpoints", _touchpoints(organisation))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("start") == "blank" and not cleaned.get("title"):
            self.add_error("title", "A survey that starts blank needs a title.")
        return cleaned


class SurveyWordsForm(Worded, forms.ModelForm):  # type: ignore[type-arg]
    """A survey's own words."""

    class Meta:
        model = Survey
        fields = ("title", "introduction", "thanks")
        labels: ClassVar = {"thanks": "Thank-you"}
        error_messages: ClassVar = {"title": {"required": "Give the survey a title."}}
        help_texts: ClassVar = {
            "introduction": "Shown above the first question.",
            "thanks": "Shown once the answers are in: what will happen with them.",
        }
        widgets: ClassVar = {
            "introduction": forms.Textarea(attrs={"rows": 4}),
            "thanks": forms.Textarea(attrs={"rows": 3}),
        }


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
    touchpoint = TouchpointField(
        label="Touchpoint",
        required=False,
        queryset=Touchpoint.objects.none(),
        empty_label="None",
        help_text="Ratings of a touchpoint go to the heatmap.",
    )
    required = forms.BooleanField(label="Needs an answer", required=False)

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        offer(self, "touchpoint", _touchpoints(organisation))

    def spec(self, key: str = "") -> QuestionSpec:
        touchpoint = self.cleaned_data["touchpoint"]
        return QuestionSpec(
            key=key,
            kind=self.cleaned_data["kind"],
            text=self.cleaned_data["text"],
            hint=self.cleaned_data["hint"],
            required=self.cleaned_data["required"],
            touchpoint_id=touchpoint.pk if touchpoint is not None else None,
        )


class RoundForm(Worded, forms.Form):
    """Whom to ask what, until when."""

    survey = forms.ModelChoiceField(
        label="Survey",
        queryset=Survey.objects.none(),
        empty_label="Choose a survey",
        error_messages={"required": "Choose a survey."},
    )
    title = forms.CharField(
        label="Subject",
        error_messages={"required": "Give the email a subject."},
        max_length=200,
        help_text="The subject of the email, and the round's name in your lists.",
    )
    audience = forms.ChoiceField(
        label="Who is asked",
        error_messages={"required": "Choose who is asked."},
        choices=[("external", "Customers"), ("internal", "Staff")],
        widget=forms.RadioSelect,
        initial="external",
    )
    segments = forms.ModelMultipleChoiceField(
        label="Customers: only these segments",
        queryset=Segment.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen means all of them.",
    )
    most_valuable = forms.IntegerField(
        label="Customers: only the most valuable",
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="How many, by yearly value. Leave it empty for everyone.",
    )
    teams = forms.ModelMultipleChoiceField(
        label="Staff: only these teams",
        queryset=Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen means all of them.",
    )
    privacy = forms.ChoiceField(
        label="Named or confidential",
        error_messages={"required": "Choose named or confidential."},
        choices=[
            ("named", "Named: you can see who said what, and come back to them"),
            ("confidential", "Confidential: nobody can see who gave which answer"),
        ],
        widget=forms.RadioSelect,
        initial="named",
    )
    period = forms.ChoiceField(
        label="Counts for",
        help_text="The quarter of the heatmap.",
        error_messages={"required": "Choose the quarter it counts for."},
    )
    closes_on = forms.DateField(
        label="Last day for answers",
        error_messages={"required": "Choose the last day for answers."},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="The round closes by itself at the end of that day.",
    )
    message = forms.CharField(
        label="Message",
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="The email's own words: why you ask, and what you will do with the answers.",
    )

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        self.organisation = organisation
        self.fields["privacy"].help_text = (
            f"A confidential round shows figures from {organisation.figures_from} answers on and "
            f"comments from {organisation.comments_from}; this cannot be changed once it is sent."
        )
        offer(self, "survey", queries.surveys(organisation, with_questions=True))
        offer(self, "segments", Segment.objects.filter(organisation=organisation))
        offer(self, "teams", Team.objects.filter(organisation=organisation))
        codes = [quarter.code for quarter in quarters_back(organisation, 4)]
        closed = {
            period.code
            for period in Period.objects.filter(organisation=organisation, closed_at__isnull=False)
        }
        self.fields["period"].choices = [(code, code) for code in codes if code not in closed]  # type: ignore[attr-defined]
        self.today = timezone.now().astimezone(ZoneInfo(organisation.timezone)).date()
        self.fields["closes_on"].initial = self.today + dt.timedelta(days=14)

    def clean_closes_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["closes_on"]
        if day < self.today:
            raise forms.ValidationError("That day has passed. Choose today or a later one.")
        return day

    def selection(self) -> dict[str, Any]:
        """What is chosen so far, as `create_round` takes it; also of a form not yet valid."""
        cleaned = self.cleaned_data
        chosen: dict[str, Any] = {}
        if cleaned.get("audience") == Round.Audience.INTERNAL:
            chosen["teams"] = [team.pk for team in cleaned.get("teams") or ()]
        else:
            chosen["segments"] = [segment.pk for segment in cleaned.get("segments") or ()]
            chosen["most_valuable"] = cleaned.get("most_valuable")
        return {name: value for name, value in chosen.items() if value}

    def closes_at(self) -> dt.datetime:
        """The last minute of the last day, where the organisation is."""
        there = ZoneInfo(self.organisation.timezone)
        return dt.datetime.combine(self.cleaned_data["closes_on"], dt.time(23, 59), there)


def _touchpoints(organisation: Organisation) -> QuerySet[Touchpoint]:
    return Touchpoint.objects.filter(organisation=organisation).current().select_related("stage")
