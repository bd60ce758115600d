/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "common/adopt/adoption.h"
#include "common/base/utf8.h"
#include "common/syncrepl/syncrepl_partial.h"

/* What slapd assumes where syncward would write something else: always spelled out. */
static const char *const spelled_out[SYNCREPL_KEYWORD_COUNT] = {
	[SYNCREPL_TYPE] = "refreshOnly",  [SYNCREPL_RETRY] = "undefined",
	[SYNCREPL_BINDMETHOD] = "simple", [SYNCREPL_TIMEOUT] = "0",
	[SYNCREPL_NETWORK_TIMEOUT] = "0",
};

/* One keyword spread over the two levels; values are those that peers.json can hold. */
typedef struct Spread {
	Adoption *adoption;
	AdoptDocument *document;
	const char *secrets_dir;
	Syncrepl **links;   /* per database and link */
	size_t *model;      /* per database: the link that is most like the others */
	const char **level; /* per database: what stands in its syncrepl; NULL: nothing */
	SyncreplKeyword keyword;
} Spread;

/* --- values that peers.json can hold --- */

static bool is_utf8(const char *text)
{
	size_t len = strlen(text);
	uint32_t character;

	for (size_t at = 0, n; at < len; at += n) {
		n = utf8_decode(text + at, len - at, &character);
		if (n == 0)
			return false;
	}
	return true;
}

static bool fits(SyncreplKeyword keyword, const char *value, Error *err)
{
	const char *name = syncrepl_keyword_name(keyword);
	bool is_secret = syncrepl_keyword_is_secret(keyword);
	const char *fault = NULL;

	if (syncrepl_check(keyword, value, err) < 0)
		return false;
	if (!is_secret && !is_utf8(value))
		fault = "is not UTF-8";
	else if (is_secret && strpbrk(value, "\r\n"))
		fault = "contains a line end, which a password file cannot";
	else if (syncrepl_keyword_kind(keyword) == SYNCREPL_KIND_NUMBER &&
		 (!*value || value[strspn(value, "0123456789")]))
		fault = "is no number from 0 up";
	return !fault || error_set(err, ERROR_INPUT, 0, "%s %s", name, fault) == 0;
}

const char *adopt_value(Pool *pool, SyncreplKeyword keyword, const char *value, Error *err)
{
	const char *canonical = syncrepl_canonical(pool, keyword, value);

	/* Numbers are not written as JSON writes them, 0x10 and 010. */
	if (syncrepl_keyword_kind(keyword) != SYNCREPL_KIND_NUMBER && fits(keyword, value, err))
		return value;
	return fits(keyword, canonical, err) ? canonical : NULL;
}

static Syncrepl *links_settle(Adoption *adoption, const AdoptDatabase *database)
{
	Syncrepl *settled = pool_alloc(adoption->pool, database->n_links * sizeof(*settled));

	for (size_t i = 0; i < database->n_links; i++)
		for (int k = 0; k < SYNCREPL_KEYWORD_COUNT; k++) {
			const char *value = database->links[i].syncrepl->value[k];

			if (value)
				settled[i].value[k] = adopt_value(adoption->pool,
								  (SyncreplKeyword)k, value, NULL);
		}
	return settled;
}

bool adopt_same_value(SyncreplKeyword keyword, const char *one, const char *other)
{
	Syncrepl first = {0}, second = {0};

	if (one == other || (one && other && strcmp(one, other) == 0))
		return true;
	first.value[keyword] = one;
	second.value[keyword] = other;
	return syncrepl_same(keyword, &first, &second);
}

static bool same(const Spread *spread, const char *one, const char *other)
{
	return adopt_same_value(spread->keyword, one, other);
}

/* --- passwords --- */

static const char *file_name(Pool *pool, const char *text)
{
	char *name = pool_strdup(pool, text);

	for (char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '.' && *at != '-')
			*at = '_';
	if (*name == '.')
		*name = '_';
	return name;
}

