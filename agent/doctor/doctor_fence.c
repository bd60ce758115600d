/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "agent/doctor/doctor_look.h"
#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"
#include "common/slapd/layouts.h"

/* Between the fence's look and slapd's own start lies what the fence takes (TimeoutStartSec= of the
 * unit, 120 seconds), what stands between them, and steps of the clock. */
#define LOOK_MAX_SEC 600

/* Where `systemctl enable syncward-fence` leaves a link: one that is there has slapd's start wait.
 */
static bool is_enabled(const Doctor *doctor)
{
	for (size_t i = 0; i < SLAPD_LAYOUT_COUNT; i++)
		if (access(pool_printf(doctor->pool,
				       "/etc/systemd/system/%s.wants/syncward-fence.service",
				       slapd_layouts[i].unit),
			   F_OK) == 0)
			return true;
	return false;
}

/* An administrator's own setting keeps clients out as well. */
static bool is_read_only(const Doctor *doctor, const char *suffix)
{
	const LiveDatabase *database;

	return doctor->seen.has_world &&
	       live_find_database(&doctor->seen.world.live, suffix, &database) == 1 &&
	       database->is_read_only;
}

static void record_check(Doctor *doctor, const FenceRecord *record)
{
	if (record->is_apart)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_WARNING,
			    "%s: others get each other's changes through this node alone, and it "
			    "was away when slapd started: nobody can read it, and no client can "
			    "write here, before it has what its peers have",
			    record->suffix);
	if (record->is_closed)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_WARNING,
			    "%s is closed to clients since slapd started: %s; it opens by itself "
			    "when it has what its peers have",
			    record->suffix, record->text);
	else if (fence_verdict_closes(record->verdict) && is_read_only(doctor, record->suffix))
		doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_WARNING,
			    "%s: when slapd started %s; its own olcReadOnly keeps clients out, and "
			    "whoever ends that before it has what its peers have makes them delete "
			    "entries",
			    record->suffix, record->text);
	else if (fence_verdict_closes(record->verdict))
		doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_ERROR,
			    "%s: when slapd started %s, and the fence did not close it: what "
			    "clients write here makes its peers delete entries",
			    record->suffix, record->text);
	else if (record->verdict == FENCE_NOT_KNOWN)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_WARNING,
			    "%s: when slapd started nobody could tell whether it is the database "
			    "that was here: %s",
			    record->suffix, record->text);
}

/* What the daemon notes now is compared at the next start only. */
static bool all_were_judged(const Known *known)
{
	for (size_t i = 0; i < known->seen.n_items; i++) {
		const FenceRecord *record =
			fence_record(&known->fence, known->seen.items[i].suffix);

		if (!record || !record->has_file)
			return false;
	}
	return known->seen.n_items > 0;
}

/* Was there a look before this start of slapd? */
static void look_check(Doctor *doctor, const Known *known)
{
	const int64_t looked_sec = known->fence.looked_sec;
	const int64_t started_sec =
		doctor->seen.has_world
			? timestamp_of_generalized(doctor->seen.world.live.start_time)
			: -1;
	char looked[TIMESTAMP_SIZE], started[TIMESTAMP_SIZE];

	if (started_sec < 0)
		doctor_skip(doctor, DOCTOR_FENCE,
			    "when slapd started is not known, so that nobody can tell whether the "
			    "fence looked before");
	else if (started_sec > looked_sec + LOOK_MAX_SEC && timestamp_print(looked_sec, looked) &&
		 timestamp_print(started_sec, started))
		doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_WARNING,
			    "nobody looked when slapd started at %s: the fence last did at %s",
			    started, looked);
	else if (started_sec < looked_sec || !all_were_judged(known))
		doctor_skip(doctor, DOCTOR_FENCE,
			    "the fence had nothing to compare with when slapd started; it has at "
			    "the next start");
	else
		doctor_saw(&doctor->report, DOCTOR_FENCE);
}

/* What the fence would prevent on this node, where it is not used. */
static void relays_check(Doctor *doctor)
{
	const Wanted *wanted = &doctor->inputs.wanted;

	for (size_t i = 0; i < wanted->n_databases; i++) {
		const WantedDatabase *database = &wanted->databases[i];

		if (wanted_is_relay(wanted, database))
			doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_WARNING,
				    "%s: others get each other's changes through this node alone; "
				    "if slapd was away here while both sides wrote, some may be "
				    "lost, unless the fence closes it first (OpenLDAP 2.5 and "
				    "later); after a network failure `%s` shows it",
				    database->desired->suffix, remedy_text(REMEDY_COMPARE));
	}
}

/* Could the fence take syncprov (agent/fence/fence_parts.h)? slapd numbers overlays from 0 on. */
static void order_check(Doctor *doctor, const WantedDatabase *database)
{
	const char *suffix = database->desired->suffix;
	const LiveDatabase *live;

	if (!wanted_is_relay(&doctor->inputs.wanted, database) || !doctor->seen.has_world ||
	    live_find_database(&doctor->seen.world.live, suffix, &live) != 1 || !live->syncprov ||
	    dn_equal(live->syncprov->dn, pool_printf(doctor->pool, "olcOverlay={%zu}syncprov,%s",
						     live->n_overlays - 1, live->entry->dn)))
		return;
	doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_WARNING,
		    "%s: others get each other's changes through this node alone, and the fence "
		    "cannot close it before slapd starts, as other overlays come after syncprov: "
		    "%s",
		    suffix, remedy_text(REMEDY_OVERLAY_LAST));
}

void doctor_fence(Doctor *doctor)
{
	const Known *known = &doctor->inputs.state.known;

	if (!doctor->has_inputs) {
		doctor_skip(doctor, DOCTOR_FENCE, "the state folder could not be read");
		return;
	}
	/* Nothing that is written to a consumer reaches others. */
	if (doctor->inputs.wanted.self && peer_is_consumer(doctor->inputs.wanted.self)) {
		doctor_saw(&doctor->report, DOCTOR_FENCE);
		return;
	}
	if (known->fence.looked_sec == 0) {
		relays_check(doctor);
		doctor_skip(
			doctor, DOCTOR_FENCE,
			pool_printf(doctor->pool,
				    "nobody looks before slapd starts; to have somebody look: %s",
				    remedy_text(REMEDY_FENCE)));
		return;
	}
	if (!is_enabled(doctor)) {
		doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_WARNING,
			    "syncward-fence.service ran once and is not enabled: nobody looks "
			    "before slapd starts");
		relays_check(doctor);
	}
	look_check(doctor, known);
	for (size_t i = 0; i < doctor->inputs.wanted.n_databases; i++)
		order_check(doctor, &doctor->inputs.wanted.databases[i]);
	for (size_t i = 0; i < known->fence.n_items; i++)
		record_check(doctor, &known->fence.items[i]);
}
