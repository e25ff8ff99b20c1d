import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.db import transaction

from feedback import imports
from feedback.import_files import FileError, open_answers
from feedback.import_rows import ImportSummary
from feedback.mapping import MappingError, parse_mapping


class Command(BaseCommand):
    help = (
        "Bring in past survey answers from a CSV or XLSX, as a TOML mapping explains it. "
        "Prints a JSON summary; twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--mapping", type=Path, required=True, metavar="MAPPING.toml")
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument(
            "--leader", default="", metavar="EMAIL", help="whose account may see a new organisation"
        )
        parser.add_argument(
            "--strict", action="store_true", help="refuse the whole file if any of it does not fit"
        )

    def handle(
        self,
        *args: object,
        file: Path,
        mapping: Path,
        organisation: str,
        leader: str,
        strict: bool,
        **_: object,
    ) -> None:
        try:
            validate_slug(organisation)
            meaning = parse_mapping(mapping.read_text("utf-8-sig"))
            with file.open("rb") as opened, transaction.atomic():
                owner, has_members = imports.ensure_organisation(
                    slug=organisation, name=meaning.organisation, leader_email=leader
                )
                summary = imports.import_responses(
                    organisation=owner,
                    file=open_answers(opened),
                    mapping=meaning,
                    strict=strict,
                    progress=self._progress,
                )
        except ValidationError as error:
            raise CommandError(
                "--organisation takes the organisation's short name: letters, digits and dashes."
            ) from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{mapping} is not UTF-8, as TOML must be.") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        except imports.ImportRefusedError as error:
            if error.summary:
                self._print(error.summary)
            raise CommandError(str(error)) from error
        except (MappingError, FileError) as error:
            raise CommandError(str(error)) from error
        self._print(summary)
        if not summary.changed:
            self.stderr.write("This file was brought in before: nothing has changed.")
        if not has_members:
            self.stderr.write(
                f"Nobody belongs to {owner} yet: run this again with --leader and the email of "
                "someone who has an account."
            )

    def _print(self, summary: ImportSummary) -> None:
        self.stdout.write(json.dumps(summary.as_json(), indent=2, ensure_ascii=False))

    def _progress(self, done: int, rows: int) -> None:
        """On a terminal one line that changes; in a log a line now and then."""
        words = f"{done:,} of {rows:,} rows" if rows else f"{done:,} rows found"
        if self.stderr.isatty():
            self.stderr.write(f"\r{words}", ending="\n" if done == rows else "")
        elif done % 10_000 == 0 or done == rows:
            self.stderr.write(words)
