/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/copy/csn_set.h"
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/draft/untended.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"
#include "common/slapd/module.h"
#include "common/slapd/serverid.h"
#include "common/slapd/url.h"

/* --- olcServerID --- */

/* Without listeners slapd's choice cannot be foretold; one value that names this peer's id and URL
 * is then believed. */
static ServerIdVerdict judge_without_listeners(Diff *diff, const char *const *values,
					       size_t n_values)
{
	const Peer *self = diff->in->wanted->self;
	ServerIdVerdict verdict = {.problem = "slapd's listeners are not known"};

	for (size_t i = 0; i < n_values; i++) {
		ServerId id;

		if (serverid_parse(diff->pool, values[i], &id, NULL) < 0)
			continue;
		if (!id.url || (id.sid == self->id && url_equal(id.url, self->uri))) {
			verdict.starts = true;
			verdict.has_sid = true;
			verdict.sid = id.sid;
		}
	}
	if (verdict.starts && n_values > 1)
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_NOTE, "server-id-unverified", NULL,
			"olcServerID lists URLs, and slapd's listeners are not known: whether "
			"slapd finds itself in the list at its next start was not checked");
	return verdict;
}

/* By the running listeners; the values must also do for those of the next start. */
static ServerIdVerdict server_id_judge_live(Diff *diff, const char *const *values, size_t n_values)
{
	const Live *live = diff->in->live;
	const Facts *facts = diff->in->facts;
	ServerIdVerdict verdict, next;

	if (n_values > 0 && live->n_listeners == 0)
		return judge_without_listeners(diff, values, n_values);
	verdict = serverid_judge(diff->pool, values, n_values, live->listeners, live->n_listeners,
				 facts->machine.fqdn);
	/* A value that slapd matches by the full name is no drift before that is known. */
	if (!verdict.starts && facts->machine.fqdn_is_open)
		return judge_without_listeners(diff, values, n_values);
	if (!verdict.starts || facts->machine.given.n_next == 0)
		return verdict;
	next = serverid_judge(diff->pool, values, n_values, facts->machine.given.next,
			      facts->machine.given.n_next, facts->machine.fqdn);
	verdict.starts = next.starts && next.sid == verdict.sid;
	return verdict;
}

/* G5: data that this node wrote under its old id would look like another's. */
static const char *database_that_used(Diff *diff, unsigned sid)
{
	const Wanted *wanted = diff->in->wanted;

	for (size_t i = 0; i < wanted->n_databases; i++) {
		const char *suffix = wanted->databases[i].desired->suffix;
		const Content *here = &diff_facts(diff, suffix)->here;

		if (here->state == CONTENT_UNKNOWN)
			diff_need_content(diff, &wanted->databases[i], false);
		if (csn_newest(here->context_csns, here->n_context_csns, sid))
			return suffix;
	}
	return NULL;
}

/* The id under which it wrote so far, where no peer has it. */
static const char *old_id_remedy(Diff *diff, unsigned sid)
{
	const Peer *holder = desired_peer(diff->in->desired, sid);

	if (holder)
		return remedy_fill(diff->pool, REMEDY_ID_EXCHANGED, holder->uri);
	return pool_printf(
		diff->pool, "give this peer %s",
		remedy_fill(diff->pool, REMEDY_ID_OF_OLD, remedy_number(diff->pool, sid)));
}

static void server_id_guard(Diff *diff, Change *change, const ServerIdVerdict *verdict)
{
	const unsigned id = diff->in->wanted->self->id;
	const bool had_one = verdict->has_sid && verdict->sid > 0;
	const char *suffix, *used;

	if (!diff->server_id_is_wrong || !diff->has_live_sid ||
	    diff_is_released(diff, GUARD_SERVER_ID))
		return;
	suffix = had_one ? database_that_used(diff, verdict->sid) : NULL;
	used = suffix ? pool_printf(diff->pool, "%s carries changes made under %u", suffix,
				    verdict->sid)
		      : untended_server_id_problem(diff);
	if (!used)
		return;
	plan_hold(diff->pool, diff->plan, change,
		  (Hold){
			  .guard = GUARD_SERVER_ID,
			  .text = pool_printf(
				  diff->pool,
				  "this node's server ID would %s to %u, but %s; %sif the change "
				  "is meant",
				  had_one ? pool_printf(diff->pool, "change from %u", verdict->sid)
					  : "be set",
				  id, used,
				  had_one && !desired_is_retired(diff->in->desired, verdict->sid)
					  ? pool_printf(diff->pool, "%s, or ",
							old_id_remedy(diff, verdict->sid))
					  : ""),
			  .release = remedy_text(REMEDY_RELEASE_G5),
		  });
}

/* G11 wants to know under which server IDs the peers run. */
static void need_peers(Diff *diff)
{
	const Wanted *wanted = diff->in->wanted;

	for (size_t i = 0; i < wanted->n_databases; i++)
		if (wanted->databases[i].n_consumers > 0 &&
		    diff_facts(diff, wanted->databases[i].desired->suffix)->n_peers == 0)
			diff_need_content(diff, &wanted->databases[i], true);
}

static bool list_is_live(Diff *diff, const char *const *values, size_t n_values)
{
	const Wanted *wanted = diff->in->wanted;
	size_t n_found = 0;

	for (size_t i = 0; i < wanted->desired->n_peers; i++)
		for (size_t j = 0; j < n_values; j++) {
			const Peer *peer = &wanted->desired->peers[i];
			ServerId id;

			if (peer->role == PEER_PROVIDER &&
			    serverid_parse(diff->pool, values[j], &id, NULL) == 0 &&
			    id.sid == peer->id && id.url && url_equal(id.url, peer->uri)) {
				n_found++;
				break;
			}
		}
	return n_found == wanted->n_server_id_list && n_values == n_found;
}

