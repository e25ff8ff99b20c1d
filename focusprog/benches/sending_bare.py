"""The least that sending can cost: the same bytes by smtplib, over one connection, without a
database. `python -m focusprog.benches.sending_bare PORT COUNT FILE` prints its CPU seconds.

FILE holds a JSON list of [from, to, message]; they are sent in turn until COUNT have been.
"""

import json
import smtplib
import sys
import time
from itertools import cycle, islice
from pathlib import Path


def main(port: int, count: int, file: Path) -> None:
    emails = [
        (sender, to, message.encode("latin-1"))
        for sender, to, message in json.loads(file.read_bytes())
    ]
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as connection:
        began = time.process_time()
        for sender, to, message in islice(cycle(emails), count):
            connection.sendmail(sender, [to], message)
        print(time.process_time() - began)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
