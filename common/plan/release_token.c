/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/release_token.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/sha256.h"
#include "common/base/text.h"
#include "common/plan/plan_changes.h"
#include "common/plan/release_line.h"
#include "common/plan/render.h"

/*
 * Between the moment in which a person reads what is held and the moment in which the command is
 * run, peers.json or the server may change, and the same guard may hold more. The token in the
 * command is made from what was read, so that nothing else passes.
 */

#define TOKEN_LEN 6

/* Of these the values that are written are held. What others hold depends also on which peers just
 * answer, and a person decides about the reason. */
#define OF_VALUES                                                                       \
	(GUARD_BIT(GUARD_REMOVAL) | GUARD_BIT(GUARD_LINK) | GUARD_BIT(GUARD_REVISION) | \
	 GUARD_BIT(GUARD_ACCESS) | GUARD_BIT(GUARD_NOT_UNDERSTOOD))

/* The reasons of these quote what peers answered, which may be another fault the next time: the
 * peers count, and the values. */
#define OF_PEERS (GUARD_BIT(GUARD_LINK) | GUARD_BIT(GUARD_JOINING))

static bool is_about(const Plan *plan, const Hold *hold, Guard guard, const char *suffix)
{
	if (hold->guard != guard)
		return false;
	return !suffix || !plan->wanted ||
	       (hold->suffix &&
		wanted_find(plan->wanted, hold->suffix) == wanted_find(plan->wanted, suffix));
}

static void put_field(Buf *out, const char *text)
{
	buf_puts(out, text ? text : "-");
	buf_putc(out, '\n');
}

static int compare(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* What is put into the token's text: what the guard holds. */
typedef struct Held {
	const Plan *plan;
	Guard guard;
	const char *suffix; /* NULL: of all databases */
	Pool *scratch;
	Buf text;
} Held;

/* Of a link all that is written; of what else there is, what the plan shows. */
static void put_change(Held *held, const Change *change)
{
	if (!change->is_held || !is_about(held->plan, &change->hold, held->guard, held->suffix))
		return;
	put_field(&held->text, change->suffix);
	put_field(&held->text, render_change(held->scratch, change));
	if (!change->consumer.live && !change->consumer.wanted)
		return;
	put_field(&held->text, render_old(held->scratch, change));
	put_field(&held->text, render_new(held->scratch, change));
}

static void put_told(Held *held, const char *suffix)
{
	const Change *change;

	for (size_t at = 0; (change = change_next_told(held->plan, suffix, &at));)
		put_change(held, change);
}

static void put_changes(Held *held)
{
	const Plan *plan = held->plan;
	const Change *change;

	put_told(held, NULL);
	for (size_t i = 0; i < plan->n_databases; i++)
		for (size_t at = 0;
		     (change = change_next(plan, &plan->databases[i], CHANGES_ALL, &at));)
			put_change(held, change);
}

/* In the order of their names, each once, whatever is said of them. */
static void put_urls(Held *held, const char *text)
{
	const char **urls = NULL;
	size_t n_urls = 0;

	for (const char *at = text; (at = strstr(at, "ldap")); at++) {
		size_t len = strcspn(at, " ;,\"'`()");
		const char *url;

		while (len > 0 && strchr(":.", at[len - 1]))
			len--;
		url = pool_printf(held->scratch, "%.*s", (int)len, at);

		if (strstr(url, "://") && !text_is_among(url, urls, n_urls))
			POOL_PUSH(held->scratch, urls, n_urls, url);
	}
	if (n_urls > 0)
		qsort(urls, n_urls, sizeof(*urls), compare);
	for (size_t i = 0; i < n_urls; i++)
		put_field(&held->text, urls[i]);
}

/* True before "s" and "of 5 entries": a clock and a database go on meanwhile. */
static bool counts_what_moves(const char *behind)
{
	static const char *const words[] = {" s ", " of ", " entries"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strncmp(behind, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* As it is, but for how many seconds or entries there are by now. */
static void put_reason(Held *held, const char *text)
{
	for (const char *at = text; *at;) {
		const size_t len = strspn(at, "0123456789");
		const bool is_word = at == text || at[-1] == ' ';

		if (len > 0 && is_word && counts_what_moves(at + len)) {
			at += len;
			continue;
		}
		buf_printf(&held->text, "%.*s", (int)(len > 0 ? len : 1), at);
		at += len > 0 ? len : 1;
	}
	buf_putc(&held->text, '\n');
}

static void put_holds(Held *held)
{
	for (size_t i = 0; i < held->plan->held.n_holds; i++) {
		const Hold *hold = &held->plan->held.holds[i];

		if (!is_about(held->plan, hold, held->guard, held->suffix))
			continue;
		put_field(&held->text, hold->suffix);
		if (GUARD_BIT(held->guard) & OF_PEERS)
			put_urls(held, hold->text);
		else
			put_reason(held, hold->text);
	}
}

const char *release_token(Pool *pool, const Plan *plan, Guard guard, const char *suffix)
{
	AUTO(Pool) *scratch = pool_new();
	Held held = {plan, guard, suffix, scratch, BUF_IN(scratch)};
	char digest[SHA256_HEX_SIZE];

	put_holds(&held);
	if (held.text.len == 0)
		return NULL;
	if (GUARD_BIT(guard) & OF_VALUES)
		put_changes(&held);
	sha256_hex(held.text.bytes, held.text.len, digest);
	return pool_printf(pool, "%.*s", TOKEN_LEN, digest);
}

/* --- holds --- */

/* All that one command ends have the same one. */
static const char *token_again(const PlanHolds *held, size_t n_made, const Hold *hold)
{
	for (size_t i = 0; i < n_made; i++)
		if (held->holds[i].token && strcmp(held->holds[i].release, hold->release) == 0)
			return held->holds[i].token;
	return NULL;
}

/* A roll-out's release decides which peers.json is read at all: by the time a plan could tell what
 * it holds, it holds it no more. */
static void token_make(Pool *pool, const Plan *plan, size_t n_made, Hold *hold)
{
	const int guard = release_line_guard(hold->release);
	const bool names_suffix = guard >= 0 && strstr(hold->release, " --suffix ") != NULL;

	if (guard < 0 || guard == GUARD_ROLLOUT)
		return;
	hold->token = token_again(&plan->held, n_made, hold);
	if (!hold->token)
		hold->token =
			release_token(pool, plan, (Guard)guard, names_suffix ? hold->suffix : NULL);
}

void release_tokens_make(Pool *pool, Plan *plan)
{
	for (size_t i = 0; i < plan->held.n_holds; i++)
		token_make(pool, plan, i, &plan->held.holds[i]);
}
