"""Input to a mission in use: weighings, commitments, hidden words."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.wording import Worded
from missions.forms.drafting import LONGEST_WORDS, PlainText
from missions.models import Decision, Mission, StatementClause, WeighedOption, Weighing
from missions.services.compass import FEWEST_OPTIONS, MOST_OPTIONS
from programme.models import Membership, Organisation, Role

LONGEST_OPTION = 300


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class WeighingForm(Worded, forms.Form):
    kind = forms.ChoiceField(
        label="What is it?",
        choices=Weighing.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the two."},
    )
    question = forms.CharField(
        label="What is the question?",
        help_text="“Do we open on Sundays?”",
        max_length=300,
        error_messages={"required": "Say what is to be decided."},
    )
    customer_change = PlainText(
        label="What does this change for the customer?",
        help_text="If the honest answer is “nothing”, write why it is worth deciding all the same.",
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "This is the one question that is never skipped."},
    )
    options = PlainText(
        label="The options",
        help_text="One a line, two to six. “Leave it as it is” is often one of them.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Name two to six options."},
    )

    def clean_options(self) -> list[str]:
        lines = self.cleaned_data["options"].splitlines()
        options = [option for line in lines if (option := line.strip())]
        if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
            raise forms.ValidationError(
                f"Name two to six options, one a line: there are {len(options)} now."
            )
        if any(len(option) > LONGEST_OPTION for option in options):
            raise forms.ValidationError(f"Keep each option under {LONGEST_OPTION} characters.")
        if len({option.casefold() for option in options}) < len(options):
            raise forms.ValidationError("Two of the options are the same.")
        return options


class SettleForm(Worded, forms.Form):
    """What was decided, after everyone has seen everyone's judgement."""

    fit = forms.ChoiceField(
        label="All in all, held against the mission, it",
        choices=Decision.Fit.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the three."},
    )
    decided_on = forms.DateField(
        label="Decided on",
        widget=_day(),
        error_messages={"required": "Give the day on which it was decided."},
    )
    review_on = forms.DateField(
        label="When will you look at what came of it?",
        help_text="On that day an email asks you. You can leave this empty.",
        required=False,
        widget=_day(),
    )

    def __init__(self, *args: Any, weighing: Weighing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = forms.ModelChoiceField(
            label="Which did you decide for?",
            queryset=WeighedOption.objects.filter(weighing=weighing),
            widget=forms.RadioSelect,
            empty_label=None,
            error_messages={
                "required": "Choose one of the options.",
                "invalid_choice": "Choose one of the options.",
            },
        )
        self.fields = {"option": chosen, **self.fields}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        decided, review = cleaned.get("decided_on"), cleaned.get("review_on")
        if decided and decided.year < 1900:
            self.add_error("decided_on", "Check the year.")
        elif decided and review and review <= decided:
            self.add_error("review_on", "Choose a day after the decision.")
        return cleaned


class DecisionReviewForm(Worded, forms.Form):
    """The second look at a decision."""

    kept = forms.ChoiceField(
        label="Did it do for the customer what we said?",
        choices=Decision.Kept.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the three."},
    )
    outcome = PlainText(
        label="What came of it?",
        help_text="How do you know? A sentence from a customer says more than a guess.",
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what came of it, even if it is “we do not know”."},
    )


class _Clauses(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: StatementClause) -> str:
        return obj.text


class _People(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Membership) -> str:
        return str(obj.user)


class CommitmentForm(Worded, forms.Form):
    text = forms.CharField(
        label="How do you live it, daily?",
        help_text="Something that a colleague could see you do. “I ring back before lunch.”",
        max_length=300,
        error_messages={"required": "Say what you will do."},
    )

    def __init__(self, *args: Any, mission: Mission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clause = _Clauses(
            label="Which part of the mission?",
            queryset=StatementClause.objects.filter(mission=mission).select_related("mission"),
            widget=forms.RadioSelect,
            empty_label=None,
            error_messages={
                "required": "Choose the part that it brings to life.",
                "invalid_choice": "Choose one of these parts.",
            },
        )
        self.fields = {"clause": clause, **self.fields, "owner": _owner(mission.organisation)}


class GiveForm(Worded, forms.Form):
    """Who lives a commitment from now on."""

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = _owner(organisation)


def _owner(organisation: Organisation) -> _People:
    return _People(
        label="Who?",
        queryset=_colleagues(organisation),
        empty_label=None,
        error_messages={
            "required": "Choose who will do it.",
            "invalid_choice": "Choose someone from the list.",
        },
    )


def _colleagues(organisation: Organisation) -> QuerySet[Membership]:
    """Those who work here, by name."""
    return (
        Membership.objects.filter(organisation=organisation)
        .exclude(role=Role.AUDITOR)
        .select_related("user")
        .order_by("user__name", "pk")
    )


class JudgesForm(Worded, forms.Form):
    """Whom to ask to judge."""

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wrong = "Choose colleagues from the list."
        self.fields["colleagues"] = forms.ModelMultipleChoiceField(
            queryset=_colleagues(organisation),
            error_messages={
                "required": "Choose whom to ask.",
                **dict.fromkeys(("invalid_choice", "invalid_pk_value", "invalid_list"), wrong),
            },
        )


class HideForm(Worded, forms.Form):
    reason = forms.CharField(
        label="Why?",
        help_text="Leaders and managers can read it. The words are kept and can be shown again.",
        max_length=500,
        error_messages={"required": "Give a reason: it stays on record."},
    )
