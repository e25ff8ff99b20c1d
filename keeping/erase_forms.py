"""The words that erase a person, and the address that may come back."""

from typing import Any

from django import forms

from accounts.wording import Worded
from programme.models import Person


class EraseForm(Worded, forms.Form):
    name = forms.CharField(
        label="Type the name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = person.name
        self.fields["name"].error_messages["required"] = f"Type {person.name} to erase them."
        self.fields["name"].help_text = f"{person.name}, so that nobody is erased by mistake."

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if " ".join(name.split()).casefold() != " ".join(self._name.split()).casefold():
            raise forms.ValidationError(f"That is not this person’s name: type {self._name}.")
        return name


class LiftForm(Worded, forms.Form):
    email = forms.EmailField(label="Email address", max_length=254)
