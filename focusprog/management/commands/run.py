from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from focusprog import supervisor


class Command(BaseCommand):
    help = "Start the whole embedded programme in the foreground; Ctrl-C stops it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-sample", action="store_true")

    def handle(
        self, *args: object, host: str, port: int, no_sample: bool, **options: object
    ) -> None:
        supervisor.run(host=host, port=port, sample=not no_sample)
