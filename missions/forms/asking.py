"""Whom a mission asks by email, and with which message."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.wording import Worded
from missions.forms.drafting import PlainText
from missions.models import Voice
from programme.forms.organisation import offer
from programme.models import Organisation, Person, Segment

USUALLY_ASKED = 20
LONGEST_MESSAGE = 3000


class _Segments(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Segment) -> str:
        return f"{obj.name} (target)" if obj.is_target else obj.name


class AskForm(Worded, forms.Form):
    """Staff are asked all together; customers by value, by segment, or picked by hand.

    Whom is asked can be read off a form that is not valid yet: what cannot be read is nobody.
    """

    whom = forms.ChoiceField(
        label="Which customers?",
        required=False,
        choices=[
            ("valuable", "The most valuable: those you would least like to lose"),
            ("segments", "Those of some segments"),
            ("picked", "Picked by name"),
        ],
        widget=forms.RadioSelect,
    )
    most_valuable = forms.IntegerField(
        label="How many of the most valuable?",
        help_text="Counted from the highest yearly value down, among those we can reach.",
        required=False,
        min_value=1,
        max_value=5000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    segments = _Segments(
        label="Which segments?",
        help_text="Your target segments stand first.",
        queryset=Segment.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "One of these segments is no longer there."},
    )
    search = forms.CharField(
        label="Find customers",
        help_text="By name, address or segment.",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    people = forms.ModelMultipleChoiceField(
        label="Picked",
        queryset=Person.objects.none(),
        required=False,
        error_messages={
            "invalid_choice": "Someone you picked is no longer among your customers.",
            "invalid_pk_value": "Someone you picked is no longer among your customers.",
        },
    )
    message = PlainText(
        label="Your message",
        error_messages={"required": "Write them a message."},
        help_text="It stands above the question’s link in the email.",
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, organisation: Organisation, voice: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.to_customers = voice == Voice.CUSTOMER
        if not self.to_customers:
            for name in ("whom", "most_valuable", "segments", "search", "people"):
                del self.fields[name]
            return
        segments = Segment.objects.filter(organisation=organisation)
        offer(self, "segments", segments.order_by("-is_target", "position", "name"))
        customers = Person.objects.filter(organisation=organisation).customers().active()
        offer(self, "people", customers)

    def clean_whom(self) -> str:
        return self.cleaned_data["whom"] or "valuable"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        missing = {
            "valuable": ("most_valuable", "Enter how many customers to ask."),
            "segments": ("segments", "Choose at least one segment."),
            "picked": ("people", "Find the customers you mean, tick them, then look again."),
        }
        if self.to_customers and (whom := cleaned.get("whom")) in missing:
            field, words = missing[whom]
            if not cleaned.get(field) and field not in self.errors:
                self.add_error(field, words)
        return cleaned

    def selection(self) -> dict[str, Any]:
        """Whom is asked, as a round's selection takes it; before anything was sent, the usual."""
        if not self.to_customers:
            return {}
        if not self.is_bound:
            return {"most_valuable": USUALLY_ASKED}
        whom = self.cleaned_data.get("whom", "valuable")
        if whom == "segments":
            return {"segments": [one.pk for one in self.cleaned_data.get("segments") or ()] or [0]}
        if whom == "picked":
            return {"people": [one.pk for one in self.picked()] or [0]}
        return {"most_valuable": self.cleaned_data.get("most_valuable") or USUALLY_ASKED}

    def picked(self) -> QuerySet[Person]:
        """The customers ticked so far."""
        chosen = self.cleaned_data.get("people") if self.is_bound and self.to_customers else None
        return (chosen if chosen is not None else Person.objects.none()).select_related("segment")
