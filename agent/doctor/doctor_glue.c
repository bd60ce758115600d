/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/doctor/doctor_look.h"
#include "agent/peer/compare_here.h"
#include "agent/session/session_glue.h"
#include "agent/session/session_tls.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_log.h"

#define TOLD_MAX 5 /* the others are counted */

/* Which peer has the entries of which this node has placeholders. */
typedef struct Holders {
	const char *real[TOLD_MAX]; /* the first peer that has it; NULL: none was seen to */
	size_t n_asked;
} Holders;

/* --- the peers --- */

static void peer_ask(DoctorWorld *seen, const WantedConsumer *consumer, const Tree *glue,
		     Holders *holders)
{
	const Syncrepl syncrepl = link_inherit_tls(&consumer->syncrepl, seen->world.live.global);
	AUTO(Pool) *scratch = pool_new();
	PeerLink link;

	if (peer_link_open(scratch, &syncrepl, &link)) {
		holders->n_asked++;
		for (size_t i = 0; i < glue->n_entries && i < TOLD_MAX; i++)
			if (!holders->real[i] &&
			    glue_state_over(&link, glue->entries[i].dn) == GLUE_REAL)
				holders->real[i] = consumer->peer->uri;
	}
	peer_link_close(&link);
}

static Holders holders_find(DoctorWorld *seen, const DoctorDatabase *database, const Tree *glue)
{
	Holders holders = {0};

	for (size_t i = 0; database->probes && i < database->wanted->n_consumers; i++)
		if (database->probes[i].steps[PROBE_BIND] == PROBE_GOOD)
			peer_ask(seen, &database->wanted->consumers[i], glue, &holders);
	return holders;
}

/* --- what is reported --- */

/* A change that comes by a log is written into the placeholder, and the rest of the entry stays
 * away. */
static bool reads_logs(const DoctorDatabase *database)
{
	for (size_t i = 0; i < database->live->n_consumers; i++)
		if (!database->live->consumers[i].parses ||
		    syncrepl_log(&database->live->consumers[i].syncrepl))
			return true;
	return database->wanted->desired->delta != NULL;
}

static const char *remedy(const Doctor *doctor, const DoctorDatabase *database, const char *dn,
			  const char *holder)
{
	if (!holder)
		return remedy_fill(doctor->pool, REMEDY_GLUE_REMOVE, dn);
	if (reads_logs(database))
		return remedy_text(REMEDY_GLUE_ANEW);
	return remedy_fill(doctor->pool, REMEDY_GLUE_WRITE, holder);
}

static void glue_tell(Doctor *doctor, const DoctorDatabase *database, const Tree *glue,
		      const Holders *holders)
{
	const char *suffix = database->wanted->desired->suffix;

	for (size_t i = 0; i < glue->n_entries && i < TOLD_MAX; i++) {
		const char *dn = glue->entries[i].dn, *holder = holders->real[i];

		doctor_find(doctor->pool, &doctor->report, DOCTOR_GLUE, DOCTOR_WARNING,
			    "%s: of '%s' this node has a placeholder only (objectClass glue); %s",
			    suffix, dn,
			    holder ? pool_printf(doctor->pool, "%s has the entry", holder)
			    : holders->n_asked > 0 ? "no peer that could be asked shows the entry"
						   : "no peer could be asked for the entry");
		doctor_remedy(&doctor->report, remedy(doctor, database, dn, holder));
	}
	if (glue->n_entries > TOLD_MAX || glue->is_cut)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_GLUE, DOCTOR_WARNING,
			    "%s: there are more placeholders than these", suffix);
}

/* --- the check --- */

static void skip(Doctor *doctor, const char *suffix, const char *why)
{
	doctor_skip(doctor, DOCTOR_GLUE, pool_printf(doctor->pool, "%s: %s", suffix, why));
}

/* What the rules may hide is not known to be missing. */
static void copy_look(Doctor *doctor, const DoctorDatabase *database, HereCopy *here)
{
	const char *suffix = database->wanted->desired->suffix;
	Tree glue;

	if (!here->is_open) {
		skip(doctor, suffix, here->reading.problem);
		return;
	}
	if (!glue_find_over(&here->link, doctor->pool, suffix, TOLD_MAX + 1, &glue)) {
		skip(doctor, suffix, peer_link_failure(&here->link).problem);
		return;
	}
	if (glue.n_entries > 0) {
		const Holders holders = holders_find(&doctor->seen, database, &glue);

		glue_tell(doctor, database, &glue, &holders);
	}
	if (here->reading.may_all)
		doctor_saw(&doctor->report, DOCTOR_GLUE);
	else
		skip(doctor, suffix, "the access rules do not show whether all of it was shown");
}

void doctor_glue(Doctor *doctor)
{
	if (!doctor_has_databases(doctor, DOCTOR_GLUE))
		return;
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const DoctorDatabase *database = &doctor->databases[i];
		HereQuestion question;
		HereCopy here;

		if (!database->live) {
			skip(doctor, database->wanted->desired->suffix,
			     "this server has not one database with that suffix");
			continue;
		}
		question = doctor_here_question(doctor, database);
		here_open_for_all(doctor->pool, &question, &here);
		copy_look(doctor, database, &here);
		here_copy_close(&here);
	}
}
