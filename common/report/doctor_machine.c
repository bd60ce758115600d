/* SPDX-License-Identifier: Apache-2.0 */
#include "common/report/doctor_machine.h"

#include <string.h>

const char *selinux_type(Pool *pool, const char *context)
{
	const char *type = context;

	for (int i = 0; type && i < 2; i++) {
		type = strchr(type, ':');
		type = type ? type + 1 : NULL;
	}
	return type && *type ? pool_copy(pool, type, strcspn(type, ":\n")) : NULL;
}

const char *selinux_label_problem(Pool *pool, const SelinuxLabel *label)
{
	const char *type = selinux_type(pool, label->context);

	if (!label->context)
		return NULL;
	if (type && strcmp(type, label->type) == 0)
		return NULL;
	return pool_printf(pool, "%s has the SELinux type %s, wanted %s", label->what,
			   type ? type : "of nobody", label->type);
}

const char *selinux_slapd_problem(Pool *pool, const char *context, const char *boolean)
{
	const char *type = selinux_type(pool, context);

	if (!type || strcmp(type, "unconfined_service_t") != 0 || !boolean || boolean[0] != '0')
		return NULL;
	return pool_printf(pool,
			   "slapd has the SELinux type %s, to which the daemon may not speak: the "
			   "boolean " SELINUX_SLAPD_BOOLEAN " is off",
			   type);
}

#define MAP_SHORT_PERCENT 80
#define MAP_FULL_PERCENT  90
#define MAP_LEFT_PAGES    64 /* a change of a large entry with its indices takes some dozens */

unsigned map_use_percent(const MapUse *use)
{
	if (use->max == 0 || use->free > use->used)
		return 0;
	return (unsigned)((use->used - use->free) * 100 / use->max);
}

DoctorSeverity map_use_judge(const MapUse *use)
{
	const unsigned percent = map_use_percent(use);

	if (percent >= MAP_FULL_PERCENT || use->max - use->used + use->free < MAP_LEFT_PAGES)
		return DOCTOR_ERROR;
	return percent >= MAP_SHORT_PERCENT ? DOCTOR_WARNING : DOCTOR_OK;
}
