"""What a person is told where a change is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest


@contextmanager
def refusals_told(request: HttpRequest, refusal: type[Exception]) -> Iterator[None]:
    """Where what is done within is refused by such an error, its words wait for the next page; what
    would have been said within is not."""
    try:
        yield
    except refusal as error:
        messages.error(request, str(error))
