"""All input to the improvements and the register of rules."""

from typing import Any

from django import forms

from accounts.wording import Worded
from programme.forms.organisation import offer
from programme.models import Membership, Organisation
from programme.queries import current_quarter, members_of
from touchpoints.forms.map import MemberField
from touchpoints.models import HandOff, Improvement, Touchpoint
from touchpoints.services.improvements import MOST_WHYS

_LONGEST = 300
_LONGEST_WHY = 1000
_LONGEST_TEXT = 5000
_QUARTERS_AHEAD = 9
_HEADINGS = {
    "title": "What",
    "why_1": "Why",
    "kind": "How",
    "owner": "Who, and by when",
    "expected_effect": "What you expect",
    "state": "Where it stands",
}


class ImprovementForm(Worded, forms.Form):
    title = forms.CharField(
        label="What will you change?",
        error_messages={"required": "Say what you will change."},
        help_text="Say what the customer will notice.",
        max_length=_LONGEST,
    )
    touchpoint = forms.ModelChoiceField(
        label="At which touchpoint?",
        queryset=Touchpoint.objects.none(),
        required=False,
        empty_label="No particular one",
    )
    hand_off = forms.ModelChoiceField(
        label="At one of its hand-offs?",
        queryset=HandOff.objects.none(),
        required=False,
        empty_label="No particular one",
    )
    why_1 = forms.CharField(
        label="Why does this happen?",
        help_text="Ask why of each answer until it is something that you can change.",
        required=False,
        max_length=_LONGEST_WHY,
    )
    why_2 = forms.CharField(label="Why is that?", required=False, max_length=_LONGEST_WHY)
    why_3 = forms.CharField(label="And why is that?", required=False, max_length=_LONGEST_WHY)
    why_4 = forms.CharField(label="And that?", required=False, max_length=_LONGEST_WHY)
    why_5 = forms.CharField(label="And that, at the root?", required=False, max_length=_LONGEST_WHY)
    kind = forms.ChoiceField(
        label="What kind of change is it?",
        error_messages={"required": "Choose the kind of change."},
        choices=Improvement.Kind.choices,
        initial=Improvement.Kind.MEND,
        widget=forms.RadioSelect,
    )
    effort = forms.TypedChoiceField(
        label="How much effort?",
        error_messages={"required": "Choose how much effort it takes."},
        coerce=int,
        choices=[(1, "Little"), (2, "Some"), (3, "Much")],
        initial=2,
    )
    impact = forms.TypedChoiceField(
        label="How much will customers feel it?",
        error_messages={"required": "Choose how much customers will feel it."},
        coerce=int,
        choices=[(1, "A little"), (2, "Clearly"), (3, "Very much")],
        initial=2,
    )
    owner = MemberField(
        label="Who sees to it?",
        queryset=Membership.objects.none(),
        required=False,
        empty_label="Nobody yet",
    )
    due_on = forms.DateField(
        label="By when?",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    expected_effect = forms.CharField(
        label="What do you expect to see?",
        help_text="Written down before, it can be compared with what comes.",
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expected_net = forms.IntegerField(
        label="Which net do you want to reach?",
        help_text="Customers’ share of magic minus their share of misery, from −100 to 100.",
        required=False,
        min_value=-100,
        max_value=100,
    )
    expected_in = forms.ChoiceField(label="In which quarter?", required=False)
    state = forms.ChoiceField(
        label="Where does it stand?",
        error_messages={"required": "Choose where it stands."},
        choices=Improvement.State.choices,
        initial=Improvement.State.PLANNED,
        widget=forms.RadioSelect,
    )
    done_on = forms.DateField(
        label="Done on",
        help_text="Only when it is done. Its effect is measured from this day.",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self,
        *args: Any,
        organisation: Organisation,
        touchpoint: Touchpoint | None,
        **kwargs: Any,
    ) -> None:
        """`touchpoint` is the one whose hand-offs can be chosen; without one, none can."""
        super().__init__(*args, **kwargs)
        for name, heading in _HEADINGS.items():
            self.fields[name].heading = heading  # type: ignore[attr-defined]
        self._offer_quarters(organisation)
        of = Touchpoint.objects.filter(organisation=organisation)
        shown = of.current()
        if touchpoint is not None and touchpoint.archived_at is not None:
            shown = of.filter(pk__in=[*shown.values_list("pk", flat=True), touchpoint.pk])
        offer(self, "touchpoint", shown)
        offer(self, "owner", members_of(organisation))
        chain = HandOff.objects.filter(
            organisation=organisation, touchpoint=touchpoint, archived_at=None
        )
        if touchpoint is not None and chain.exists():
            offer(self, "hand_off", chain)
        else:
            del self.fields["hand_off"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        # A field that was refused says so itself.
        both = {"expected_net", "expected_in"} <= cleaned.keys()
        if both and (cleaned["expected_net"] is None) != (not cleaned["expected_in"]):
            missing = "expected_net" if cleaned["expected_in"] else "expected_in"
            words = {"expected_net": "Say which net, too.", "expected_in": "Say in which quarter."}
            self.add_error(missing, words[missing])
        return cleaned

    def values(self) -> dict[str, Any]:
        """As `add_improvement` and `change_improvement` take them."""
        given = {
            name: value for name, value in self.cleaned_data.items() if not name.startswith("why_")
        }
        whys = [self.cleaned_data[f"why_{number}"] for number in range(1, MOST_WHYS + 1)]
        return {"hand_off": None, **given, "whys": whys}

    def _offer_quarters(self, organisation: Organisation) -> None:
        now = current_quarter(organisation)
        codes = [now.shift(later).code for later in range(_QUARTERS_AHEAD)]
        chosen = self.initial.get("expected_in")
        if chosen and chosen not in codes:
            codes.insert(0, chosen)
        choices = [("", "No particular one"), *((code, code) for code in codes)]
        self.fields["expected_in"].choices = choices  # type: ignore[attr-defined]


def initial_of(improvement: Improvement) -> dict[str, Any]:
    """What the form shows of an improvement; a cause without whys is the first why."""
    whys = improvement.whys or ([improvement.cause] if improvement.cause else [])
    fields = ImprovementForm.base_fields
    return {
        **{name: getattr(improvement, name) for name in fields if not name.startswith("why_")},
        **{f"why_{number}": why for number, why in enumerate(whys, 1)},
    }


class CommentForm(Worded, forms.Form):
    text = forms.CharField(
        label="What is new?",
        error_messages={"required": "Write a few words first."},
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DropForm(Worded, forms.Form):
    reason = forms.CharField(
        label="Why is it dropped?",
        help_text="It goes into the log, so that nobody has to find out twice.",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RuleForm(Worded, forms.Form):
    """A rule in the way: two answers, and three more for who has them."""

    name = forms.CharField(
        label="Which rule is in the way?",
        error_messages={"required": "Say which rule."},
        help_text="Such as “Refunds above €20 need a manager’s signature”.",
        max_length=_LONGEST,
    )
    hampered = forms.CharField(
        label="Whom does it hamper?",
        error_messages={"required": "Say whose way it is in."},
        help_text="Customers, colleagues or both: “whoever stands at the counter, and the queue”.",
        max_length=_LONGEST,
    )
    lifter = forms.CharField(
        label="Who may lift it?", help_text="As far as you know.", required=False, max_length=200
    )
    touchpoint = forms.ModelChoiceField(
        label="At which touchpoint?",
        queryset=Touchpoint.objects.none(),
        required=False,
        empty_label="No particular one",
    )
    example = forms.CharField(
        label="When was it last in the way?",
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "touchpoint", Touchpoint.objects.filter(organisation=organisation).current())


class RuleChangeForm(RuleForm):
    since = forms.CharField(
        label="What happened since it was lifted?",
        help_text="Who decides now, and what came of it.",
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, lifted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not lifted:
            del self.fields["since"]


class RuleLiftForm(Worded, forms.Form):
    on = forms.DateField(
        label="Lifted on",
        error_messages={"required": "Say on which day."},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class RuleKeepForm(Worded, forms.Form):
    because = forms.CharField(
        label="Why does it stay?",
        error_messages={"required": "Say why: whoever named it will want to know."},
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
