/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_wanted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim_rules.h"

/* peers.json. */

static const char *peers_text(const SimHost *host, SimMistake mistake)
{
	const Sim *sim = host->sim;
	const char *peers = "";

	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		peers = pool_printf(sim->pool, "%s%s{\"id\": %zu, \"uri\": \"ldap://%c%zu\"}",
				    peers, i > 0 ? ", " : "", i + 1,
				    mistake == SIM_TYPO && i != host->at ? 'x' : 'n', i + 1);
	return pool_printf(
		sim->pool,
		"{\"format\": 1, \"policy\": {\"mode\": \"enforce\"}, \"peers\": [%s], "
		"\"databases\": [{\"suffix\": \"" SIM_SUFFIX "\", %s"
		"\"syncrepl\": {\"bindmethod\": \"simple\", \"binddn\": \"cn=admin," SIM_SUFFIX
		"\", %s\"credentials\": {\"file\": \"/secret\"}}}]}",
		peers,
		sim_rule_is_off(SIM_SESSION_LOG) ? "\"syncprov\": {\"sessionlog\": 100}, " : "",
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
