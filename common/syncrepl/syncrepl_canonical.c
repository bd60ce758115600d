/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/slapd/dn.h"
#include "common/slapd/url.h"
#include "common/syncrepl/syncrepl_rules.h"

/* Separates names of attributes. */
#define LIST_SEPARATORS " ,\t"

const char *syncrepl_lower_canonical(Pool *pool, const char *value)
{
	char *lower = pool_strdup(pool, value);

	for (char *at = lower; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return lower;
}

static const char *number_print(Pool *pool, const char *value, int base)
{
	int number;

	return syncrepl_read_int(value, base, &number) ? pool_printf(pool, "%d", number) : value;
}

const char *syncrepl_decimal_canonical(Pool *pool, const char *value)
{
	return number_print(pool, value, 10);
}

const char *syncrepl_number_canonical(Pool *pool, const char *value)
{
	return number_print(pool, value, 0);
}

const char *syncrepl_limit_canonical(Pool *pool, const char *value)
{
	return strcasecmp(value, "unlimited") == 0 ? "0" : number_print(pool, value, 10);
}

const char *syncrepl_unsigned_canonical(Pool *pool, const char *value)
{
	return pool_printf(pool, "%lu", strtoul(value, NULL, 0));
}

const char *syncrepl_interval_canonical(Pool *pool, const char *value)
{
	unsigned long seconds;

	return syncrepl_read_interval(value, &seconds) ? pool_printf(pool, "%lu", seconds) : value;
}

const char *syncrepl_keepalive_canonical(Pool *pool, const char *value)
{
	int numbers[3];

	if (!syncrepl_read_keepalive(value, numbers))
		return value;
	return pool_printf(pool, "%d:%d:%d", numbers[0], numbers[1], numbers[2]);
}

const char *syncrepl_type_canonical(Pool *pool, const char *value)
{
	if (begins_with(value, "refreshOnly"))
		return "refreshonly";
	return begins_with(value, "refreshAndPersist") ? "refreshandpersist"
						       : syncrepl_lower_canonical(pool, value);
}

/* Anything but "off" switches it on, "no" too. */
const char *syncrepl_schemachecking_canonical(Pool *pool, const char *value)
{
	(void)pool;
	return begins_with(value, "off") ? "off" : "on";
}

const char *syncrepl_scope_canonical(Pool *pool, const char *value)
{
	if (is_one_of(value, WORDS("one", "onelevel")))
		return "one";
	if (is_one_of(value, WORDS("sub", "subtree")))
		return "sub";
	return is_one_of(value, WORDS("subord", "subordinate", "children"))
		       ? "subord"
		       : syncrepl_lower_canonical(pool, value);
}

/* ldap.conf(5): demand and hard are the same. */
const char *syncrepl_tls_demand_canonical(Pool *pool, const char *value)
{
	return is_one_of(value, WORDS("hard", "on", "yes", "true"))
		       ? "demand"
		       : syncrepl_lower_canonical(pool, value);
}

const char *syncrepl_tls_protocol_canonical(Pool *pool, const char *value)
{
	char *end;
	unsigned long major = strtoul(value, &end, 10);

	return pool_printf(pool, "%lu.%lu", major, *end == '.' ? strtoul(end + 1, NULL, 10) : 0);
}

static int text_compare(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static const char *set_print(Pool *pool, const char *value, const char *separators)
{
	char *words = pool_strdup(pool, syncrepl_lower_canonical(pool, value)), *next = NULL;
	const char **items = NULL;
	size_t n_items = 0;
	Buf buf = BUF_IN(pool);

	for (char *word = strtok_r(words, separators, &next); word;
	     word = strtok_r(NULL, separators, &next))
		POOL_PUSH(pool, items, n_items, word);
	if (n_items > 1)
		qsort(items, n_items, sizeof(*items), text_compare);
	for (size_t i = 0; i < n_items; i++)
		if (i == 0 || strcmp(items[i], items[i - 1]) != 0)
			buf_printf(&buf, "%s%s", i > 0 ? "," : "", items[i]);
	return buf_text(&buf);
}

const char *syncrepl_secprops_canonical(Pool *pool, const char *value)
{
	return set_print(pool, value, ",");
}

const char *syncrepl_exattrs_canonical(Pool *pool, const char *value)
{
	return begins_with(value, ":include:") ? value : set_print(pool, value, LIST_SEPARATORS);
}

/* "*" and "+" together, or nothing at all, ask for everything. */
const char *syncrepl_attrs_canonical(Pool *pool, const char *value)
{
	const char *set = syncrepl_exattrs_canonical(pool, value);

	return *set == '\0' || begins_with(set, "*,+") ? "*,+" : set;
}

const char *syncrepl_dn_canonical(Pool *pool, const char *value)
{
	const char *normal = dn_normalise(pool, value);

	return normal ? normal : value;
}

const char *syncrepl_provider_canonical(Pool *pool, const char *value)
{
	return url_spelling(pool, value);
}

const char *syncrepl_authzid_canonical(Pool *pool, const char *value)
{
	if (begins_with(value, "dn:") && syncrepl_dn_accepts(value + 3))
		return pool_printf(pool, "dn:%s", syncrepl_dn_canonical(pool, value + 3));
	return value;
}

const char *syncrepl_filter_canonical(Pool *pool, const char *value)
{
	const char *canonical = syncrepl_filter_normalise(pool, value);

	return canonical ? canonical : value;
}
