from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.signin import signin_url


class Command(BaseCommand):
    help = "Print a one-time link, good for a day, that signs a user in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--base-url", default=settings.BASE_URL, help="the site's address")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user with the address {options['email']}.")
        try:
            self.stdout.write(signin_url(user, base_url=options["base_url"]))
        except ValueError as error:
            raise CommandError(str(error)) from error
