/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SECRET_H
#define SYNCWARD_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/desired/desired.h"

/* What is shown in the place of a password. */
#define PASSWORD_MASK "********"

/* A password that the shell resolved for the core; text is NULL when it could not be read, with the
 * reason in problem. */
typedef struct Secret {
	CredentialsKind kind;
	const char *name; /* as in Credentials */
	const char *text;
	const char *problem;
	const char *identity; /* tells which password it is, by its file, without revealing it;
				 NULL: unknown */
	bool is_denied;       /* the kernel did not let us read it */
} Secret;

typedef struct Secrets {
	const Secret *items;
	size_t n_items;
} Secrets;

/* The secret that those credentials name; NULL when it was not resolved. */
const Secret *secrets_find(const Secrets *secrets, const Credentials *credentials);

#endif
