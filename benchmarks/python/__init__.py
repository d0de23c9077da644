# SPDX-License-Identifier: BSD-3-Clause
"""What ./dev bench runs: one process a library, the same rows for all, taking turns."""
