/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/doctor/doctor_look.h"

#include <errno.h>

#include "agent/files/folder.h"
#include "agent/input/peers_file.h"
#include "agent/system/fd.h"

static void find_error(Doctor *doctor, DoctorCheck check, const Error *err)
{
	doctor_find(doctor->pool, &doctor->report, check, DOCTOR_ERROR, "%s", err->text);
}

static bool has_context(Doctor *doctor, DoctorCheck check)
{
	if (!doctor->has_context)
		doctor_skip(doctor, check, "agent.json must be mended first");
	return doctor->has_context;
}

void doctor_agent_file(Doctor *doctor)
{
	Error err;

	doctor->has_context =
		context_read(doctor->pool, doctor->options, &doctor->context, &err) == 0;
	if (doctor->has_context)
		doctor_saw(&doctor->report, DOCTOR_AGENT_FILE);
	else
		find_error(doctor, DOCTOR_AGENT_FILE, &err);
}

void doctor_peers_file(Doctor *doctor)
{
	PeersFile file;
	Error err;

	if (!has_context(doctor, DOCTOR_PEERS_FILE))
		return;
	if (peers_file_read(doctor->pool, doctor->context.paths.peers_file, &file, &err) < 0) {
		find_error(doctor, DOCTOR_PEERS_FILE, &err);
		return;
	}
	doctor_saw(&doctor->report, DOCTOR_PEERS_FILE);
	if (file.desired->policy.mode == POLICY_AUDIT)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_PEERS_FILE, DOCTOR_NOTE,
			    "in audit (policy.mode) syncward looks and never writes");
}

void doctor_secrets(Doctor *doctor)
{
	SecretsRead secrets;
	PeersFile file;

	if (!has_context(doctor, DOCTOR_SECRETS))
		return;
	if (peers_file_read(doctor->pool, doctor->context.paths.peers_file, &file, NULL) < 0) {
		doctor_skip(doctor, DOCTOR_SECRETS, "peers.json must be mended first");
		return;
	}
	doctor_saw(&doctor->report, DOCTOR_SECRETS);
	secrets = secrets_read(doctor->pool, file.desired, file.is_private);
	for (size_t i = 0; i < secrets.n_items; i++)
		if (secrets.items[i].problem)
			doctor_find(doctor->pool, &doctor->report, DOCTOR_SECRETS, DOCTOR_ERROR,
				    "%s", secrets.items[i].problem);
}

/* Reads all inputs for the checks after it; what is wrong with the files was reported before. */
void doctor_node(Doctor *doctor)
{
	Error err;

	if (!has_context(doctor, DOCTOR_NODE))
		return;
	doctor->has_inputs = context_inputs(&doctor->context, false, &doctor->inputs, &err) == 0;
	if (!doctor->has_inputs)
		doctor_skip(doctor, DOCTOR_NODE, err.text);
	else if (doctor->inputs.not_listed)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_NODE, DOCTOR_ERROR, "%s",
			    doctor->inputs.not_listed);
	else if (!doctor->inputs.wanted.self)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_NODE, DOCTOR_ERROR,
			    "peers.json lists no peers");
	else
		doctor_saw(&doctor->report, DOCTOR_NODE);
}

void doctor_state(Doctor *doctor)
{
	const StateRead *state = &doctor->inputs.state;
	Error err = {0};

	if (!has_context(doctor, DOCTOR_STATE))
		return;
	AUTO_FD folder = folder_open_existing(doctor->context.paths.state_dir, &err);

	if (folder < 0 && err.code == ENOENT)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_STATE, DOCTOR_NOTE,
			    "%s does not exist yet: nothing was ever written",
			    doctor->context.paths.state_dir);
	else if (folder < 0)
		find_error(doctor, DOCTOR_STATE, &err);
	if (!doctor->has_inputs) {
		doctor_skip(doctor, DOCTOR_STATE, "peers.json must be mended first");
		return;
	}
	doctor_saw(&doctor->report, DOCTOR_STATE);
	for (size_t i = 0; i < state->n_notices; i++)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_STATE, DOCTOR_WARNING, "%s",
			    state->notices[i]);
	if (state->intent)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_STATE, DOCTOR_WARNING,
			    "an apply did not end (unless one is at work now); it set out to do: "
			    "%s",
			    state->intent);
	for (size_t i = 0; i < state->known.server.n_unsaved; i++)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_STATE, DOCTOR_WARNING,
			    "slapd could not keep a change of %s on its disk",
			    state->known.server.unsaved[i].dn);
}
