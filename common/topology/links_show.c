/* SPDX-License-Identifier: Apache-2.0 */
#include "common/topology/links_show.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/colour.h"
#include "common/json/json_write.h"
#include "common/topology/links_graph.h"
#include "common/topology/links_judge.h"

/* One database, looked at once. */
typedef struct Shown {
	Links links;
	const size_t *n_readers; /* of each relay */
	LinksWay way;
	LinksJudgement judgement;
	size_t n_sessions;
} Shown;

static Shown shown_make(Pool *pool, const Desired *desired, const DesiredDatabase *database)
{
	Shown shown = {.links = links_make(pool, desired, database)};

	shown.n_readers = links_count_readers(pool, &shown.links);
	shown.way = links_longest_way(&shown.links);
	shown.judgement = links_judge(pool, &shown.links);
	for (size_t i = 0; i < shown.links.n_nodes; i++)
		shown.n_sessions += relay_set_count(&shown.links.reads[i]);
	return shown;
}

static size_t readers_of(const Shown *shown, size_t at)
{
	return at < shown->links.n_relays ? shown->n_readers[at] : 0;
}

static const char *role_of(const Peer *peer)
{
	return peer->is_hub ? "hub" : peer_role_names[peer->role];
}

/* --- text --- */

static void count_show(Buf *text, size_t n, const char *noun, const char *end)
{
	buf_printf(text, "%zu %s%s%s", n, noun, n == 1 ? "" : "s", end);
}

static void suffix_show(Buf *text, const char *suffix, bool has_colour)
{
	Buf line = BUF_IN(text->pool);

	buf_put_line(&line, suffix);
	buf_puts(text, colour_text(text->pool, has_colour, COLOUR_HEAD, buf_text(&line)));
}

static void head_show(Buf *text, const Shown *shown, bool has_colour)
{
	const Links *links = &shown->links;

	suffix_show(text, links->database->suffix, has_colour);
	buf_puts(text, ": ");
	count_show(text, links->n_providers, "provider", ", ");
	if (links->n_relays > links->n_providers)
		count_show(text, links->n_relays - links->n_providers, "hub", ", ");
	if (links->n_nodes > links->n_relays)
		count_show(text, links->n_nodes - links->n_relays, "consumer", ", ");
	count_show(text, shown->n_sessions, "session", "");
	if (shown->way.n_hops > 0) {
		buf_puts(text, ", at most ");
		count_show(text, shown->way.n_hops, "hop", "");
		buf_printf(text, " (from %u to %u)", shown->way.from->id, shown->way.to->id);
	}
	buf_putc(text, '\n');
}

static size_t site_width(const Links *links)
{
	size_t width = 1;

	for (size_t i = 0; i < links->n_nodes; i++)
		if (links->nodes[i]->site && strlen(links->nodes[i]->site) > width)
			width = strlen(links->nodes[i]->site);
	return width;
}

static void node_show(Buf *text, const Shown *shown, size_t at, int width)
{
	const Links *links = &shown->links;
	const Peer *peer = links->nodes[at];
	const size_t n_readers = readers_of(shown, at);
	const RelaySet *row = &links->reads[at];

	buf_printf(text, "%7u  %-8s  %-*s  ", peer->id, role_of(peer), width,
		   peer->site ? peer->site : "-");
	count_show(text, relay_set_count(row) + n_readers, "session", "");
	if (n_readers > 0)
		buf_printf(text, ", read by %zu", n_readers);
	if (relay_set_count(row) > 0)
		buf_puts(text, ", reads");
	for (size_t i = relay_set_next(row, 0); i < RELAYS_MAX; i = relay_set_next(row, i + 1))
		buf_printf(text, " %u", links->nodes[i]->id);
	buf_putc(text, '\n');
}

const char *links_show_text(Pool *pool, const Desired *desired, bool has_colour)
{
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < desired->n_databases; i++) {
		AUTO(Pool) *scratch = pool_new();
		const Shown shown = shown_make(scratch, desired, &desired->databases[i]);
		const int width = (int)site_width(&shown.links);

		head_show(&text, &shown, has_colour);
		for (size_t k = 0; k < shown.links.n_nodes; k++)
			node_show(&text, &shown, k, width);
		for (size_t k = 0; k < shown.judgement.n_warnings; k++)
			buf_printf(&text, "%s: %s\n",
				   colour_text(pool, has_colour, COLOUR_DOUBTFUL, "warning"),
				   shown.judgement.warnings[k]);
		for (size_t k = 0; k < shown.judgement.n_notes; k++)
			buf_printf(&text, "note: %s\n", shown.judgement.notes[k]);
	}
	return buf_text(&text);
}

/* --- dot --- */

