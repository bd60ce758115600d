/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/slapd/dn.h"
#include "common/slapd/url.h"
#include "common/syncrepl/syncrepl_rules.h"

#define LIST_SEPARATORS " ,\t"

/* So many times a day is still a number of seconds that fits. */
#define INTERVAL_DIGITS_MAX 13

bool syncrepl_rid_accepts(const char *value)
{
	int rid;

	return syncrepl_read_int(value, 10, &rid) && rid >= 0 && rid <= 999;
}

bool syncrepl_boolean_number_accepts(const char *value)
{
	int number;

	return syncrepl_read_int(value, 10, &number) && (number == 0 || number == 1);
}

bool syncrepl_limit_accepts(const char *value)
{
	int number;

	return strcasecmp(value, "unlimited") == 0 ||
	       (syncrepl_read_int(value, 10, &number) && number >= 0);
}

bool syncrepl_int_accepts(const char *value)
{
	int number;

	return syncrepl_read_int(value, 0, &number);
}

bool syncrepl_seconds_work(const char *value)
{
	int number;

	return syncrepl_read_int(value, 10, &number) && number >= 0;
}

bool syncrepl_unsigned_accepts(const char *value)
{
	char *end;
	unsigned long number;

	if (*value == '-')
		return false;
	number = strtoul(value, &end, 0);
	return end != value && !*end && number == (unsigned)number;
}

bool syncrepl_interval_accepts(const char *value)
{
	unsigned long seconds;

	return syncrepl_read_interval(value, &seconds);
}

/* slapd multiplies without a look at what comes of it. */
bool syncrepl_interval_works(const char *value)
{
	unsigned long seconds;

	for (const char *at = value; *at; at++) {
		const size_t n_digits = strspn(at, "0123456789");

		if (n_digits > INTERVAL_DIGITS_MAX)
			return false;
		at += n_digits;
		if (!*at)
			break;
	}
	return syncrepl_read_interval(value, &seconds);
}

bool syncrepl_retry_accepts(const char *value)
{
	AUTO(Pool) *scratch = pool_new();

	return syncrepl_retry_canonical(scratch, value) != NULL;
}

bool syncrepl_retry_works(const char *value)
{
	AUTO(Pool) *scratch = pool_new();
	const char *canonical = syncrepl_retry_canonical(scratch, value);

	return canonical && *canonical;
}

bool syncrepl_keepalive_accepts(const char *value)
{
	int numbers[3];

	return syncrepl_read_keepalive(value, numbers);
}

bool syncrepl_type_accepts(const char *value)
{
	return begins_with(value, "refreshOnly") || begins_with(value, "refreshAndPersist") ||
	       begins_with(value, "dirSync");
}

bool syncrepl_type_works(const char *value)
{
	return is_one_of(value, WORDS("refreshOnly", "refreshAndPersist"));
}

bool syncrepl_on_off_works(const char *value)
{
	return is_one_of(value, WORDS("on", "off"));
}

bool syncrepl_scope_accepts(const char *value)
{
	return is_one_of(value, WORDS("base", "one", "onelevel", "sub", "subtree", "subord",
				      "subordinate", "children"));
}

bool syncrepl_bindmethod_accepts(const char *value)
{
	return is_one_of(value, WORDS("none", "simple", "sasl"));
}

bool syncrepl_bindmethod_works(const char *value)
{
	return is_one_of(value, WORDS("simple", "sasl"));
}

bool syncrepl_starttls_accepts(const char *value)
{
	return is_one_of(value, WORDS("no", "yes", "critical"));
}

bool syncrepl_syncdata_works(const char *value)
{
	return is_one_of(value, WORDS("default", "accesslog", "changelog"));
}

bool syncrepl_version_accepts(const char *value)
{
	return strcmp(value, "3") == 0;
}

bool syncrepl_tls_demand_works(const char *value)
{
	return is_one_of(value, WORDS("never", "allow", "try", "demand", "hard"));
}

bool syncrepl_tls_crlcheck_works(const char *value)
{
	return is_one_of(value, WORDS("none", "peer", "all"));
}

bool syncrepl_tls_protocol_works(const char *value)
{
	size_t major = strspn(value, "0123456789");
	size_t minor = value[major] == '.' ? strspn(value + major + 1, "0123456789") : 0;

	return major > 0 && (value[major] == '\0' || (minor > 0 && !value[major + 1 + minor]));
}

bool syncrepl_saslmech_works(const char *value)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-_";
	size_t len = strlen(value);

	return len > 0 && len <= 20 && strspn(value, allowed) == len;
}

static bool secprop_works(const char *word)
{
	static const char *const numbered[] = {"minssf=", "maxssf=", "maxbufsize="};

	if (is_one_of(word, WORDS("none", "noplain", "noactive", "nodict", "noanonymous",
				  "forwardsec", "passcred")))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(numbered); i++) {
		size_t len = strlen(numbered[i]);

		if (begins_with(word, numbered[i]) && word[len])
			return word[len + strspn(word + len, "0123456789")] == '\0';
	}
	return false;
}

bool syncrepl_secprops_work(const char *value)
{
	AUTO(Pool) *scratch = pool_new();
	char *words = pool_strdup(scratch, value), *next = NULL;
	bool all_work = *value != '\0';

	for (char *word = strtok_r(words, ",", &next); word; word = strtok_r(NULL, ",", &next))
		all_work = all_work && secprop_works(word);
	return all_work;
}

bool syncrepl_attrs_accepts(const char *value)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.;_*+@! "
		",\t";

	return begins_with(value, ":include:") || value[strspn(value, allowed)] == '\0';
}

bool syncrepl_attrs_work(const char *value)
{
	return syncrepl_attrs_accepts(value) && value[strspn(value, LIST_SEPARATORS)] != '\0';
}

bool syncrepl_dn_accepts(const char *value)
{
	AUTO(Pool) *scratch = pool_new();

	return dn_normalise(scratch, value) != NULL;
}

bool syncrepl_provider_accepts(const char *value)
{
	AUTO(Pool) *scratch = pool_new();
	Url url;

	return url_parse(scratch, value, &url);
}

bool syncrepl_provider_works(const char *value)
{
	AUTO(Pool) *scratch = pool_new();
	Url url;

	return url_parse(scratch, value, &url) && !url.has_dn && !url.has_extra && *url.host &&
	       is_one_of(url.scheme, WORDS("ldap", "ldaps", "ldapi"));
}

/* "dn:<DN>", "u:<id>", the other forms of slapd.conf(5)'s authz rules, or a DN alone. */
bool syncrepl_authzid_accepts(const char *value)
{
	const char *colon = strchr(value, ':');

	if (begins_with(value, "dn:"))
		return strcmp(value, "dn:*") == 0 || syncrepl_dn_accepts(value + 3);
	if (begins_with(value, "u:"))
		return true;
	if (begins_with(value, "u.") || begins_with(value, "dn.") || begins_with(value, "group") ||
	    begins_with(value, "ldap"))
		return colon && colon[1];
	return syncrepl_dn_accepts(value);
}

bool syncrepl_authzid_works(const char *value)
{
	return (begins_with(value, "dn:") && syncrepl_dn_accepts(value + 3)) ||
	       (begins_with(value, "u:") && value[2]);
}

bool syncrepl_is_path(const char *value)
{
	return value[0] == '/' && value[1];
}

bool syncrepl_is_not_empty(const char *value)
{
	return *value != '\0';
}

/* A masked password that was written back by mistake would break every link. */
bool syncrepl_credentials_work(const char *value)
{
	return *value && value[strspn(value, "*")] != '\0';
}
