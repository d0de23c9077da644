# SPDX-License-Identifier: BSD-3-Clause
"""Benchmarks: cpp/ for the machine and the kernels, python/ for the comparison with other libraries."""
