/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_wanted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim_rules.h"

/* peers.json. */

/* Of a gateway's site, or by name. */
static const char *reads_text(const Sim *sim, size_t reader)
{
	const size_t n = sim->cluster.n_nodes;
	const char *reads = "";

	if (sim->shape == SIM_MESH)
		return "";
	if (sim->shape == SIM_SITES)
		return reader < n / 2 ? ", \"site\": \"a\"" : ", \"site\": \"b\"";
	for (size_t i = 0; i < n; i++)
		if (sim_shape_reads(sim->shape, n, reader, i))
			reads = pool_printf(sim->pool, "%s%s%zu", reads, *reads ? ", " : "", i + 1);
	return pool_printf(sim->pool, ", \"reads\": [%s]", reads);
}

static const char *polled_text(const Sim *sim, size_t at)
{
	return sim->polled >> at & 1 ? ", \"syncrepl\": {\"type\": \"refreshOnly\", "
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
				    reads_text(sim, i), polled_text(sim, i));
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

void sim_wanted_read(SimHost *host, SimMistake mistake)
{
	Pool *pool = host->sim->pool;
	const char *text = peers_text(host, mistake);
	Secret secret = {.text = "secret", .identity = "secret"};
	const Secrets secrets = {.items = &secret, .n_items = 1};
	Error err;

	if (desired_parse(pool, "peers.json", text, strlen(text), &host->desired, &err) < 0) {
		fprintf(stderr, "%s: %s\n", text, err.text);
		abort();
	}
	secret.kind = host->desired->databases[0].syncrepl.credentials.kind;
	secret.name = host->desired->databases[0].syncrepl.credentials.name;
	if (wanted_make(pool, host->desired, host->at, &secrets, &host->wanted, &err) < 0)
		abort();
	host->sha256[0] = (char)('1' + (int)mistake);
	host->has_typo = mistake == SIM_TYPO;
}
