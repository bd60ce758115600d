/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status/finding_end.h"

#include "common/base/macros.h"
#include "common/base/text.h"
#include "common/draft/old_tls.h"

bool finding_end_is_heard(const char *code)
{
	/* Several of these last as long as somebody wants them to: they are no reason for looks. */
	static const char *const heard[] = {
		"audit",
		"gentle-hup",
		"heartbeat",
		"index-without-eq",
		"kept",
		"many-databases",
		"no-timeout",
		"paused",
		"read-only",
		OLD_TLS_CODE,
		"retry-ends",
		"rid-shared",
		"server-id-by-name",
	};

	return code && text_is_among(code, heard, ARRAY_SIZE(heard));
}
