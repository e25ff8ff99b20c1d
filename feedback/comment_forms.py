"""Which comments are looked at, and the touchpoint that one is about."""

from django import forms
from django.db.models import QuerySet

from accounts.wording import Worded
from feedback.models import Comment, Round
from feedback.searching import asked_for, words_of
from programme.forms import offer
from programme.models import Organisation, Segment
from touchpoints.models import Touchpoint

# As many rounds as anyone scrolls through; the newest.
_ROUNDS = 40


class CommentsForm(Worded, forms.Form):
    """What is looked for; everything is a choice and none is needed."""

    q = forms.CharField(label="Words", required=False, max_length=200)
    round = forms.ModelChoiceField(
        label="Round", queryset=Round.objects.none(), required=False, empty_label="Every round"
    )
    touchpoint = forms.ModelChoiceField(
        label="Touchpoint",
        queryset=Touchpoint.objects.none(),
        required=False,
        empty_label="Every touchpoint",
    )
    segment = forms.ModelChoiceField(
        label="Segment", queryset=Segment.objects.none(), required=False, empty_label="Everyone"
    )

    def __init__(self, organisation: Organisation, *, data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        rounds = Round.objects.filter(
            organisation=organisation, state=Round.State.CLOSED, answers_apart=False
        )
        newest = rounds.order_by("-closed_at", "-pk")[:_ROUNDS]
        offer(
            self, "round", Round.objects.filter(pk__in=newest.values("pk")).order_by("-closed_at")
        )
        offer(self, "touchpoint", Touchpoint.objects.filter(organisation=organisation))
        offer(self, "segment", Segment.objects.filter(organisation=organisation))

    def wanted(self, comments: QuerySet[Comment]) -> QuerySet[Comment]:
        """Those of the comments that were asked for; all of them where the form makes no sense."""
        if not self.is_valid():
            return comments
        for name in ("round", "touchpoint", "segment"):
            if chosen := self.cleaned_data[name]:
                comments = comments.filter(**{name: chosen})
        if words := asked_for(self.cleaned_data["q"]):
            comments = comments.alias(words=words_of("text", "language")).filter(words=words)
        return comments


class TieForm(Worded, forms.Form):
    """The touchpoint that a comment is about."""

    touchpoint = forms.ModelChoiceField(
        label="Touchpoint",
        queryset=Touchpoint.objects.none(),
        required=False,
        empty_label="About none in particular",
        help_text="It then stands with that touchpoint’s other comments.",
    )

    def __init__(self, organisation: Organisation, *, data: object, comment: Comment) -> None:
        super().__init__(data, initial={"touchpoint": comment.touchpoint_id})  # type: ignore[arg-type]
        touchpoints = Touchpoint.objects.filter(organisation=organisation)
        offer(self, "touchpoint", touchpoints.order_by("stage__journey", "stage", "name"))