static bool name_is_taken(const AdoptDocument *document, const char *name)
{
	for (size_t i = 0; i < document->n_secrets; i++)
		if (strcmp(document->secrets[i].name, name) == 0)
			return true;
	return false;
}

static void secret_set(Spread *spread, SyncreplSettings *settings, const char *used_for,
		       const char *text)
{
	AdoptDocument *document = spread->document;
	Pool *pool = spread->adoption->pool;
	const char *host = strstr(used_for, "://");
	const char *base = file_name(pool, host ? host + 3 : used_for), *name = base;
	AdoptSecret secret = {.text = text, .used_for = used_for};

	for (unsigned n = 2; name_is_taken(document, name); n++)
		name = pool_printf(pool, "%s-%u", base, n);
	secret.name = name;
	secret.path = pool_printf(pool, "%s/%s", spread->secrets_dir, name);
	settings->credentials = (Credentials){.kind = CREDENTIALS_FILE, .name = secret.path};
	POOL_PUSH(pool, document->secrets, document->n_secrets, secret);
}

/* --- the two levels --- */

static void settings_set(Spread *spread, SyncreplSettings *settings, const char *used_for,
			 const char *value)
{
	SyncreplKeyword keyword = spread->keyword;

	if (!value)
		value = spelled_out[keyword];
	if (!value)
		settings->left_out[keyword] = true;
	else if (keyword == SYNCREPL_CREDENTIALS)
		secret_set(spread, settings, used_for, value);
	else
		settings->value[keyword] = value;
}

/* The peer's value in the database; false when the database does not read from it. */
static bool value_find(const Spread *spread, size_t database, size_t peer, const char **ret)
{
	const AdoptDatabase *adopted = &spread->adoption->databases[database];

	for (size_t i = 0; i < adopted->n_links; i++)
		if (adopted->links[i].peer == peer) {
			*ret = spread->links[database][i].value[spread->keyword];
			return true;
		}
	return false;
}

/* True when databases read the peer with different values: then only they can say it. */
static bool varies(const Spread *spread, size_t peer)
{
	const char *first = NULL, *value;
	bool has_first = false;

	for (size_t d = 0; d < spread->adoption->n_databases; d++) {
		if (!value_find(spread, d, peer, &value))
			continue;
		if (has_first && !same(spread, first, value))
			return true;
		if (!has_first)
			first = value;
		has_first = true;
	}
	return false;
}

bool adopt_is_spread(int keyword)
{
	return keyword != SYNCREPL_RID && keyword != SYNCREPL_PROVIDER &&
	       keyword != SYNCREPL_SEARCHBASE;
}

static size_t differences(const Syncrepl *one, const Syncrepl *other)
{
	size_t n = 0;

	for (int k = 0; k < SYNCREPL_KEYWORD_COUNT; k++)
		n += adopt_is_spread(k) &&
		     !adopt_same_value((SyncreplKeyword)k, one->value[k], other->value[k]);
	return n;
}

/* A whole link, not the most common value of each keyword: those together might not even bind. */
static size_t model_find(const Syncrepl *links, size_t n_links)
{
	size_t best = 0, fewest = SIZE_MAX;

	for (size_t i = 0; i < n_links && fewest > 0; i++) {
		size_t n = 0;

		for (size_t j = 0; j < n_links && n < fewest; j++)
			n += differences(&links[i], &links[j]);
		if (n < fewest) {
			fewest = n;
			best = i;
		}
	}
	return best;
}

static void database_spread(Spread *spread, size_t d)
{
	const AdoptDatabase *database = &spread->adoption->databases[d];
	SyncreplSettings *settings = &spread->document->desired.databases[d].syncrepl;

	if (database->n_links == 0)
		return;
	spread->level[d] = spread->links[d][spread->model[d]].value[spread->keyword];
	for (size_t i = 0; i < database->n_links; i++)
		if (varies(spread, database->links[i].peer)) {
			spread->level[d] = spread->links[d][i].value[spread->keyword];
			break;
		}
	if (spread->level[d] || spelled_out[spread->keyword])
		settings_set(spread, settings, database->suffix, spread->level[d]);
}

