/* SPDX-License-Identifier: Apache-2.0 */
#include "common/diff/diff_parts.h"
#include "common/remedies/remedies.h"

/* What rotates logs may send it. Seen on 2.4.57, 2.5.13, 2.6.10: the sessions of peers never end.
 */
void diff_gentle_hup(Diff *diff)
{
	const Entry *global = diff->in->live->global;

	if (global && entry_has_value(global, "olcGentleHUP", "TRUE"))
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "gentle-hup", NULL,
			"olcGentleHUP of cn=config is TRUE: at the next SIGHUP slapd stops "
			"listening and waits until all sessions have ended, which those of peers "
			"never do, so nobody can connect until it is restarted. Give cn=config the "
			"line %s",
			remedy_text(REMEDY_GENTLE_HUP_OFF));
}
