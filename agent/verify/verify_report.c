/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/verify_report.h"

#include <json-c/json.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/colour.h"

typedef struct json_object Json;

/* In one database contextCSN proves nothing. */
static bool is_doubted(const Verify *verify)
{
	for (size_t i = 0; i < verify->n_databases; i++)
		if (verify->databases[i].ahead || verify->databases[i].n_doubts > 0)
			return true;
	return false;
}

bool verify_report_is_good(const VerifyReport *report)
{
	bool is_good = verify_is_good(report->verify) && !is_doubted(report->verify);

	for (size_t i = 0; report->tests && i < report->verify->n_databases; i++)
		is_good = is_good && write_test_is_good(&report->tests[i]);
	return is_good;
}

/* --- text --- */

static void server_line(Buf *text, const VerifiedServer *server, bool has_colour)
{
	const Colour colour = server->state == VERIFY_IN_STEP ? COLOUR_GOOD : COLOUR_BAD;

	buf_printf(
		text, "  %u %s%s: %s\n", server->peer->id, server->peer->uri,
		server->is_self ? " (this node)" : "",
		colour_text(text->pool, has_colour, colour, verify_describe(text->pool, server)));
}

static const char *end_text(const VerifyReport *report)
{
	if (!verify_is_good(report->verify))
		return "Not all are in step.";
	if (is_doubted(report->verify))
		return "In step by contextCSN, which proves nothing then.";
	if (!verify_report_is_good(report))
		return "In step, but the test failed.";
	return report->tests ? "All are in step, and a write reaches all." : "All are in step.";
}

static void test_lines(Buf *text, const WriteTest *test)
{
	if (test->n_leftovers > 0)
		buf_printf(text, "  deleted %zu test entr%s of an earlier verify --write\n",
			   test->n_leftovers, test->n_leftovers == 1 ? "y" : "ies");
	if (test->was_added)
		buf_printf(text, "  added %s here\n", test->dn);
	if (test->problem)
		buf_printf(text, "  %s\n", test->problem);
	for (size_t i = 0; i < test->n_peers; i++) {
		const WrittenPeer *peer = &test->peers[i];

		buf_printf(text, "  %u %s:", peer->server->peer->id, peer->server->peer->uri);
		if (peer->seen_msec >= 0)
			buf_printf(text, " seen after %ld ms", peer->seen_msec);
		if (peer->gone_msec >= 0)
			buf_printf(text, ", gone after %ld ms", peer->gone_msec);
		if (peer->problem)
			buf_printf(text, "%s %s", peer->seen_msec >= 0 ? ";" : "", peer->problem);
		else if (peer->seen_msec < 0)
			buf_puts(text, " not looked at");
		buf_putc(text, '\n');
	}
}

const char *verify_report_text(Pool *pool, const VerifyReport *report, bool has_colour)
{
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < report->verify->n_databases; i++) {
		const VerifiedDatabase *database = &report->verify->databases[i];

		buf_printf(&text, "%s\n",
			   colour_text(pool, has_colour, COLOUR_HEAD,
				       database->wanted->desired->suffix));
		for (size_t k = 0; k < database->n_servers; k++)
			server_line(&text, &database->servers[k], has_colour);
		if (database->wanted->n_leaves > 0)
			buf_printf(&text, "  consumers, which are not asked from here: %zu\n",
				   database->wanted->n_leaves);
		if (report->tests)
			test_lines(&text, &report->tests[i]);
		if (database->ahead)
			buf_printf(&text, "  %s\n", database->ahead);
		for (size_t k = 0; k < database->n_doubts; k++)
			buf_printf(&text, "  %s\n", database->doubts[k].text);
	}
	if (report->verify->n_databases == 0)
		buf_puts(&text, "This node holds no database of peers.json.\n");
	buf_printf(&text, "%s\n",
		   colour_text(pool, has_colour,
			       verify_report_is_good(report) ? COLOUR_GOOD : COLOUR_BAD,
			       end_text(report)));
	return buf_text(&text);
}

/* --- JSON --- */

static void put_text(Json *object, const char *key, const char *text)
{
	if (text)
		json_object_object_add(object, key, json_object_new_string(text));
}

