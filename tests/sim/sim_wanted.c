/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_wanted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim_rules.h"

/* peers.json. */

bool sim_host_reads(const SimHost *host, size_t provider)
{
	const Sim *sim = host->sim;

	return sim_shape_reads(sim->shape, sim->cluster.n_nodes, host->at, provider) &&
	       !(host->consumers >> provider & 1);
}

/* Of a gateway's site, or by name: no consumer is read. */
static const char *reads_text(const Sim *sim, size_t reader, unsigned consumers)
{
	const size_t n = sim->cluster.n_nodes;
	const bool is_consumer = consumers >> reader & 1;
	const char *reads = "";

	if (sim->shape == SIM_MESH && !is_consumer)
		return "";
	if (sim->shape == SIM_SITES && !is_consumer)
		return reader < n / 2 ? ", \"site\": \"a\"" : ", \"site\": \"b\"";
	for (size_t i = 0; i < n; i++)
		if (sim_shape_reads(sim->shape, n, reader, i) && !(consumers >> i & 1))
			reads = pool_printf(sim->pool, "%s%s%zu", reads, *reads ? ", " : "", i + 1);
	return pool_printf(sim->pool, "%s, \"reads\": [%s]",
			   is_consumer ? ", \"role\": \"consumer\"" : "", reads);
}

static const char *polled_text(const Sim *sim, size_t at, unsigned consumers)
{
	return (sim->polled & ~consumers) >> at & 1 ? ", \"syncrepl\": {\"type\": \"refreshOnly\", "
						      "\"interval\": \"00:00:01:00\"}"
						    : "";
}

static const char *peers_text(const SimHost *host, SimMistake mistake)
{
	const Sim *sim = host->sim;
	const char *peers = "";

	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		peers = pool_printf(sim->pool, "%s%s{\"id\": %zu, \"uri\": \"ldap://%c%zu\"%s%s}",
				    peers, i > 0 ? ", " : "", i + 1,
				    mistake == SIM_TYPO && i != host->at ? 'x' : 'n', i + 1,
				    reads_text(sim, i, host->consumers),
				    polled_text(sim, i, host->consumers));
	return pool_printf(
		sim->pool,
		"{\"format\": 1, \"policy\": {\"mode\": \"enforce\"}, %s\"peers\": [%s], "
		"\"databases\": [{\"suffix\": \"" SIM_SUFFIX "\", %s"
		"%s\"syncrepl\": {\"bindmethod\": \"simple\", \"binddn\": \"" SIM_READER
		"\", %s\"credentials\": {\"file\": \"/secret\"}}}]}",
		sim->shape == SIM_SITES ? "\"topology\": {\"gateways\": 1}, " : "", peers,
		sim_rule_is_off(SIM_SESSION_LOG) ? "\"syncprov\": {\"sessionlog\": 100}, " : "",
		sim->rights.has_access ? "\"access\": true, " : "",
		mistake == SIM_PARTIAL ? "\"filter\": \"(objectClass=domain)\", " : "");
}

bool sim_wanted_set_consumers(Sim *sim, unsigned consumers)
{
	AUTO(Pool) *pool = pool_new();
	SimHost *host = &sim->hosts[0];
	const unsigned before = host->consumers;
	const Desired *desired;
	const char *text;
	bool is_right;

	host->consumers = consumers;
	text = peers_text(host, SIM_NO_MISTAKE);
	host->consumers = before;
	is_right = desired_parse(pool, "peers.json", text, strlen(text), &desired, NULL) == 0;
	if (is_right)
		sim->consumers = consumers;
	return is_right;
}

void sim_wanted_read(SimHost *host, SimMistake mistake)
{
	Pool *pool = host->sim->pool;
	Secret secret = {.text = "secret", .identity = "secret"};
	const Secrets secrets = {.items = &secret, .n_items = 1};
	const char *text;
	Error err;

	host->consumers = host->sim->consumers;
	text = peers_text(host, mistake);
	if (desired_parse(pool, "peers.json", text, strlen(text), &host->desired, &err) < 0) {
		fprintf(stderr, "%s: %s\n", text, err.text);
		abort();
	}
	secret.kind = host->desired->databases[0].syncrepl.credentials.kind;
	secret.name = host->desired->databases[0].syncrepl.credentials.name;
	if (wanted_make(pool, host->desired, host->at, &secrets, &host->wanted, &err) < 0)
		abort();
	(void)snprintf(host->sha256, sizeof(host->sha256), "%u-%02x", mistake, host->consumers);
	host->has_typo = mistake == SIM_TYPO;
	host->mistake = mistake;
}
