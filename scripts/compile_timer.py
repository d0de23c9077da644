# SPDX-License-Identifier: BSD-3-Clause
"""Runs one compiler call and notes the CPU seconds it took: a launcher that CMake puts before each call.

compile_timer.py LOG COMPILER ARGUMENTS...   appends 'cpu-seconds wall-seconds object' to LOG. CPU seconds,
not wall seconds, are what the build budget speaks of: they stay the same on a busy machine.
"""

import os
import resource
import subprocess
import sys
import time

log, command = sys.argv[1], sys.argv[2:]
start = time.monotonic()
code = subprocess.call(command)
wall = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
if code == 0 and "-o" in command:
    line = f"{used.ru_utime + used.ru_stime:.2f}\t{wall:.2f}\t{command[command.index('-o') + 1]}\n"
    with open(
        log, "ab", buffering=0
    ) as file:  # one write to an append-only file: whole lines from parallel jobs
        file.write(line.encode())
sys.exit(os.EX_SOFTWARE if code < 0 else code)
