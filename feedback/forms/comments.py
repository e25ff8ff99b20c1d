"""Which comments are looked at, and what one of them is about."""

from collections.abc import Mapping

from django import forms

from accounts.wording import Worded
from feedback.models import Comment, CommentTheme, Round
from feedback.sifting import Sift, asked_texts
from programme.forms.organisation import offer
from programme.models import Organisation, Segment
from touchpoints.models import Touchpoint
from touchpoints.moments import MOMENTS

# As many rounds as anyone scrolls through; the newest.
_ROUNDS = 40
UNTHEMED = "none"


class CommentsForm(Worded, forms.Form):
    """What is looked for; everything is a choice and none is needed."""

    q = forms.CharField(label="Words", required=False, max_length=200)
    round = forms.ModelChoiceField(
        label="Round", queryset=Round.objects.none(), required=False, empty_label="Every round"
    )
    question = forms.ChoiceField(label="Question", required=False)
    moment = forms.ChoiceField(
        label="Moment",
        required=False,
        choices=[("", "Every moment"), *((one, one.capitalize()) for one in reversed(MOMENTS))],
    )
    theme = forms.ChoiceField(label="Theme", required=False)
    touchpoint = forms.ModelChoiceField(
        label="Touchpoint",
        queryset=Touchpoint.objects.none(),
        required=False,
        empty_label="Every touchpoint",
    )
    segment = forms.ModelChoiceField(
        label="Segment", queryset=Segment.objects.none(), required=False, empty_label="Everyone"
    )

    def __init__(self, organisation: Organisation, *, data: Mapping[str, object]) -> None:
        super().__init__(data)
        rounds = Round.objects.filter(
            organisation=organisation, state=Round.State.CLOSED, answers_apart=False
        )
        newest = rounds.order_by("-closed_at", "-pk")[:_ROUNDS]
        offer(
            self, "round", Round.objects.filter(pk__in=newest.values("pk")).order_by("-closed_at")
        )
        offer(self, "touchpoint", Touchpoint.objects.filter(organisation=organisation))
        offer(self, "segment", Segment.objects.filter(organisation=organisation))
        self._asked = {one.name: one for one in asked_texts(organisation)}
        by_survey: dict[str, list[tuple[str, str]]] = {}
        for one in self._asked.values():
            by_survey.setdefault(one.survey, []).append((one.name, one.text))
        self._offer_choices("question", [("", "Every question"), *by_survey.items()])
        themes = CommentTheme.objects.filter(organisation=organisation)
        self._offer_choices(
            "theme",
            [
                ("", "Every theme"),
                (UNTHEMED, "Not yet in a theme"),
                *((str(pk), name) for pk, name in themes.values_list("pk", "name")),
            ],
        )

    def _offer_choices(
        self, name: str, choices: list[tuple[str, str | list[tuple[str, str]]]]
    ) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        field.choices = choices

    def wanted(self) -> Sift:
        """What is asked for; nothing, and so everything, where the form makes no sense."""
        if not self.is_valid():
            return Sift()
        given = self.cleaned_data
        asked = self._asked.get(given["question"])
        theme = given["theme"]
        return Sift(
            words=given["q"],
            round=given["round"].pk if given["round"] else None,
            questions=asked.keys if asked else frozenset(),
            moment=given["moment"],
            touchpoint=given["touchpoint"].pk if given["touchpoint"] else None,
            segment=given["segment"].pk if given["segment"] else None,
            theme=int(theme) if theme.isdigit() else None,
            unthemed=theme == UNTHEMED,
        )


class SortForm(Worded, forms.Form):
    """The touchpoint that a comment is about, and the themes that it is in."""

    touchpoint = forms.ModelChoiceField(
        label="Touchpoint",
        queryset=Touchpoint.objects.none(),
        required=False,
        empty_label="About none in particular",
        help_text="It then stands with that touchpoint’s other comments.",
    )
    themes = forms.ModelMultipleChoiceField(
        label="Themes",
        queryset=CommentTheme.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    new_theme = forms.CharField(label="A new theme", required=False, max_length=80)

    def __init__(
        self, organisation: Organisation, *, data: Mapping[str, object] | None, comment: Comment
    ) -> None:
        initial = {"touchpoint": comment.touchpoint_id, "themes": comment.themes.all()}
        super().__init__(data, initial=initial)
        touchpoints = Touchpoint.objects.filter(organisation=organisation)
        offer(self, "touchpoint", touchpoints.order_by("stage__journey", "stage", "name"))
        offer(self, "themes", CommentTheme.objects.filter(organisation=organisation))
