/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "common/live/live_config.h"

/* slapd 2.5 and later return the new name, under whichever it was written. */
static LiveRelease release_of_name(const char *multi_provider_attribute)
{
	if (!multi_provider_attribute)
		return LIVE_RELEASE_UNKNOWN;
	return strcasecmp(multi_provider_attribute, "olcMultiProvider") == 0 ? LIVE_RELEASE_2_5
									     : LIVE_RELEASE_2_4;
}

LiveRelease live_release(const Live *live, const char *multi_provider_attribute)
{
	LiveRelease release = release_of_name(multi_provider_attribute);

	if (live->version.is_known)
		return live->version.is_2_5 ? LIVE_RELEASE_2_5 : LIVE_RELEASE_2_4;
	for (size_t i = 0; i < live->n_databases && release == LIVE_RELEASE_UNKNOWN; i++)
		release = release_of_name(live->databases[i].multi_provider_attribute);
	/* Only they list consumers in cn=monitor. */
	if (release == LIVE_RELEASE_UNKNOWN && live->runs.is_known)
		release = LIVE_RELEASE_2_5;
	return release;
}
