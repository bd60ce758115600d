/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/csn_set.h"

#include <stdlib.h>
#include <string.h>

int csn_sid(const char *csn)
{
	const char *field = csn;
	char *end;
	long sid;

	for (int i = 0; i < 2; i++) {
		field = strchr(field, '#');
		if (!field)
			return -1;
		field++;
	}
	sid = strtol(field, &end, 16);
	return end != field && *end == '#' && sid >= 0 && sid <= 0xfff ? (int)sid : -1;
}

bool csn_is_of_other(const char *csn, unsigned sid)
{
	const int found = csn_sid(csn);

	return found > 0 && (unsigned)found != sid;
}

const char *csn_newest(const char *const *csns, size_t n_csns, unsigned sid)
{
	const char *newest = NULL;

	for (size_t i = 0; i < n_csns; i++)
		if (csn_sid(csns[i]) == (int)sid && (!newest || strcmp(csns[i], newest) > 0))
			newest = csns[i];
	return newest;
}

bool csn_covers(const char *const *ours, size_t n_ours, const char *const *theirs, size_t n_theirs)
{
	for (size_t i = 0; i < n_theirs; i++) {
		int sid = csn_sid(theirs[i]);
		const char *our_newest = sid < 0 ? NULL : csn_newest(ours, n_ours, (unsigned)sid);

		if (sid >= 0 && (!our_newest || strcmp(our_newest, theirs[i]) < 0))
			return false;
	}
	return true;
}

bool csn_is_ahead(const char *csn, const char *const *csns, size_t n_csns)
{
	const int sid = csn_sid(csn);
	const char *newest = sid < 0 ? NULL : csn_newest(csns, n_csns, (unsigned)sid);

	return newest && strcmp(newest, csn) < 0;
}

int csn_cookie_sid(const char *cookie)
{
	for (const char *field = cookie; field; field = strchr(field, ',')) {
		char *end;
		long sid;

		field += *field == ',';
		if (strncmp(field, "sid=", 4) != 0)
			continue;
		sid = strtol(field + 4, &end, 16);
		return end != field + 4 && (*end == ',' || !*end) && sid >= 0 && sid <= 0xfff
			       ? (int)sid
			       : -1;
	}
	return -1;
}

bool csn_cookie_has(const char *cookie, unsigned sid)
{
	const char *csn = strstr(cookie, "csn=");
	const char *end = csn ? csn + strcspn(csn, ",") : NULL;

	for (; csn; csn = strchr(csn, ';')) {
		csn += *csn == ';';
		if (csn >= end)
			return false;
		if (csn_sid(csn) == (int)sid)
			return true;
	}
	return false;
}