static void dot_word(Buf *text, const char *word)
{
	buf_putc(text, '"');
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			buf_putc(text, '\\');
		buf_putc(text, (unsigned char)*word < ' ' ? ' ' : *word);
	}
	buf_putc(text, '"');
}

static void dot_node(Buf *text, const Peer *peer)
{
	AUTO(Pool) *scratch = pool_new();

	buf_printf(text, "    %u [label=", peer->id);
	dot_word(text, pool_printf(scratch, "%u %s", peer->id, desired_peer_host(scratch, peer)));
	if (peer->role != PEER_PROVIDER)
		buf_printf(text, ", shape=%s", peer->is_hub ? "box" : "plaintext");
	buf_puts(text, "];\n");
}

static void dot_site(Buf *text, const Links *links, const DesiredTopology *topology,
		     unsigned number)
{
	if (number > 0) {
		buf_printf(text, "  subgraph cluster_%u {\n    label=", number);
		dot_word(text, topology->site_names[number - 1]);
		buf_puts(text, ";\n");
	}
	for (size_t i = 0; i < links->n_nodes; i++)
		if (links->nodes[i]->site_number == number)
			dot_node(text, links->nodes[i]);
	if (number > 0)
		buf_puts(text, "  }\n");
}

const char *links_show_dot(Pool *pool, const Desired *desired)
{
	Buf text = BUF_IN(pool);

	for (size_t d = 0; d < desired->n_databases; d++) {
		AUTO(Pool) *scratch = pool_new();
		const Links links = links_make(scratch, desired, &desired->databases[d]);

		buf_puts(&text, "digraph ");
		dot_word(&text, links.database->suffix);
		buf_puts(&text, " {\n");
		for (unsigned number = 0; number <= desired->topology.n_site_names; number++)
			dot_site(&text, &links, &desired->topology, number);
		for (size_t i = 0; i < links.n_nodes; i++)
			for (size_t at = relay_set_next(&links.reads[i], 0); at < RELAYS_MAX;
			     at = relay_set_next(&links.reads[i], at + 1))
				buf_printf(&text, "  %u -> %u;\n", links.nodes[at]->id,
					   links.nodes[i]->id);
		buf_puts(&text, "}\n");
	}
	return buf_text(&text);
}

/* --- JSON --- */

static void texts_json(JsonOut *out, const char *key, const char **texts, size_t n)
{
	json_out_open(out, key, '[');
	for (size_t i = 0; i < n; i++)
		json_out_text(out, NULL, texts[i]);
	json_out_close(out, '[');
}

static void node_json(JsonOut *out, const Shown *shown, size_t at)
{
	const Peer *peer = shown->links.nodes[at];
	const RelaySet *row = &shown->links.reads[at];

	json_out_open(out, NULL, '{');
	out->is_one_line = true;
	json_out_number(out, "id", peer->id);
	json_out_text(out, "uri", peer->uri);
	json_out_text(out, "role", peer_role_names[peer->role]);
	json_out_boolean(out, "hub", peer->is_hub);
	json_out_text(out, "site", peer->site);
	json_out_open(out, "reads", '[');
	for (size_t i = relay_set_next(row, 0); i < RELAYS_MAX; i = relay_set_next(row, i + 1))
		json_out_number(out, NULL, shown->links.nodes[i]->id);
	json_out_close(out, '[');
	json_out_number(out, "read_by", (int64_t)readers_of(shown, at));
	json_out_number(out, "sessions", (int64_t)(relay_set_count(row) + readers_of(shown, at)));
	out->is_one_line = false;
	json_out_close(out, '{');
}

static void database_json(JsonOut *out, const Shown *shown)
{
	json_out_open(out, NULL, '{');
	json_out_text(out, "suffix", shown->links.database->suffix);
	json_out_number(out, "sessions", (int64_t)shown->n_sessions);
	json_out_number(out, "hops", shown->way.n_hops);
	json_out_open(out, "nodes", '[');
	for (size_t i = 0; i < shown->links.n_nodes; i++)
		node_json(out, shown, i);
	json_out_close(out, '[');
	texts_json(out, "warnings", shown->judgement.warnings, shown->judgement.n_warnings);
	texts_json(out, "notes", shown->judgement.notes, shown->judgement.n_notes);
	json_out_close(out, '{');
}

const char *links_show_json(Pool *pool, const Desired *desired)
{
	Buf text = BUF_IN(pool);
	JsonOut out = {.text = &text};

	json_out_open(&out, NULL, '{');
	json_out_number(&out, "schema_version", 1);
	json_out_open(&out, "databases", '[');
	for (size_t i = 0; i < desired->n_databases; i++) {
		AUTO(Pool) *scratch = pool_new();
		const Shown shown = shown_make(scratch, desired, &desired->databases[i]);

		database_json(&out, &shown);
	}
	json_out_close(&out, '[');
	json_out_close(&out, '{');
	return buf_text(&text);
}
