/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OPERATOR_H
#define SYNCWARD_OPERATOR_H

#include <stdbool.h>

#include "common/base/pool.h"

/* Who had something done, as far as the machine knows. */
typedef struct Operator {
	const char *command;   /* "run" for the daemon, or "apply --release G4"; NULL: unknown */
	bool has_login;        /* somebody logged in, and the kernel knows who */
	unsigned login_uid;    /* that user, also behind sudo(8) and su(1) */
	const char *sudo_user; /* whom sudo(8) named in the environment; NULL: nobody */
	bool has_uid;
	unsigned uid; /* under which the command ran */
} Operator;

/* The name as it may be told: NULL unless it is one short line of printable UTF-8. */
const char *operator_name(Pool *pool, const char *name);

/* " by login uid 1000 (sudo says alice)"; "" where nobody is known. */
const char *operator_text(Pool *pool, const Operator *operator);

#endif
