"""The page that shows every part of the design system."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import signed_in
from accounts.requests import SignedInRequest
from accounts.wording import Worded

_PARTS = (
    *("Mission words", "Type", "Colours", "Buttons", "Forms", "Tables", "Cards"),
    *("Navigation", "Notices", "Figures", "Moments", "Drawer"),
)
_SIZES = (13, 15, 17, 20, 24, 30, 38, 52)
_COLOURS = ("paper", "surface", "accent", "accent-tint", "danger-tint", "warning-tint")
_ICONS = (
    *("home", "mission", "touchpoints", "feedback", "improvements", "reports", "people"),
    *("settings", "mail", "check", "warning", "plus", "search", "download", "upload", "print"),
    *("user", "sign-out", "switch", "lock", "clock", "edit", "trash", "undo", "close", "menu"),
    *("arrow-left", "arrow-right", "arrow-up", "arrow-down", "chevron-down", "external"),
)
_FIGURES = (
    # label, value, low and high of its interval in points, note
    ("Net of all touchpoints", "+12", 4, 20, "148 answers; no detectable change"),
    ("Would recommend", "+31", 19, 43, "143 answers; up from +8"),
    ("The invoice", "−42", -58, -26, "31 answers; no detectable change"),
)
_MOMENTS = (
    ("magic", "★", "magic"),
    ("leaning-magic", "△", "leaning magic"),
    ("mediocrity", "○", "mediocrity"),
    ("leaning-misery", "▽", "leaning misery"),
    ("misery", "▼", "misery"),
    ("unclear", "?", "unclear"),
    ("split", "⇄", "split"),
    ("hidden", "", "fewer than 5"),
)


class _ExampleForm(Worded, forms.Form):
    """One field of each kind."""

    name = forms.CharField(help_text="As they like to be called.")
    email = forms.EmailField(required=False)
    segment = forms.ChoiceField(choices=[("", "Choose one"), ("h", "Housing associations")])
    value = forms.DecimalField(label="Yearly value", help_text="In pounds.")
    since = forms.DateField(
        label="With us since", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    kind = forms.ChoiceField(
        choices=[("magic", "Better than I hoped"), ("misery", "It let me down")],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label="They have agreed to be asked")
    table = forms.FileField(label="A table of people", help_text="CSV or XLSX.", required=False)


@signed_in
def style(request: SignedInRequest) -> HttpResponse:
    return render(
        request,
        "style.html",
        {
            "parts": _PARTS,
            "sizes": _SIZES,
            "colours": _COLOURS,
            "icons": _ICONS,
            "figures": _FIGURES,
            "moments": _MOMENTS,
            "form": _ExampleForm(initial={"name": "Amara Doyle", "kind": "magic"}),
            "wrong_form": _ExampleForm(
                {"name": "", "email": "amara at home", "kind": "magic"}, auto_id="wrong_%s"
            ),
        },
    )
