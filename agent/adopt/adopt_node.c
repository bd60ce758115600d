/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/adopt/adopt_node.h"

#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include <arpa/inet.h>

#include "agent/input/node_find.h"
#include "common/remedies/remedies.h"

static Peer *own_peer(const Adoption *adoption, Desired *document)
{
	size_t i = 0;

	while (document->peers[i].id != adoption->peers[0].id)
		i++;
	return &document->peers[i];
}

static bool is_address(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1;
}

/* A name that every machine has is no name. */
static bool is_everybodys(const char *name)
{
	return strncasecmp(name, "localhost", strlen("localhost")) == 0;
}

static void name_add(Adoption *adoption, Peer *self, const char *fqdn)
{
	const char *host = desired_peer_host(adoption->pool, self);

	/* Only a test tells servers apart by loopback addresses: nothing to write down. */
	if (is_address(host) || is_everybodys(fqdn)) {
		adopt_note(adoption,
			   "no name or address of this host is that of peer %u (%s): name this "
			   "node with %s in agent.json, or with --node %u",
			   self->id, self->uri,
			   remedy_fill(adoption->pool, REMEDY_ADOPT_NODE,
				       remedy_number(adoption->pool, self->id)),
			   self->id);
		return;
	}
	POOL_PUSH(adoption->pool, self->names, self->n_names, fqdn);
	adopt_note(
		adoption,
		"this host is called %s and its peer %s: the name was added to \"names\" of peer "
		"%u; what adopt adds on the other nodes belongs into the same file",
		fqdn, host, self->id);
}

int adopt_name_node(Adoption *adoption, Desired *document, const char *node, const char *fqdn,
		    Error *err)
{
	Peer *self = own_peer(adoption, document);
	size_t found = 0;

	if (node_find(adoption->pool, document, &(NodeQuestion){.node = node, .fqdn = fqdn}, &found,
		      err) == 0) {
		if (&document->peers[found] == self)
			return 0;
		return error_set(err, ERROR_REFUSED, 0,
				 "olcServerID makes this node peer %u (%s), but %s '%s' is peer %u "
				 "(%s): %s",
				 self->id, self->uri, node ? "the node" : "a name or address of",
				 node ? node : fqdn, document->peers[found].id,
				 document->peers[found].uri, remedy_text(REMEDY_ADOPT_WHICH));
	}
	if (node || err->code != DESIRED_NODE_MISSING)
		return -1;
	*err = (Error){0};
	name_add(adoption, self, fqdn);
	return 0;
}