static bool is_listener(Diff *diff, const char *uri, const char *const *urls, size_t n_urls)
{
	return serverid_url_match(uri, urls, n_urls, diff->in->facts->machine.fqdn) ==
	       URL_MATCH_EXACT;
}

/* The list form is safe only when one value equals a listener string of this slapd exactly (G1). */
static void server_id_list_guard(Diff *diff, Change *change)
{
	const Live *live = diff->in->live;
	const Facts *facts = diff->in->facts;
	const Peer *self = diff->in->wanted->self;
	const char *const *urls = live->listeners;
	size_t n_urls = live->n_listeners;

	if (facts->machine.given.n_next > 0 && is_listener(diff, self->uri, urls, n_urls)) {
		urls = facts->machine.given.next;
		n_urls = facts->machine.given.n_next;
	}
	if (is_listener(diff, self->uri, urls, n_urls))
		return;
	plan_hold(diff->pool, diff->plan, change,
		  (Hold){
			  .guard = GUARD_RESTART,
			  .text = pool_printf(
				  diff->pool,
				  "with \"server_id\": \"list\" slapd would not start "
				  "again: its listeners are '%s', and none is exactly "
				  "%s; %s, or write in peers.json",
				  n_urls > 0 ? urls_join(diff->pool, urls, n_urls) : "not known",
				  self->uri, remedy_fill(diff->pool, REMEDY_LISTENER, self->uri)),
			  .release = remedy_text(REMEDY_SERVER_ID_AUTO),
		  });
}

static const char *values_join(Pool *pool, const char *const *values, size_t n_values)
{
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < n_values; i++)
		buf_printf(&text, "%s%s", i > 0 ? ", " : "", values[i]);
	return n_values > 0 ? buf_text(&text) : NULL;
}

void diff_server_id(Diff *diff)
{
	const Wanted *wanted = diff->in->wanted;
	const Attribute *live = diff->in->live->server_ids;
	size_t n_values = live ? live->n_values : 0;
	const char *const *values = attribute_texts(diff->pool, live);
	ServerIdVerdict verdict = server_id_judge_live(diff, values, n_values);
	bool wants_list = wanted->desired->server_id == SERVER_ID_LIST;
	Change *change;

	/* One that a consumer has all the same: common/draft/role.c */
	if (peer_is_consumer(wanted->self))
		return;
	if (verdict.starts && verdict.has_sid && verdict.sid == wanted->self->id &&
	    (!wants_list || list_is_live(diff, values, n_values)))
		return;
	diff->server_id_is_wrong = !verdict.has_sid || verdict.sid != wanted->self->id;
	diff->has_live_sid = verdict.has_sid || n_values == 0;
	diff->live_sid = verdict.has_sid ? verdict.sid : 0;
	change = plan_add_change(
		diff->pool, diff->plan,
		(Change){
			.kind = CHANGE_SERVER_ID,
			.dn = "cn=config",
			.attribute = "olcServerID",
			.subject = "of this node",
			.old_value = values_join(diff->pool, values, n_values),
			.new_value = wants_list ? values_join(diff->pool, wanted->server_id_list,
							      wanted->n_server_id_list)
						: wanted->server_id,
			.why = n_values == 0 ? "this node has no server ID"
			       : !verdict.starts
				       ? "slapd would not start again with the live values"
			       : verdict.sid == wanted->self->id
				       ? "peers.json asks for the list of all peers"
				       : "peers.json gives this node another id",
		});
	need_peers(diff);
	server_id_guard(diff, change, &verdict);
	if (wants_list && !change->is_held)
		server_id_list_guard(diff, change);
}

/* --- olcModuleLoad --- */

static bool is_loaded(const LiveModules *loaded, const char *name)
{
	for (size_t i = 0; i < loaded->n_lists; i++)
		if (module_is_loaded(loaded->lists[i], name))
			return true;
	return false;
}

static void module_add(Diff *diff, ChangeKind kind, const char *name)
{
	const Live *live = diff->in->live;

	plan_add_change(diff->pool, diff->plan,
			(Change){
				.kind = kind,
				.dn = live->loaded.dn ? live->loaded.dn : "cn=module,cn=config",
				.attribute = "olcModuleLoad",
				.subject = name,
				.new_value = name,
				.why = "the overlay needs it",
			});
}

/* An overlay that is there without the module is built in. */
static bool is_built_in(const Live *live, const char *attribute)
{
	for (size_t i = 0; i < live->config->n_entries; i++)
		if (entry_attribute(&live->config->entries[i], attribute))
			return true;
	return false;
}

static bool has_syncprov(const Live *live)
{
	for (size_t i = 0; i < live->n_databases; i++)
		if (live->databases[i].syncprov)
			return true;
	return is_loaded(&live->loaded, "syncprov");
}

void diff_module(Diff *diff)
{
	const Live *live = diff->in->live;

	if (!has_syncprov(live) && change_first_free(diff->plan, NULL, CHANGE_BIT(CHANGE_OVERLAY)))
		module_add(diff, CHANGE_MODULE, "syncprov");
	if (!is_loaded(&live->loaded, "accesslog") && !is_built_in(live, "olcAccessLogDB") &&
	    change_first_free(diff->plan, NULL, CHANGE_BIT(CHANGE_LOG_OVERLAY)))
		module_add(diff, CHANGE_LOG_MODULE, "accesslog");
}
