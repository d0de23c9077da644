# SPDX-License-Identifier: BSD-3-Clause
"""Uses the class of device_memory.cpp: PYTHONPATH=build python use.py."""

import numpy
from device_memory import Accumulator

import numloom

total = Accumulator(numpy.zeros(5, dtype="float32"))
for step in range(3):
    total.add(numpy.arange(5, dtype="float32"), factor=step)
print("on", total.values.device, "the sum is", total.retrieve().tolist())
print("largest, computed there:", numloom.max(total.values).item())
try:
    total.add(numpy.arange(5))
except TypeError as error:
    print(error)
