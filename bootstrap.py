#!/usr/bin/env python3
"""Prepare this folder so that focusprog runs: a Python, its packages, the system's libraries.

Called by the Makefile with one word: `setup`, `run`, `dev` or `browser`. Runs on Python 3.9, uses
nothing but the standard library, and does again only what has changed.
"""

import ctypes.util
import glob
import hashlib
import os
import pwd
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
TOOLS = os.path.join(HERE, ".tools")
PROBE = (
    "import sys, venv; ok = (3, 12) <= sys.version_info < (3, 15);"
    "print(getattr(sys, '_base_executable', None) or sys.executable) if ok else sys.exit(1)"
)
# What WeasyPrint loads, and the Debian packages that bring it.
LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
    "fontconfig": "libfontconfig1",
}


def main(goal: str) -> None:
    if goal == "browser":
        system_packages(
            missing_programs({"chromium": "chromium", "pdftotext": "poppler-utils"}),
            "The tests drive a real Chromium and read PDFs back",
        )
        return
    make_venv("requirements-dev.lock" if goal == "dev" else "requirements.lock", goal)
    if goal != "setup":
        system_packages(missing_libraries(), "Printing PDFs needs system libraries")


def say(words: str) -> None:
    print(words, flush=True)


def fail(words: str) -> None:
    sys.exit(words)


def make_venv(lock: str, goal: str) -> None:
    """Make .venv as `lock` says; a stamp remembers what it was made from."""
    python = os.path.join(VENV, "bin", "python")
    with open(os.path.join(HERE, lock), "rb") as file:
        wanted = lock + " " + hashlib.sha256(file.read()).hexdigest()
    stamp = os.path.join(VENV, "focusprog-stamp")
    have = read(stamp).splitlines()
    # The development lock holds everything that running needs.
    if works(python) and (wanted in have or (goal in ("run", "setup") and is_dev_current(have))):
        return
    uv = find_uv()
    if not works(python):
        shutil.rmtree(VENV, ignore_errors=True)
        found = find_python()
        if found is None:
            uv = uv or get_uv()
            say("No Python 3.12 or later was found: uv fetches one.")
            run(
                [uv, "venv", "--quiet", "--managed-python", "--python", "3.13", VENV],
                "No Python 3.12 or later was found and none could be fetched: please install one.",
                quiet=True,
            )
        elif uv:
            run([uv, "venv", "--quiet", "--python", found, VENV], "The .venv could not be made.")
        else:
            run(
                [found, "-m", "venv", VENV],
                "Python's venv is missing: on Debian, apt-get install python3-venv.",
            )
    say("Installing the packages of " + lock + " ...")
    common = ["--require-hashes", "--only-binary", ":all:"]
    sorry = "The packages could not be installed: is the package index reachable?"
    if uv:
        run(
            [uv, "pip", "sync", "--quiet", "--python", python]
            + common
            + [os.path.join(HERE, lock)],
            sorry,
        )
    else:
        run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            + common
            + ["-r", os.path.join(HERE, lock)],
            sorry,
        )
    with open(stamp, "w") as file:
        file.write(wanted + "\n")


def is_dev_current(have: "list[str]") -> bool:
    """Whether .venv was made from today's development lock."""
    with open(os.path.join(HERE, "requirements-dev.lock"), "rb") as file:
        return "requirements-dev.lock " + hashlib.sha256(file.read()).hexdigest() in have


def read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def works(python: str) -> "str | None":
    """The real path of an interpreter that runs and is new enough. Version managers leave shims
    that exist and fail, so each is tried by running it."""
    try:
        done = subprocess.run(
            [python, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode().strip() if done.returncode == 0 else None


def find_python() -> "str | None":
    for name in ("python3.13", "python3.14", "python3.12", "python3"):
        path = shutil.which(name)
        found = works(path) if path else None
        if found:
            return found
    # HOME may point elsewhere, or nowhere; the account's own folder is asked for as well.
    homes = [os.path.expanduser("~"), pwd.getpwuid(os.getuid()).pw_dir]
    roots = [os.environ.get("PYENV_ROOT", "")] + [os.path.join(home, ".pyenv") for home in homes]
    roots += ["/opt/pyenv", "/usr/local/pyenv"]
    # Where the shims themselves stand tells where their versions are.
    shim = shutil.which("python3")
    if shim and os.path.basename(os.path.dirname(shim)) == "shims":
        roots.append(os.path.dirname(os.path.dirname(shim)))
    for root in filter(None, roots):
        for version in ("3.13", "3.14", "3.12"):
            for path in sorted(
                glob.glob(os.path.join(root, "versions", version + "*", "bin", "python3"))
            ):
                found = works(path)
                if found:
                    return found
    return None


def find_uv() -> "str | None":
    own = os.path.join(TOOLS, "bin", "uv")
    return shutil.which("uv") or (own if os.path.exists(own) else None)


def get_uv() -> str:
    """Install uv into a folder of ours, with whatever Python there is."""
    run(
        [sys.executable, "-m", "venv", TOOLS],
        "No Python 3.12 or later was found: please install one, or uv.",
        quiet=True,
    )
    run(
        [
            os.path.join(TOOLS, "bin", "pip"),
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "uv",
        ],
        "No Python 3.12 or later was found, and uv could not be installed to fetch one: "
        "please install one.",
        quiet=True,
    )
    return os.path.join(TOOLS, "bin", "uv")


def missing_libraries() -> "list[str]":
    if sys.platform != "linux":
        return []
    return [package for name, package in LIBRARIES.items() if not ctypes.util.find_library(name)]


def missing_programs(programs: "dict[str, str]") -> "list[str]":
    return [package for name, package in programs.items() if not shutil.which(name)]


def system_packages(packages: "list[str]", why: str) -> None:
    """Install Debian packages where we are root; otherwise say the exact command and stop."""
    if not packages:
        return
    command = "apt-get install --no-install-recommends " + " ".join(packages)
    if not shutil.which("apt-get"):
        fail(why + ": please install what Debian calls " + " ".join(packages) + ".")
    if os.geteuid() != 0:
        fail(why + ": run  sudo " + command)
    say("Installing " + " ".join(packages) + " ...")
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = ["apt-get", "install", "--yes", "-qq", "--no-install-recommends"] + packages
    if subprocess.run(
        install, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode:
        run(["apt-get", "update", "-qq"], "apt-get update did not succeed.")
        run(install, why + ", and this did not succeed: " + command)


def run(command: "list[str]", sorry: str, quiet: bool = False) -> None:
    """Run it, or stop with one sentence; `quiet` where that sentence says all."""
    try:
        code = subprocess.run(
            command,
            env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"),
            stderr=subprocess.DEVNULL if quiet else None,
        ).returncode
    except OSError:
        code = 1
    if code:
        fail(sorry)


if __name__ == "__main__":
    main(sys.argv[1])
