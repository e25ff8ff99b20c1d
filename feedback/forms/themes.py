"""What a theme of comments is called, what it is about, and into which it is merged."""

from collections.abc import Mapping

from django import forms

from accounts.wording import Worded
from feedback.models import CommentTheme
from programme.forms.organisation import offer
from programme.models import Organisation
from touchpoints.models import Touchpoint


class ThemeForm(Worded, forms.Form):
    name = forms.CharField(label="Name", max_length=80)
    touchpoint = forms.ModelChoiceField(
        label="Touchpoint",
        queryset=Touchpoint.objects.none(),
        required=False,
        empty_label="About none in particular",
        help_text="Its comments that are about no touchpoint yet then stand with this one’s.",
    )

    def __init__(
        self, organisation: Organisation, *, data: Mapping[str, object] | None, theme: CommentTheme
    ) -> None:
        super().__init__(data, initial={"name": theme.name, "touchpoint": theme.touchpoint_id})
        touchpoints = Touchpoint.objects.filter(organisation=organisation)
        offer(self, "touchpoint", touchpoints.order_by("stage__journey", "stage", "name"))


class MergeForm(Worded, forms.Form):
    """Another theme of the organisation."""

    into = forms.ModelChoiceField(
        label="Merge it into", queryset=CommentTheme.objects.none(), empty_label="Choose a theme"
    )

    def __init__(self, *, data: Mapping[str, object] | None, theme: CommentTheme) -> None:
        super().__init__(data)
        others = CommentTheme.objects.filter(organisation=theme.organisation_id)
        offer(self, "into", others.exclude(pk=theme.pk))
