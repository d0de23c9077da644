// SPDX-License-Identifier: BSD-3-Clause
// C's own is there already; C++'s would add overloads beside ours.
#pragma once
