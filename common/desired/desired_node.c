/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/desired/desired.h"
#include "common/slapd/url.h"

#define PEERS_NAMED_MAX 20 /* in a message */

/* What a peer is compared with, and how. */
typedef struct Question {
	const char *text;
	bool (*matches)(const Peer *peer, const char *text);
} Question;

const char *desired_peer_host(Pool *pool, const Peer *peer)
{
	Url url;

	return url_parse(pool, peer->uri, &url) ? url.host : "";
}

static bool matches_host(const Peer *peer, const char *host)
{
	AUTO(Pool) *scratch = pool_new();

	if (strcasecmp(desired_peer_host(scratch, peer), host) == 0)
		return true;
	for (size_t i = 0; i < peer->n_names; i++)
		if (strcasecmp(peer->names[i], host) == 0)
			return true;
	return false;
}

static bool matches_id(const Peer *peer, const char *id)
{
	return peer->id == strtoul(id, NULL, 10);
}

static bool matches_uri(const Peer *peer, const char *uri)
{
	return url_equal(peer->uri, uri);
}

/* How many peers match; ret is the first of them. */
static size_t count_matches(const Desired *desired, Question question, size_t *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < desired->n_peers; i++) {
		if (!question.matches(&desired->peers[i], question.text))
			continue;
		if (n++ == 0)
			*ret = i;
	}
	return n;
}

/* "1 (ldap1.example.com, ldap1), 2 (...)": the peers with all names by which they are known. */
static const char *peers_named(Pool *pool, const Desired *desired, const Question *only)
{
	Buf list = BUF_IN(pool);
	size_t n = 0;

	for (size_t i = 0; i < desired->n_peers; i++) {
		const Peer *peer = &desired->peers[i];

		if (only && !only->matches(peer, only->text))
			continue;
		if (n++ == PEERS_NAMED_MAX) {
			buf_puts(&list, ", ...");
			break;
		}
		buf_printf(&list, "%s%u (%s", n > 1 ? ", " : "", peer->id,
			   desired_peer_host(pool, peer));
		for (size_t j = 0; j < peer->n_names; j++)
			buf_printf(&list, ", %s", peer->names[j]);
		buf_putc(&list, ')');
	}
	return buf_text(&list);
}

static int refuse_several(const Desired *desired, Question question, Error *err)
{
	AUTO(Pool) *scratch = pool_new();

	return error_set(err, ERROR_INPUT, 0,
			 "%s: '%s' matches more than one peer: %s; name this node by its id, with "
			 "\"node\" in agent.json or --node",
			 desired->name, question.text, peers_named(scratch, desired, &question));
}

static int find_named(const Desired *desired, const char *node, size_t *ret, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	Question question = {.text = node, .matches = matches_host};
	size_t n, found = 0;

	if (*node && node[strspn(node, "0123456789")] == '\0')
		question.matches = matches_id;
	else if (strstr(node, "://"))
		question.matches = matches_uri;
	n = count_matches(desired, question, &found);
	if (n > 1)
		return refuse_several(desired, question, err);
	if (n == 0)
		return error_set(err, ERROR_INPUT, DESIRED_NODE_MISSING,
				 "%s: no peer is the node '%s' that was asked for; the peers are "
				 "%s",
				 desired->name, node, peers_named(scratch, desired, NULL));
	*ret = found;
	return 0;
}

/* 1: found, 0: no peer matches, -1: several do. */
static int find_one(const Desired *desired, Question question, size_t *ret, Error *err)
{
	size_t found = 0, n = 0;

	if (question.text && *question.text)
		n = count_matches(desired, question, &found);
	if (n > 1)
		return refuse_several(desired, question, err);
	if (n == 1)
		*ret = found;
	return (int)n;
}

/* A machine may have addresses of two peers only when the file is wrong. */
static int find_by_address(const Desired *desired, const NodeNames *names, size_t *ret, Error *err)
{
	size_t first = 0;
	bool is_found = false;

	for (size_t i = 0; i < names->n_addresses; i++) {
		size_t at = 0;
		const int found =
			find_one(desired, (Question){names->addresses[i], matches_host}, &at, err);

		if (found < 0)
			return -1;
		if (found == 1 && is_found && at != first)
			return error_set(err, ERROR_INPUT, 0,
					 "%s: this machine has the addresses of the peers %u and "
					 "%u; name this node by its id, with \"node\" in "
					 "agent.json or --node",
					 desired->name, desired->peers[first].id,
					 desired->peers[at].id);
		if (found == 1)
			first = at;
		is_found = is_found || found == 1;
	}
	*ret = first;
	return is_found;
}

int desired_find_node(const Desired *desired, const NodeNames *names, size_t *ret, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	size_t at = 0;
	int found;

	if (names->node)
		return find_named(desired, names->node, ret, err);
	found = find_one(desired, (Question){names->fqdn, matches_host}, &at, err);
	if (found == 0)
		found = find_one(desired, (Question){names->short_name, matches_host}, &at, err);
	if (found == 0)
		found = find_by_address(desired, names, &at, err);
	if (found < 0)
		return -1;
	if (found == 1) {
		*ret = at;
		return 0;
	}
	return error_set(err, ERROR_INPUT, DESIRED_NODE_MISSING,
			 "%s: no peer is this node: its names are '%s' and '%s', the peers are %s; "
			 "add the name to \"names\" of its peer, or name the peer's id with "
			 "\"node\" in agent.json or --node",
			 desired->name, names->fqdn ? names->fqdn : "",
			 names->short_name ? names->short_name : "",
			 peers_named(scratch, desired, NULL));
}
