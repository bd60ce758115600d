/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_play.h"

/* What is shown to people, and to those who compare the model with real servers. */

void sim_copies_tell(const SimCluster *cluster, bool tells_context, FILE *file)
{
	for (size_t at = 0; at < cluster->n_nodes; at++) {
		const SimCopy *copy = &cluster->nodes[at].copy;

		fprintf(file, "node %zu:", at + 1);
		for (size_t i = 0; i < copy->n_entries; i++)
			fprintf(file, " %u@%u%s", copy->entries[i].name,
				copy->entries[i].stale > 0 ? copy->entries[i].stale
							   : copy->entries[i].csn.time,
				copy->entries[i].is_bare ? "-bare" : "");
		if (tells_context)
			fprintf(file, " knows");
		for (size_t sid = 0; tells_context && sid < SIM_SIDS; sid++)
			fprintf(file, " %u", sim_context(&cluster->nodes[at])->time[sid]);
		fprintf(file, "\n");
	}
}

static void change_tell(const SimPlay *play, const SimChoice *choice, SimCsn before, FILE *file)
{
	const SimRecord *record = &play->ledger[choice->of[1]];

	if (sim_choice_is_change(choice) && record->csn.time == before.time)
		return;
	if (choice->verb == SIM_WRITE || choice->verb == SIM_MODIFY)
		fprintf(file, "write %u %u %u\n", choice->of[0], choice->of[1], record->csn.time);
	else
		sim_choice_print(choice, file);
}

void sim_history_tell_alone(const SimHistory *history, FILE *file)
{
	static SimPlay play;

	play = (SimPlay){.sim = {.pool = pool_new()}};
	sim_play_begin(&play, history, false);
	for (size_t i = 0; i < history->n_choices; i++) {
		const SimChoice *choice = &history->choices[i];
		const SimCsn before = play.ledger[choice->of[1] % SIM_NAMES].csn;

		sim_play_choice(&play, choice);
		change_tell(&play, choice, before, file);
	}
	sim_copies_tell(&play.sim.cluster, false, file);
	sim_play_end(&play);
}
