/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/serverid.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/slapd/config_words.h"
#include "common/slapd/url.h"

#define SID_MAX   4095
#define WORDS_MAX 2
#define LOCALHOST "localhost"

static bool read_number(const char *text, int base, long *ret)
{
	char *end;

	*ret = strtol(text, &end, base);
	return end != text && !*end && *ret >= INT_MIN && *ret <= INT_MAX;
}

int serverid_parse(Pool *pool, const char *text, ServerId *ret, Error *err)
{
	char *rest = pool_strdup(pool, text);
	const char *words[WORDS_MAX] = {NULL}, *word;
	size_t n_words = 0;
	long number;
	Url url;

	while ((word = config_next_word(&rest))) {
		if (n_words == WORDS_MAX)
			return error_set(err, ERROR_REFUSED, 0,
					 "extra cruft after <number> <[URI]> in \"%s\"", text);
		words[n_words++] = word;
	}
	/* slapd reads decimal first, then anything as hex: "10" is 10, "abc" is 0xabc. */
	if (n_words == 0 ||
	    (!read_number(words[0], 10, &number) && !read_number(words[0], 16, &number)) ||
	    number < 0 || number > SID_MAX)
		return error_set(err, ERROR_REFUSED, 0, "illegal server ID in \"%s\"", text);
	if (n_words == WORDS_MAX && !url_parse(pool, words[1], &url))
		return error_set(err, ERROR_REFUSED, 0, "invalid URL in \"%s\"", text);
	*ret = (ServerId){.sid = (unsigned)number, .url = words[1]};
	return 0;
}

static bool host_is_own(const char *host, const char *fqdn)
{
	return *host == '\0' || strncasecmp(host, LOCALHOST, strlen(LOCALHOST)) == 0 ||
	       (fqdn && strcasecmp(host, fqdn) == 0);
}

/* The host is this machine's: does a listener serve this scheme, port and address? */
static bool listener_serves(const Url *listener, const Url *url)
{
	return strcmp(listener->scheme, url->scheme) == 0 && listener->port == url->port &&
	       (*listener->host == '\0' || *url->host == '\0' ||
		strcasecmp(listener->host, url->host) == 0);
}

UrlMatch serverid_url_match(const char *url, const char *const *listeners, size_t n_listeners,
			    const char *fqdn)
{
	AUTO(Pool) *scratch = NULL;
	Url own, listener;

	for (size_t i = 0; i < n_listeners; i++)
		if (strcasecmp(url, listeners[i]) == 0)
			return URL_MATCH_EXACT;
	scratch = pool_new();
	if (!url_parse(scratch, url, &own) || !host_is_own(own.host, fqdn))
		return URL_MATCH_NONE;
	for (size_t i = 0; i < n_listeners; i++)
		if (url_parse(scratch, listeners[i], &listener) && listener_serves(&listener, &own))
			return URL_MATCH_HOST_NAME;
	return URL_MATCH_NONE;
}

typedef struct Judge {
	const char *const *listeners;
	size_t n_listeners;
	const char *fqdn;
	bool has_values; /* a value came before this one */
	bool has_bare;
	ServerIdVerdict verdict;
} Judge;

static const char *judge_add(Judge *judge, const ServerId *id)
{
	UrlMatch match;

	if (!id->url && judge->has_values)
		return "unqualified server ID not allowed now: a value without a URL must be the "
		       "only one";
	if (judge->has_bare)
		return "only one server ID allowed now: a value without a URL must be the only one";
	judge->has_values = true;
	judge->has_bare = !id->url;
	match = id->url ? serverid_url_match(id->url, judge->listeners, judge->n_listeners,
					     judge->fqdn)
			: URL_MATCH_EXACT;
	if (match == URL_MATCH_NONE)
		return NULL;
	if (judge->verdict.has_sid)
		return "multiple server ID URLs matched, only one is allowed";
	judge->verdict.has_sid = true;
	judge->verdict.sid = id->sid;
	judge->verdict.by_host_name = match == URL_MATCH_HOST_NAME;
	return NULL;
}

ServerIdVerdict serverid_judge(Pool *pool, const char *const *values, size_t n_values,
			       const char *const *listeners, size_t n_listeners, const char *fqdn)
{
	Judge judge = {.listeners = listeners, .n_listeners = n_listeners, .fqdn = fqdn};
	Error err = {0};
	ServerId id;

	for (size_t i = 0; i < n_values; i++) {
		const char *problem;

		if (serverid_parse(pool, values[i], &id, &err) < 0)
			return (ServerIdVerdict){.problem = pool_strdup(pool, err.text)};
		problem = judge_add(&judge, &id);
		if (problem)
			return (ServerIdVerdict){.problem = problem};
	}
	if (n_values > 0 && !judge.verdict.has_sid)
		return (ServerIdVerdict){.problem =
						 "no serverID / URL match found: no value names a "
						 "listener of this slapd (its -h option)"};
	judge.verdict.starts = true;
	return judge.verdict;
}