static void peer_spread(Spread *spread, size_t peer)
{
	Adoption *adoption = spread->adoption;
	const char *uri = adoption->peers[peer].uri, *value, *own = NULL;
	bool is_own = false, has_varied = varies(spread, peer);

	for (size_t d = 0; d < adoption->n_databases; d++) {
		if (!value_find(spread, d, peer, &value) || same(spread, value, spread->level[d]))
			continue;
		if (has_varied && peer != 0)
			adopt_note(adoption,
				   "%s is read with another %s for %s than for other databases; "
				   "peers.json cannot say that together with the other peers'",
				   uri, syncrepl_keyword_name(spread->keyword),
				   adoption->databases[d].suffix);
		own = value;
		is_own = true;
	}
	if (is_own && !has_varied)
		settings_set(spread, &spread->document->peer_settings[peer], uri, own);
}

static void partial_note(Adoption *adoption, const AdoptDatabase *database)
{
	if (adoption->is_consumer && !adoption->is_hub)
		return;
	for (size_t i = 0; i < database->n_links; i++) {
		const Syncrepl *link = database->links[i].syncrepl;
		const char *keywords = syncrepl_partial(adoption->pool, link);

		if (keywords && !syncrepl_loses(link))
			adopt_note(adoption,
				   "%s is read for %s up to a limit (sizelimit): a refresh that "
				   "needs more entries never completes (G13); take that out",
				   link->value[SYNCREPL_PROVIDER], database->suffix);
		else if (keywords)
			adopt_note(
				adoption,
				"%s is read for %s in part only (%s): on a %s the other nodes lose "
				"what it leaves out (G13); take that out, and let the database "
				"join anew, empty",
				link->value[SYNCREPL_PROVIDER], database->suffix, keywords,
				adoption->is_hub ? "hub" : "provider");
	}
}

/* What a consumer leaves out is its own affair: no provider may read so. All its links agree. */
static void own_spread(Spread *spread)
{
	/* A consumer has no database without links. */
	const char *value = spread->links[0][0].value[spread->keyword];

	if (value)
		settings_set(spread, spread->document->as_consumer, NULL, value);
}

static void keyword_spread(Spread *spread)
{
	const Adoption *adoption = spread->adoption;

	if (!adopt_is_spread((int)spread->keyword))
		return;
	if (adoption->is_consumer && syncrepl_may_narrow(spread->keyword)) {
		own_spread(spread);
		return;
	}
	for (size_t d = 0; d < adoption->n_databases; d++)
		database_spread(spread, d);
	for (size_t i = 0; i < adoption->n_peers; i++)
		peer_spread(spread, i);
}

void adopt_spread_keywords(Adoption *adoption, AdoptDocument *document, const char *secrets_dir)
{
	Spread spread = {.adoption = adoption, .document = document, .secrets_dir = secrets_dir};
	size_t n = adoption->n_databases;

	spread.links = pool_alloc(adoption->pool, n * sizeof(*spread.links));
	spread.model = pool_alloc(adoption->pool, n * sizeof(*spread.model));
	spread.level = pool_alloc(adoption->pool, n * sizeof(*spread.level));
	for (size_t d = 0; d < n; d++) {
		partial_note(adoption, &adoption->databases[d]);
		spread.links[d] = links_settle(adoption, &adoption->databases[d]);
		spread.model[d] = model_find(spread.links[d], adoption->databases[d].n_links);
	}
	for (int k = 0; k < SYNCREPL_KEYWORD_COUNT; k++) {
		spread.keyword = (SyncreplKeyword)k;
		keyword_spread(&spread);
	}
}
