/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status/check_guard.h"

#include <stddef.h>
#include <string.h>

#include "common/base/macros.h"

bool check_guard_is_critical(const char *code)
{
	static const char *const codes[] = {"G1", "G2", "G8", "G10", "G11"};

	for (size_t i = 0; code && i < ARRAY_SIZE(codes); i++)
		if (strcmp(codes[i], code) == 0)
			return true;
	return false;
}
