/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/host/host.h"

#include <netdb.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-id128.h>

const char *host_name(Pool *pool)
{
	char name[HOST_NAME_SIZE] = "";

	if (gethostname(name, sizeof(name) - 1) < 0)
		return "localhost";
	return pool_strdup(pool, name);
}

const char *host_canonical(Pool *pool)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_flags = AI_CANONNAME};
	const char *name = host_name(pool);
	struct addrinfo *found = NULL;

	if (getaddrinfo(name, NULL, &hints, &found) != 0)
		return NULL;
	if (found->ai_canonname)
		name = pool_strdup(pool, found->ai_canonname);
	freeaddrinfo(found);
	return name;
}

const char *host_fqdn(Pool *pool)
{
	const char *name = host_canonical(pool);

	return name ? name : host_name(pool);
}

const char *host_machine(Pool *pool)
{
	char text[SD_ID128_STRING_MAX];
	sd_id128_t id;

	return sd_id128_get_machine(&id) < 0 ? NULL
					     : pool_strdup(pool, sd_id128_to_string(id, text));
}

const char *host_short_name(Pool *pool)
{
	const char *name = host_name(pool);

	return pool_copy(pool, name, strcspn(name, "."));
}
