#!/usr/bin/env python
"""Django's commands; in the embedded shape they bring up the database and the queue they need."""

import contextlib
import os
import sys

# `run` starts its own; the others never ask the database or the queue.
_WITHOUT_SERVICES = {"run", "help", "version", "check", "collectstatic", "bench"}


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "focusprog.settings")
    from focusprog.datafolder import EmbeddedError
    from focusprog.embedded import services

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    needed = "DATABASE_URL" not in os.environ and command not in _WITHOUT_SERVICES
    try:
        if command == "run":
            # Not one of Django's: the supervisor starts what Django's settings ask for.
            from focusprog import supervisor

            supervisor.main(sys.argv[2:])
            return 0
        with services() if needed else contextlib.nullcontext():
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
