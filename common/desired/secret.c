/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/secret.h"

#include <string.h>

const Secret *secrets_find(const Secrets *secrets, const Credentials *credentials)
{
	for (size_t i = 0; i < secrets->n_items; i++)
		if (secrets->items[i].kind == credentials->kind &&
		    strcmp(secrets->items[i].name, credentials->name) == 0)
			return &secrets->items[i];
	return NULL;
}
