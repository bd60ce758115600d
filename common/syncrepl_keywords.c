/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "common/dn.h"
#include "common/syncrepl_internal.h"
#include "common/url.h"

#define LIST_SEPARATORS " ,\t"

static bool is_one_of(const char *value, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(value, *words) == 0)
			return true;
	return false;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *lower_canonical(Pool *pool, const char *value)
{
	char *lower = pool_strdup(pool, value);

	for (char *at = lower; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return lower;
}

/* Numbers. slapd reads some in base 10 and some as C does (0x10, 010). */

static const char *number_print(Pool *pool, const char *value, int base)
{
	int number;

	return syncrepl_read_int(value, base, &number) ? pool_printf(pool, "%d", number) : value;
}

static const char *decimal_canonical(Pool *pool, const char *value)
{
	return number_print(pool, value, 10);
}

static const char *number_canonical(Pool *pool, const char *value)
{
	return number_print(pool, value, 0);
}

static bool rid_accepts(const char *value)
{
	int rid;

	return syncrepl_read_int(value, 10, &rid) && rid >= 0 && rid <= 999;
}

static bool boolean_number_accepts(const char *value)
{
	int number;

	return syncrepl_read_int(value, 10, &number) && (number == 0 || number == 1);
}

static bool limit_accepts(const char *value)
{
	int number;

	return strcasecmp(value, "unlimited") == 0 ||
	       (syncrepl_read_int(value, 10, &number) && number >= 0);
}

static const char *limit_canonical(Pool *pool, const char *value)
{
	return strcasecmp(value, "unlimited") == 0 ? "0" : number_print(pool, value, 10);
}

static bool int_accepts(const char *value)
{
	int number;

	return syncrepl_read_int(value, 0, &number);
}

static bool seconds_work(const char *value)
{
	int number;

	return syncrepl_read_int(value, 10, &number) && number >= 0;
}

static bool unsigned_accepts(const char *value)
{
	char *end;
	unsigned long number;

	if (*value == '-')
		return false;
	number = strtoul(value, &end, 0);
	return end != value && !*end && number == (unsigned)number;
}

static const char *unsigned_canonical(Pool *pool, const char *value)
{
	return pool_printf(pool, "%lu", strtoul(value, NULL, 0));
}

static bool interval_accepts(const char *value)
{
	unsigned long seconds;

	return syncrepl_read_interval(value, &seconds);
}

static const char *interval_canonical(Pool *pool, const char *value)
{
	unsigned long seconds;

	return syncrepl_read_interval(value, &seconds) ? pool_printf(pool, "%lu", seconds) : value;
}

static bool retry_accepts(const char *value)
{
	AUTO(Pool) *scratch = pool_new();

	return syncrepl_retry_canonical(scratch, value) != NULL;
}

static bool retry_works(const char *value)
{
	AUTO(Pool) *scratch = pool_new();
	const char *canonical = syncrepl_retry_canonical(scratch, value);

	return canonical && *canonical;
}

static bool keepalive_accepts(const char *value)
{
	int numbers[3];

	return syncrepl_read_keepalive(value, numbers);
}

static const char *keepalive_canonical(Pool *pool, const char *value)
{
	int numbers[3];

	if (!syncrepl_read_keepalive(value, numbers))
		return value;
	return pool_printf(pool, "%d:%d:%d", numbers[0], numbers[1], numbers[2]);
}

/* Words. Of some slapd looks only at the beginning. */

static bool begins_with(const char *value, const char *word)
{
	return strncasecmp(value, word, strlen(word)) == 0;
}

static const char *type_canonical(Pool *pool, const char *value)
{
	if (begins_with(value, "refreshOnly"))
		return "refreshonly";
	return begins_with(value, "refreshAndPersist") ? "refreshandpersist"
						       : lower_canonical(pool, value);
}

static bool type_accepts(const char *value)
{
	return begins_with(value, "refreshOnly") || begins_with(value, "refreshAndPersist") ||
	       begins_with(value, "dirSync");
}

static bool type_works(const char *value)
{
	return is_one_of(value, WORDS("refreshOnly", "refreshAndPersist"));
}

/* Anything but "off" switches it on, "no" too. */
static const char *schemachecking_canonical(Pool *pool, const char *value)
{
	(void)pool;
	return begins_with(value, "off") ? "off" : "on";
}

static bool on_off_works(const char *value)
{
	return is_one_of(value, WORDS("on", "off"));
}

static bool scope_accepts(const char *value)
{
	return is_one_of(value, WORDS("base", "one", "onelevel", "sub", "subtree", "subord",
				      "subordinate", "children"));
}

static const char *scope_canonical(Pool *pool, const char *value)
{
	if (is_one_of(value, WORDS("one", "onelevel")))
		return "one";
	if (is_one_of(value, WORDS("sub", "subtree")))
		return "sub";
	return is_one_of(value, WORDS("subord", "subordinate", "children"))
		       ? "subord"
		       : lower_canonical(pool, value);
}

static bool bindmethod_accepts(const char *value)
{
	return is_one_of(value, WORDS("none", "simple", "sasl"));
}

static bool bindmethod_works(const char *value)
{
	return is_one_of(value, WORDS("simple", "sasl"));
}

static bool starttls_accepts(const char *value)
{
	return is_one_of(value, WORDS("no", "yes", "critical"));
}

static bool syncdata_works(const char *value)
{
	return is_one_of(value, WORDS("default", "accesslog", "changelog"));
}

static bool version_accepts(const char *value)
{
	return strcmp(value, "3") == 0;
}

static bool tls_demand_works(const char *value)
{
	return is_one_of(value, WORDS("never", "allow", "try", "demand", "hard"));
}

/* ldap.conf(5): demand and hard are the same. */
static const char *tls_demand_canonical(Pool *pool, const char *value)
{
	return is_one_of(value, WORDS("hard", "on", "yes", "true")) ? "demand"
								    : lower_canonical(pool, value);
}

static bool tls_crlcheck_works(const char *value)
{
	return is_one_of(value, WORDS("none", "peer", "all"));
}

static bool tls_protocol_works(const char *value)
{
	size_t major = strspn(value, "0123456789");
	size_t minor = value[major] == '.' ? strspn(value + major + 1, "0123456789") : 0;

	return major > 0 && (value[major] == '\0' || (minor > 0 && !value[major + 1 + minor]));
}

static const char *tls_protocol_canonical(Pool *pool, const char *value)
{
	char *end;
	unsigned long major = strtoul(value, &end, 10);

	return pool_printf(pool, "%lu.%lu", major, *end == '.' ? strtoul(end + 1, NULL, 10) : 0);
}

static bool saslmech_works(const char *value)
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

static bool secprops_work(const char *value)
{
	AUTO(Pool) *scratch = pool_new();
	char *words = pool_strdup(scratch, value), *next = NULL;
	bool all_work = *value != '\0';

	for (char *word = strtok_r(words, ",", &next); word; word = strtok_r(NULL, ",", &next))
		all_work = all_work && secprop_works(word);
	return all_work;
}

/* Lists whose order and letter case mean nothing. */

static int text_compare(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static const char *set_print(Pool *pool, const char *value, const char *separators)
{
	char *words = pool_strdup(pool, lower_canonical(pool, value)), *next = NULL;
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

static const char *secprops_canonical(Pool *pool, const char *value)
{
	return set_print(pool, value, ",");
}

static const char *exattrs_canonical(Pool *pool, const char *value)
{
	return begins_with(value, ":include:") ? value : set_print(pool, value, LIST_SEPARATORS);
}

/* "*" and "+" together, or nothing at all, ask for everything. */
static const char *attrs_canonical(Pool *pool, const char *value)
{
	const char *set = exattrs_canonical(pool, value);

	return *set == '\0' || begins_with(set, "*,+") ? "*,+" : set;
}

static bool attrs_accepts(const char *value)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-.;_*+@! ,\t";

	return begins_with(value, ":include:") || value[strspn(value, allowed)] == '\0';
}

static bool attrs_work(const char *value)
{
	return attrs_accepts(value) && value[strspn(value, LIST_SEPARATORS)] != '\0';
}

/* Names. */

static bool dn_accepts(const char *value)
{
	AUTO(Pool) *scratch = pool_new();

	return dn_normalise(scratch, value) != NULL;
}

static const char *dn_canonical(Pool *pool, const char *value)
{
	const char *normal = dn_normalise(pool, value);

	return normal ? normal : value;
}

static bool provider_accepts(const char *value)
{
	AUTO(Pool) *scratch = pool_new();
	Url url;

	return url_parse(scratch, value, &url);
}

static bool provider_works(const char *value)
{
	AUTO(Pool) *scratch = pool_new();
	Url url;

	return url_parse(scratch, value, &url) && !url.has_dn && !url.has_extra && *url.host &&
	       is_one_of(url.scheme, WORDS("ldap", "ldaps", "ldapi"));
}

static const char *provider_canonical(Pool *pool, const char *value)
{
	Url url;

	if (!url_parse(pool, value, &url))
		return value;
	return pool_printf(pool, "%s://%s:%d", url.scheme, url.host, url.port);
}

/* "dn:<DN>", "u:<id>", the other forms of slapd.conf(5)'s authz rules, or a DN alone. */
static bool authzid_accepts(const char *value)
{
	const char *colon = strchr(value, ':');

	if (begins_with(value, "dn:"))
		return strcmp(value, "dn:*") == 0 || dn_accepts(value + 3);
	if (begins_with(value, "u:"))
		return true;
	if (begins_with(value, "u.") || begins_with(value, "dn.") || begins_with(value, "group") ||
	    begins_with(value, "ldap"))
		return colon && colon[1];
	return dn_accepts(value);
}

static bool authzid_works(const char *value)
{
	return (begins_with(value, "dn:") && dn_accepts(value + 3)) ||
	       (begins_with(value, "u:") && value[2]);
}

static const char *authzid_canonical(Pool *pool, const char *value)
{
	if (begins_with(value, "dn:") && dn_accepts(value + 3))
		return pool_printf(pool, "dn:%s", dn_canonical(pool, value + 3));
	return value;
}

static const char *filter_canonical(Pool *pool, const char *value)
{
	const char *canonical = syncrepl_filter_canonical(pool, value);

	return canonical ? canonical : value;
}

static bool is_path(const char *value)
{
	return value[0] == '/' && value[1];
}

static bool is_not_empty(const char *value)
{
	return *value != '\0';
}

/* A masked password that was written back by mistake would break every link. */
static bool credentials_work(const char *value)
{
	return *value && value[strspn(value, "*")] != '\0';
}

#define NUMBER .kind = SYNCREPL_KIND_NUMBER
#define FLAG   .kind = SYNCREPL_KIND_FLAG

const SyncreplRule syncrepl_rules[SYNCREPL_KEYWORD_COUNT] = {
	[SYNCREPL_RID] = {"rid", NUMBER, .accepts = rid_accepts, .canonical = decimal_canonical,
			  .wants = "a number from 0 to 999"},
	[SYNCREPL_PROVIDER] = {"provider", .last_only = true, .accepts = provider_accepts,
			       .works = provider_works, .canonical = provider_canonical,
			       .wants = "one URL like ldap://host, without a DN behind it"},
	[SYNCREPL_SEARCHBASE] = {"searchbase", .accepts = dn_accepts, .canonical = dn_canonical,
				 .wants = "a DN"},
	[SYNCREPL_TYPE] = {"type", .assumed = "refreshonly", .accepts = type_accepts,
			   .works = type_works, .canonical = type_canonical,
			   .wants = "refreshOnly or refreshAndPersist"},
	[SYNCREPL_INTERVAL] = {"interval", .assumed = "86400", .accepts = interval_accepts,
			       .canonical = interval_canonical,
			       .wants = "a time like 00:00:05:00 (dd:hh:mm:ss) or seconds"},
	[SYNCREPL_RETRY] = {"retry", .assumed = "3600 +", .accepts = retry_accepts,
			    .works = retry_works, .canonical = syncrepl_retry_canonical,
			    .wants = "pairs of seconds and a count like \"5 5 60 +\""},
	[SYNCREPL_BINDMETHOD] = {"bindmethod", .assumed = "simple", .accepts = bindmethod_accepts,
				 .works = bindmethod_works, .canonical = lower_canonical,
				 .wants = "simple or sasl"},
	[SYNCREPL_BINDDN] = {"binddn", .assumed = "", .accepts = dn_accepts,
			     .canonical = dn_canonical, .wants = "a DN"},
	[SYNCREPL_CREDENTIALS] = {"credentials", .is_secret = true, .works = credentials_work,
				  .wants = "a password that is neither empty nor all asterisks"},
	[SYNCREPL_SASLMECH] = {"saslmech", .works = saslmech_works, .canonical = lower_canonical,
			       .wants = "the name of a SASL mechanism, like EXTERNAL"},
	[SYNCREPL_REALM] = {"realm"},
	[SYNCREPL_AUTHCID] = {"authcid"},
	[SYNCREPL_AUTHZID] = {"authzid", .accepts = authzid_accepts, .works = authzid_works,
			      .canonical = authzid_canonical, .wants = "dn:<DN> or u:<name>"},
	[SYNCREPL_SECPROPS] = {"secprops", .works = secprops_work, .canonical = secprops_canonical,
			       .wants = "a list of SASL properties like noanonymous,minssf=56"},
	[SYNCREPL_TIMEOUT] = {"timeout", NUMBER, .assumed = "0", .accepts = int_accepts,
			      .works = seconds_work, .canonical = number_canonical,
			      .wants = "a number of seconds"},
	[SYNCREPL_NETWORK_TIMEOUT] = {"network-timeout", NUMBER, .assumed = "0",
				      .accepts = int_accepts, .works = seconds_work,
				      .canonical = number_canonical,
				      .wants = "a number of seconds"},
	[SYNCREPL_KEEPALIVE] = {"keepalive", .assumed = "0:0:0", .accepts = keepalive_accepts,
				.canonical = keepalive_canonical,
				.wants = "idle:probes:interval, like 240:10:30"},
	[SYNCREPL_TCP_USER_TIMEOUT] = {"tcp-user-timeout", NUMBER, .since = 20500, .assumed = "0",
				       .accepts = unsigned_accepts, .works = seconds_work,
				       .canonical = unsigned_canonical,
				       .wants = "a number of milliseconds"},
	[SYNCREPL_STARTTLS] = {"starttls", .assumed = "no", .accepts = starttls_accepts,
			       .canonical = lower_canonical, .wants = "no, yes or critical"},
	[SYNCREPL_TLS_CERT] = {"tls_cert", .works = is_path, .wants = "an absolute path"},
	[SYNCREPL_TLS_KEY] = {"tls_key", .works = is_path, .wants = "an absolute path"},
	[SYNCREPL_TLS_CACERT] = {"tls_cacert", .works = is_path, .wants = "an absolute path"},
	[SYNCREPL_TLS_CACERTDIR] = {"tls_cacertdir", .works = is_path, .wants = "an absolute path"},
	[SYNCREPL_TLS_REQCERT] = {"tls_reqcert", .assumed = "demand", .works = tls_demand_works,
				  .canonical = tls_demand_canonical,
				  .wants = "never, allow, try, demand or hard"},
	[SYNCREPL_TLS_REQSAN] = {"tls_reqsan", .since = 20457, .assumed = "allow",
				 .works = tls_demand_works, .canonical = tls_demand_canonical,
				 .wants = "never, allow, try, demand or hard"},
	[SYNCREPL_TLS_CIPHER_SUITE] = {"tls_cipher_suite", .works = is_not_empty,
				       .wants = "a list of ciphers"},
	[SYNCREPL_TLS_ECNAME] = {"tls_ecname", .since = 20457, .works = is_not_empty,
				 .wants = "the name of a curve"},
	[SYNCREPL_TLS_CRLCHECK] = {"tls_crlcheck", .assumed = "none", .works = tls_crlcheck_works,
				   .canonical = lower_canonical, .wants = "none, peer or all"},
	[SYNCREPL_TLS_PROTOCOL_MIN] = {"tls_protocol_min", .works = tls_protocol_works,
				       .canonical = tls_protocol_canonical,
				       .wants = "a protocol number like 3.3 (TLS 1.2)"},
	[SYNCREPL_FILTER] = {"filter", .assumed = "(objectclass=*)", .last_only = true,
			     .accepts = syncrepl_filter_is_valid, .canonical = filter_canonical,
			     .wants = "a search filter"},
	[SYNCREPL_SCOPE] = {"scope", .assumed = "sub", .accepts = scope_accepts,
			    .canonical = scope_canonical, .wants = "sub, one, base or subord"},
	[SYNCREPL_ATTRS] = {"attrs", .assumed = "*,+", .accepts = attrs_accepts,
			    .works = attrs_work, .canonical = attrs_canonical,
			    .wants = "a list of attributes like cn,sn"},
	[SYNCREPL_EXATTRS] = {"exattrs", .assumed = "", .accepts = attrs_accepts,
			      .works = attrs_work, .canonical = exattrs_canonical,
			      .wants = "a list of attributes like cn,sn"},
	[SYNCREPL_ATTRSONLY] = {"attrsonly", FLAG},
	[SYNCREPL_SCHEMACHECKING] = {"schemachecking", .assumed = "off", .works = on_off_works,
				     .canonical = schemachecking_canonical, .wants = "on or off"},
	[SYNCREPL_SIZELIMIT] = {"sizelimit", NUMBER, .assumed = "0", .accepts = limit_accepts,
				.canonical = limit_canonical, .wants = "a number, or unlimited"},
	[SYNCREPL_TIMELIMIT] = {"timelimit", NUMBER, .assumed = "0", .accepts = limit_accepts,
				.canonical = limit_canonical,
				.wants = "a number of seconds, or unlimited"},
	[SYNCREPL_SYNCDATA] = {"syncdata", .assumed = "default", .works = syncdata_works,
			       .canonical = lower_canonical,
			       .wants = "default, accesslog or changelog"},
	[SYNCREPL_LOGBASE] = {"logbase", .accepts = dn_accepts, .canonical = dn_canonical,
			      .wants = "a DN"},
	[SYNCREPL_LOGFILTER] = {"logfilter", .last_only = true, .accepts = syncrepl_filter_is_valid,
				.canonical = filter_canonical, .wants = "a search filter"},
	[SYNCREPL_SUFFIXMASSAGE] = {"suffixmassage", .accepts = dn_accepts,
				    .canonical = dn_canonical, .wants = "a DN"},
	[SYNCREPL_MANAGEDSAIT] = {"manageDSAit", NUMBER, .assumed = "0",
				  .accepts = boolean_number_accepts, .canonical = decimal_canonical,
				  .wants = "0 or 1"},
	[SYNCREPL_STRICTREFRESH] = {"strictrefresh", FLAG},
	[SYNCREPL_LAZYCOMMIT] = {"lazycommit", FLAG, .since = 20500},
	[SYNCREPL_VERSION] = {"version", NUMBER, .assumed = "3", .last_only = true,
			      .accepts = version_accepts, .wants = "3"},
};

const char *syncrepl_keyword_name(SyncreplKeyword keyword)
{
	return syncrepl_rules[keyword].name;
}

int syncrepl_keyword_find(const char *name, size_t len)
{
	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		if (strncasecmp(syncrepl_rules[i].name, name, len) == 0 &&
		    syncrepl_rules[i].name[len] == '\0')
			return i;
	return len == 3 && strncasecmp(name, "uri", 3) == 0 ? SYNCREPL_PROVIDER : -1;
}

SyncreplKind syncrepl_keyword_kind(SyncreplKeyword keyword)
{
	return syncrepl_rules[keyword].kind;
}

bool syncrepl_keyword_is_secret(SyncreplKeyword keyword)
{
	return syncrepl_rules[keyword].is_secret;
}

unsigned syncrepl_keyword_since(SyncreplKeyword keyword)
{
	return syncrepl_rules[keyword].since;
}

const char *syncrepl_keyword_default(SyncreplKeyword keyword)
{
	return syncrepl_rules[keyword].assumed;
}