static void put_number(Json *object, const char *key, int64_t number)
{
	json_object_object_add(object, key, json_object_new_int64(number));
}

static void put_flag(Json *object, const char *key, bool flag)
{
	json_object_object_add(object, key, json_object_new_boolean(flag));
}

static Json *behind_json(Pool *pool, const Lag *lag)
{
	Json *list = json_object_new_array();

	for (size_t i = 0; i < lag->n_behind; i++) {
		Json *object = json_object_new_object();

		put_number(object, "sid", lag->behind[i].sid);
		put_text(object, "sid_hex", pool_printf(pool, "%03x", lag->behind[i].sid));
		if (lag->behind[i].lag_msec >= 0)
			put_number(object, "lag_msec", lag->behind[i].lag_msec);
		put_text(object, "have", lag->behind[i].have);
		put_text(object, "newest", lag->behind[i].newest);
		json_object_array_add(list, object);
	}
	return list;
}

static Json *server_json(Pool *pool, const VerifiedServer *server)
{
	Json *object = json_object_new_object(), *csns = json_object_new_array();

	put_number(object, "id", server->peer->id);
	put_text(object, "uri", server->peer->uri);
	put_flag(object, "this_node", server->is_self);
	put_text(object, "state", verify_state_name(server->state));
	if (server->state != VERIFY_IN_STEP)
		put_text(object, "text", verify_describe(pool, server));
	json_object_object_add(object, "behind", behind_json(pool, &server->lag));
	for (size_t i = 0; i < server->content.n_context_csns; i++)
		json_object_array_add(csns,
				      json_object_new_string(server->content.context_csns[i]));
	json_object_object_add(object, "contextcsn", csns);
	return object;
}

static Json *doubts_json(const VerifiedDatabase *database)
{
	Json *list = json_object_new_array();

	for (size_t i = 0; i < database->n_doubts; i++)
		json_object_array_add(list, json_object_new_string(database->doubts[i].text));
	return list;
}

static Json *written_json(const WrittenPeer *peer)
{
	Json *object = json_object_new_object();

	put_number(object, "id", peer->server->peer->id);
	if (peer->seen_msec >= 0)
		put_number(object, "seen_msec", peer->seen_msec);
	if (peer->gone_msec >= 0)
		put_number(object, "gone_msec", peer->gone_msec);
	put_text(object, "problem", peer->problem);
	return object;
}

static Json *test_json(const WriteTest *test)
{
	Json *object = json_object_new_object(), *peers = json_object_new_array();

	put_text(object, "dn", test->dn);
	put_flag(object, "added", test->was_added);
	put_flag(object, "left", test->is_left);
	put_text(object, "problem", test->problem);
	for (size_t i = 0; i < test->n_peers; i++)
		json_object_array_add(peers, written_json(&test->peers[i]));
	json_object_object_add(object, "peers", peers);
	return object;
}

const char *verify_report_json(Pool *pool, const VerifyReport *report)
{
	Json *object = json_object_new_object(), *databases = json_object_new_array();
	const char *text;

	put_number(object, "schema_version", 1);
	put_flag(object, "good", verify_report_is_good(report));
	put_number(object, "waited_msec", report->verify->waited_msec);
	for (size_t i = 0; i < report->verify->n_databases; i++) {
		const VerifiedDatabase *database = &report->verify->databases[i];
		Json *one = json_object_new_object(), *servers = json_object_new_array();

		put_text(one, "suffix", database->wanted->desired->suffix);
		if (database->wanted->n_leaves > 0)
			put_number(one, "consumers", (int64_t)database->wanted->n_leaves);
		for (size_t k = 0; k < database->n_servers; k++)
			json_object_array_add(servers, server_json(pool, &database->servers[k]));
		json_object_object_add(one, "servers", servers);
		put_text(one, "ahead_of_time", database->ahead);
		if (database->n_doubts > 0)
			json_object_object_add(one, "doubts", doubts_json(database));
		if (report->tests)
			json_object_object_add(one, "write", test_json(&report->tests[i]));
		json_object_array_add(databases, one);
	}
	json_object_object_add(object, "databases", databases);
	text = pool_strdup(pool, json_object_to_json_string_ext(
					 object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
							 JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return pool_printf(pool, "%s\n", text);
}
