/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_wanted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim_delta.h"
#include "tests/sim/sim_rules.h"

/* peers.json. */

static SimRoles roles_of(const Sim *sim, const SimFile *file)
{
	return (SimRoles){sim->shape, sim->cluster.n_nodes, file->consumers, file->hubs};
}

static bool file_reads(const SimHost *host, const SimFile *file, size_t provider)
{
	const SimRoles roles = roles_of(host->sim, file);

	return sim_roles_read(&roles, host->at, provider);
}

bool sim_host_reads(const SimHost *host, size_t provider)
{
	return file_reads(host, &host->file, provider);
}

bool sim_disk_reads(const SimHost *host, size_t provider)
{
	return file_reads(host, &host->disk, provider);
}

/* Of a gateway's site, or by name. */
static const char *reads_text(const Sim *sim, size_t reader, const SimFile *file)
{
	const SimRoles roles = roles_of(sim, file);
	const size_t n = sim->cluster.n_nodes;
	const bool is_consumer = file->consumers >> reader & 1;
	const char *reads = "";

	if (sim->shape == SIM_MESH && !is_consumer)
		return "";
	if (sim->shape == SIM_SITES && !is_consumer)
		return reader < n / 2 ? ", \"site\": \"a\"" : ", \"site\": \"b\"";
	for (size_t i = 0; i < n; i++)
		if (sim_roles_read(&roles, reader, i))
			reads = pool_printf(sim->pool, "%s%s%zu", reads, *reads ? ", " : "", i + 1);
	return pool_printf(sim->pool, "%s%s, \"reads\": [%s]",
			   is_consumer ? ", \"role\": \"consumer\"" : "",
			   is_consumer && file->hubs >> reader & 1 ? ", \"hub\": true" : "", reads);
}

static const char *polled_text(const Sim *sim, size_t at, unsigned consumers)
{
	return (sim->polled & ~consumers) >> at & 1 ? ", \"syncrepl\": {\"type\": \"refreshOnly\", "
						      "\"interval\": \"00:00:01:00\"}"
						    : "";
}

static const char *policy_text(const Sim *sim)
{
	if (!sim->is_staged)
		return "\"policy\": {\"mode\": \"enforce\"}";
	return pool_printf(sim->pool,
			   "\"revision\": %u, \"policy\": {\"mode\": \"enforce\", \"rollout\": "
			   "{\"first\": [1], \"soak\": \"2m\"}}",
			   sim->revision);
}

static const char *peers_text(const SimHost *host, const SimFile *file)
{
	const Sim *sim = host->sim;
	const char *peers = "";

	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		peers = pool_printf(sim->pool, "%s%s{\"id\": %zu, \"uri\": \"ldap://%c%zu\"%s%s}",
				    peers, i > 0 ? ", " : "", i + 1,
				    file->has_typo && i != host->at ? 'x' : 'n', i + 1,
				    reads_text(sim, i, file), polled_text(sim, i, file->consumers));
	return pool_printf(
		sim->pool,
		"{\"format\": 1, %s, %s\"peers\": [%s], "
		"\"databases\": [{\"suffix\": \"" SIM_SUFFIX "\", %s%s"
		"%s%s\"syncrepl\": {\"bindmethod\": \"simple\", \"binddn\": \"%s\", "
		"%s\"credentials\": {\"file\": \"/%s\"}}}]}",
		policy_text(sim),
		sim->shape == SIM_SITES ? "\"topology\": {\"gateways\": 1}, " : "", peers,
		file->has_delta ? "\"delta\": {\"directory\": \"" SIM_LOG_DIRECTORY "\"}, " : "",
		sim_rule_is_off(SIM_SESSION_LOG) ? "\"syncprov\": {\"sessionlog\": 100}, " : "",
		sim->rights.has_access ? "\"access\": true, " : "",
		sim->has_beats ? "\"heartbeat\": {\"container\": \"cn=beats," SIM_SUFFIX
				 "\", \"interval\": 60}, "
			       : "",
		sim_reader(sim),
		file->mistake == SIM_PARTIAL ? "\"filter\": \"(objectClass=domain)\", " : "",
		file->has_other_secret ? SIM_OTHER_SECRET : "secret");
}

/* Most machines have the same one, and get it again when they are made anew. NULL: `syncward
 * validate` refuses it. */
