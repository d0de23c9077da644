// SPDX-License-Identifier: BSD-3-Clause
// In a kernel string everything that it declares and the simulator has is there already.
#pragma once
