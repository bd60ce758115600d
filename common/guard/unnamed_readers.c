/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/unnamed_readers.h"

#include <string.h>

#include "common/access/read_rights.h"
#include "common/base/buf.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"
#include "common/slapd/url.h"

/* A reader that is reported is looked for again then, so that one that has left is not reported for
 * long. */
#define TOLD_AGAIN_SEC 4

/* One database and its readers. */
typedef struct Unnamed {
	Diff *diff;
	const WantedDatabase *wanted;
	const AccessLists *lists;
} Unnamed;

static bool is_named(const WantedDatabase *wanted, const char *dn)
{
	for (size_t i = 0; i < wanted_count_readers(wanted); i++)
		if (dn_equal(wanted->readers[i], dn))
			return true;
	return false;
}

/* By its URL, where that has no name, and as it was found when it was probed. */
static bool is_at(const Unnamed *unnamed, const Peer *peer, const char *address)
{
	const LinkProbes *probes = unnamed->diff->in->facts->probes;
	const LinkProbe *probe =
		probes ? link_probe_find(probes, unnamed->wanted->desired->suffix, peer->id, NULL)
		       : NULL;
	Url url;

	if (probe && probe->probe.address && strcmp(probe->probe.address, address) == 0)
		return true;
	return url_parse(unnamed->diff->pool, peer->uri, &url) && strcmp(url.host, address) == 0;
}

static const Peer *peer_at(const Unnamed *unnamed, const char *address)
{
	for (size_t i = 0; i < unnamed->wanted->n_consumers + unnamed->wanted->n_others; i++)
		if (is_at(unnamed, unnamed->wanted->consumers[i].peer, address))
			return unnamed->wanted->consumers[i].peer;
	return NULL;
}

/* As JSON has it. */
static void text_quote(Buf *line, const char *text)
{
	buf_putc(line, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(line, '\\');
		buf_putc(line, *text);
	}
	buf_putc(line, '"');
}

const char *readers_with(Pool *pool, const WantedDatabase *wanted, const char *dn)
{
	Buf line = BUF_IN(pool);

	for (size_t i = 0; i < wanted->n_readers; i++) {
		text_quote(&line, wanted->readers[i]);
		buf_puts(&line, ", ");
	}
	text_quote(&line, dn);
	return buf_text(&line);
}

static void session_judge(const Unnamed *unnamed, const ReaderSession *session)
{
	Pool *pool = unnamed->diff->pool;
	Plan *plan = unnamed->diff->plan;
	const char *suffix = unnamed->wanted->desired->suffix;
	const Peer *peer = peer_at(unnamed, session->address);
	ReadRights rights;

	if (!peer || is_named(unnamed->wanted, session->dn) || !dn_is_within(session->dn, suffix))
		return;
	rights = read_rights_judge(pool, unnamed->lists, session->dn);
	if (rights.outcome != READS_DENIED)
		return;
	plan_add_finding(
		pool, plan, SEVERITY_WARNING, "readers-unnamed", suffix,
		"%s reads here like a consumer of %s, from %s (%s), and may not read %s: %s. If it "
		"is a peer that others read, they lose that; otherwise leave it. Named in this "
		"database of peers.json it may read everything where \"access\" is true: %s",
		session->dn, suffix, session->address, peer->uri, rights.hidden,
		read_rights_place_print(pool, &rights),
		remedy_fill(pool, REMEDY_READERS_LINE,
			    readers_with(pool, unnamed->wanted, session->dn)));
	plan->findings[plan->n_findings - 1].key = session->dn;
}

void unnamed_readers_find(Diff *diff, const WantedDatabase *wanted, const AccessLists *lists)
{
	const Unnamed unnamed = {diff, wanted, lists};
	const ReaderViews *views = diff->in->facts->views;
	const size_t n_before = diff->plan->n_findings;

	/* Without any value everybody may read everything. */
	if (!lists->database && !lists->frontend)
		return;
	if (!views || !views->sessions.is_known) {
		diff->plan->unknown.sessions = true;
		return;
	}
	for (size_t i = 0; i < views->sessions.n_items; i++)
		session_judge(&unnamed, &views->sessions.items[i]);
	if (diff->plan->n_findings > n_before &&
	    diff->in->facts->now_sec - views->sessions.at_sec >= TOLD_AGAIN_SEC)
		diff->plan->unknown.sessions = true;
}
