# SPDX-License-Identifier: BSD-3-Clause
"""What k.time() and Kernel(..., tune=) speak in: times, warnings, the log. Imported when first needed."""

import logging

__all__ = ["KernelTimes", "TuningWarning"]


class TuningWarning(UserWarning):
    """A variant of a tuned kernel was left out: it fails, or computes something else than the first."""


class KernelTimes(tuple):
    """The seconds of each run that Kernel.time() measured."""

    __slots__ = ()

    @property
    def min(self) -> float:
        """The shortest run."""
        return min(self)

    @property
    def median(self) -> float:
        """The middle run."""
        ordered = sorted(self)
        half = len(ordered) // 2
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2

    def __repr__(self) -> str:
        """Both in microseconds."""
        return (
            f"KernelTimes(min {1e6 * self.min:.1f} us, median {1e6 * self.median:.1f} us, {len(self)} runs)"
        )


def log(text: str) -> None:
    """A line on a tuning that has ended."""
    logging.getLogger("numloom").info(text)
