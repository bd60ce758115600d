/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/plan/config_values.h"

#define MEMBERS    "group.exact=\"cn=readers,ou=groups,dc=example,dc=org\""
#define OTHERS     "group.exact=\"cn=others,ou=groups,dc=example,dc=org\""
#define ROOT_FIRST "to * by dn.exact=\"" SIM_ROOT "\" manage by * break"
#define ALL_READ   "to * by * read"

static const char password[] = "to attrs=userPassword ";

const char *const sim_access[SIM_ACCESS_END][SIM_ACCESS_VALUES] = {
	[SIM_DEBIAN] = {"to attrs=userPassword by self write by anonymous auth by * none",
			"to attrs=shadowLastChange by self write by * read", ALL_READ},
	[SIM_OTHERS] = {ROOT_FIRST,
			"to attrs=userPassword by " OTHERS " read by anonymous auth by * none",
			ALL_READ},
	[SIM_MEMBERS] = {ROOT_FIRST,
			 "to attrs=userPassword by " MEMBERS " read by anonymous auth by * none",
			 ALL_READ},
	[SIM_UNSEEN] = {"to attrs=userPassword by " MEMBERS " read by anonymous auth by * none",
			"to attrs=shadowLastChange by self write by * read", ALL_READ},
};

typedef enum Right {
	RIGHT_GOES_ON, /* to the next value */
	RIGHT_READS,
	RIGHT_NONE,
} Right;

/* No account has an entry whose password others need, so "self" matches none. */
static bool who_is(const char *who, const char *dn)
{
	char exact[128];

	snprintf(exact, sizeof(exact), "dn.exact=\"%s\"", dn);
	return strcmp(who, "*") == 0 || strcmp(who, "users") == 0 || strcasecmp(who, exact) == 0 ||
	       (strcmp(who, MEMBERS) == 0 &&
		(strcmp(dn, SIM_READER) == 0 || strcmp(dn, SIM_INSIDE) == 0));
}

static Right right_of(const char *word)
{
	static const char *const reading[] = {"read", "write", "manage"};

	for (size_t i = 0; i < ARRAY_SIZE(reading); i++)
		if (strcmp(word, reading[i]) == 0)
			return RIGHT_READS;
	return strcmp(word, "break") == 0 ? RIGHT_GOES_ON : RIGHT_NONE;
}

/* The first "by" that is for the DN decides; where none is, nothing may be read. */
static Right value_judge(const char *value, const char *dn)
{
	const char *by = value;
	char who[160], word[16];

	if (strncmp(value, "to * ", 5) != 0 && strncmp(value, password, strlen(password)) != 0)
		return RIGHT_GOES_ON;
	while ((by = strstr(by, " by "))) {
		by += strlen(" by ");
		if (sscanf(by, "%159s %15s", who, word) != 2)
			abort();
		if (who_is(who, dn))
			return right_of(word);
	}
	return RIGHT_NONE;
}

bool sim_access_hides(const Attribute *values, const char *dn)
{
	for (size_t i = 0; values && i < values->n_values; i++) {
		const Right right = value_judge(ordered_text(values->values[i].bytes), dn);

		if (right != RIGHT_GOES_ON)
			return right == RIGHT_NONE;
	}
	return values != NULL;
}
