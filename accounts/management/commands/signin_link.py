from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.signin import signin_url


class Command(BaseCommand):
    help = "Print a link that signs someone in, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--base-url", default=settings.BASE_URL)

    def handle(self, *args: object, email: str, base_url: str, **options: object) -> None:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {email}.")
        self.stdout.write(signin_url(user, base_url=base_url))
