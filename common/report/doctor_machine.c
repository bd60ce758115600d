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
