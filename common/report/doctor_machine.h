/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DOCTOR_MACHINE_H
#define SYNCWARD_DOCTOR_MACHINE_H

#include <stdbool.h>

#include "common/base/pool.h"

/* The type in an SELinux context ("system_u:system_r:syncward_t:s0"); NULL when it has none. */
const char *selinux_type(Pool *pool, const char *context);

/* Something that has an SELinux context, and the type that it should have. */
typedef struct SelinuxLabel {
	const char *what;    /* a path, or "the daemon" */
	const char *context; /* NULL: it is not there, or has none */
	const char *type;
} SelinuxLabel;

/* What is wrong with it; NULL when nothing is. */
const char *selinux_label_problem(Pool *pool, const SelinuxLabel *label);

#define SELINUX_SLAPD_BOOLEAN "syncward_unconfined_slapd"

/* Why the daemon may not speak to slapd: its context is that of a service which the policy does not
 * know, and the boolean for it, as /sys/fs/selinux shows it, is off. NULL: that is not known, as
 * when either of the two is NULL. */
const char *selinux_slapd_problem(Pool *pool, const char *context, const char *boolean);

#endif
