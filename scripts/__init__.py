# SPDX-License-Identifier: BSD-3-Clause
"""What stands behind ./dev: one module a concern, the standard library only."""
