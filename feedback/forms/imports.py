"""The upload of past answers."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.wording import Worded
from feedback.import_files import FileError, open_answers
from feedback.import_rows import columns_of
from feedback.mapping import MappingError, ResponseMapping, parse_mapping

_LARGEST_FILE = 50 * 1024 * 1024
_LARGEST_MAPPING = 512 * 1024


class ImportForm(Worded, forms.Form):
    """A file of answers with its mapping; both are read far enough to say what cannot work."""

    file = forms.FileField(
        label="Answers",
        error_messages={
            "required": "Choose the file with the answers.",
            "empty": "This file is empty.",
        },
        help_text="A CSV or XLSX with one row for each person who answered, up to 50 MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    mapping = forms.FileField(
        label="Mapping",
        error_messages={
            "required": "Choose the mapping.",
            "empty": "This mapping is empty.",
        },
        help_text="A TOML file that says what each column means; see the example below.",
        widget=forms.ClearableFileInput(attrs={"accept": ".toml,text/plain"}),
    )
    strict = forms.BooleanField(
        label="Refuse the whole file if any of it does not fit",
        help_text="Otherwise what does not fit is left out, and you see which rows that were.",
        required=False,
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is not None and file.size > _LARGEST_FILE:
            raise forms.ValidationError(
                "This file is larger than 50 MB. Split it, or ask your administrator to bring it "
                "in with the import_responses command, which takes any size."
            )
        return file

    def clean_mapping(self) -> str:
        """The mapping's text, which has been understood."""
        file: UploadedFile[bytes] = self.cleaned_data["mapping"]
        if file.size is not None and file.size > _LARGEST_MAPPING:
            raise forms.ValidationError("This is larger than any mapping: is it the right file?")
        try:
            text: str = file.read().decode("utf-8-sig")
            self.meaning: ResponseMapping | None = parse_mapping(text)
        except UnicodeDecodeError as error:
            raise forms.ValidationError(
                "The mapping is not UTF-8 text, as TOML must be."
            ) from error
        except MappingError as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "file" in cleaned and "mapping" in cleaned and self.meaning:
            try:
                columns_of(open_answers(cleaned["file"]), self.meaning)
            except FileError as error:
                self.add_error("file", str(error))
        return cleaned