static const Desired *text_parse(Sim *sim, const char *text, Error *err)
{
	SimParsed parsed = {.text = text};

	for (size_t i = 0; i < sim->n_parsed; i++)
		if (strcmp(sim->parsed[i].text, text) == 0)
			return sim->parsed[i].desired;
	if (desired_parse(sim->pool, "peers.json", text, strlen(text), &parsed.desired, err) < 0)
		return NULL;
	POOL_PUSH(sim->pool, sim->parsed, sim->n_parsed, parsed);
	return parsed.desired;
}

bool sim_wanted_set_roles(Sim *sim, unsigned consumers, unsigned hubs)
{
	const SimFile file = {.consumers = consumers, .hubs = hubs, .has_delta = sim->has_delta};
	const bool is_right = text_parse(sim, peers_text(&sim->hosts[0], &file), NULL) != NULL;

	if (is_right) {
		sim->consumers = consumers;
		sim->hubs = hubs;
	}
	return is_right;
}

bool sim_wanted_set_delta(Sim *sim, bool has_delta)
{
	const bool had_delta = sim->has_delta;

	sim->has_delta = has_delta;
	if (!sim_wanted_set_roles(sim, sim->consumers, sim->hubs))
		sim->has_delta = had_delta;
	return sim->has_delta == has_delta;
}

void sim_wanted_revise(Sim *sim, SimMistake mistake)
{
	sim->revision++;
	sim->revised = mistake;
}

static unsigned digest_id(Sim *sim, const char *digest)
{
	for (size_t i = 0; i < sim->n_digests; i++)
		if (strcmp(sim->digests[i], digest) == 0)
			return (unsigned)i;
	POOL_PUSH(sim->pool, sim->digests, sim->n_digests, pool_strdup(sim->pool, digest));
	return (unsigned)sim->n_digests - 1;
}

static bool wanted_reads(const WantedDatabase *wanted, unsigned peer_id)
{
	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (wanted->consumers[i].peer->id == peer_id)
			return true;
	return false;
}

/* Which node reads which the program finds out by itself, and must find the same. */
static void reads_compare(const SimHost *host, const SimFile *file)
{
	for (size_t i = 0; i < host->sim->cluster.n_nodes; i++)
		if (wanted_reads(&file->wanted.databases[0], (unsigned)i + 1) !=
		    file_reads(host, file, i)) {
			fprintf(stderr, "node %zu: does it read node %zu?\n", host->at + 1, i + 1);
			abort();
		}
}

static void file_parse(SimHost *host, SimFile *file)
{
	Pool *pool = host->sim->pool;
	const char *password = file->has_other_secret ? SIM_OTHER_SECRET : "secret";
	Secret secret = {.text = password, .identity = password};
	const Secrets secrets = {.items = &secret, .n_items = 1};
	const char *text = peers_text(host, file);
	Error err;

	file->desired = text_parse(host->sim, text, &err);
	if (!file->desired) {
		fprintf(stderr, "%s: %s\n", text, err.text);
		abort();
	}
	secret.kind = file->desired->databases[0].syncrepl.credentials.kind;
	secret.name = file->desired->databases[0].syncrepl.credentials.name;
	if (wanted_make(pool, file->desired, host->at, &secrets, &file->wanted, &err) < 0)
		abort();
	reads_compare(host, file);
}

/* `syncward validate` refuses a filter together with logs of changes, and nobody uses that. */
void sim_wanted_read(SimHost *host, SimMistake made)
{
	Sim *sim = host->sim;
	const SimMistake mistake = made == SIM_PARTIAL && sim->has_delta ? SIM_NO_MISTAKE : made;
	SimFile file = {.consumers = sim->consumers,
			.hubs = sim->hubs,
			.has_delta = sim->has_delta,
			.revision = sim->revision,
			.mistake = mistake,
			.has_typo = mistake == SIM_TYPO || sim->revised == SIM_TYPO,
			.has_other_secret = mistake == SIM_SECRET || sim->revised == SIM_SECRET,
			.is_deaf = mistake == SIM_TYPO || sim->revised == SIM_TYPO,
			.is_bad = sim->revised != SIM_NO_MISTAKE};

	file_parse(host, &file);
	(void)snprintf(file.sha256, sizeof(file.sha256), "%u-%u%u-%02x%02x%s", sim->revision,
		       mistake, sim->revised, file.consumers, file.hubs, file.has_delta ? "d" : "");
	file.id = digest_id(sim, file.sha256);
	host->disk = file;
	if (!sim->is_staged || !host->file.desired)
		host->file = file;
}
