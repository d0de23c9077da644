# SPDX-License-Identifier: BSD-3-Clause
"""How ./dev talks: headings, steps, failures and durations. Colours only on a terminal."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

COLOURS = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class Failure(Exception):
    """A step did not work; the text says what and what to do about it."""


def on_terminal() -> bool:
    """True when a person watches standard output."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(text: str, colour: str) -> str:
    """The text in a colour, or as it is when nobody watches."""
    return f"\033[{COLOURS[colour]}m{text}\033[0m" if on_terminal() else text


def heading(text: str) -> None:
    """Open a section of the output."""
    print(f"\n{paint(text, 'bold')}", flush=True)


def step(text: str) -> None:
    """Say one thing that happens or has happened."""
    print(f"  {text}", flush=True)


def duration(seconds: float) -> str:
    """Seconds as a person says them: '0.4 s', '37 s', '4 min 05 s'."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


@contextmanager
def timed(text: str):
    """Announce a step and say how long it took when it is over."""
    step(f"{text} ...")
    start = time.monotonic()
    yield
    step(f"{text}: {duration(time.monotonic() - start)}")


def run(
    command: Sequence[str | os.PathLike],
    *,
    what: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    quiet: bool = False,
) -> None:
    """Run a command; on failure raise a Failure that names it. A quiet command shows its output only then."""
    words = [os.fspath(word) for word in command]
    sys.stdout.flush()
    done = subprocess.run(
        words,
        env=None if env is None else {**os.environ, **env},
        cwd=cwd,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
    )
    if done.returncode != 0:
        if quiet:
            print(done.stdout, flush=True)
        line = textwrap.shorten(shlex.join(words), 300, placeholder=" ...")
        raise Failure(f"{what} failed (exit code {done.returncode}): {line}")
