/* SPDX-License-Identifier: Apache-2.0 */
#include <ldap.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/doctor/doctor_look.h"
#include "agent/ldap/ldap_result.h"
#include "agent/look/pass_look.h"
#include "common/draft/old_tls.h"
#include "common/guard/guard.h"
#include "common/plan/plan_changes.h"
#include "common/plan/release_line.h"
#include "common/remedies/remedies.h"
#include "common/report/doctor_links.h"

/* --- reaching it --- */

/* slapd answers, and knows root: where it wants TLS, running this as another user does not help. */
static void refusal_find(Doctor *doctor, DoctorCheck check, const Error *err)
{
	doctor_find(doctor->pool, &doctor->report, check, DOCTOR_ERROR, "%s", err->text);
	if (ldap_code_is_weakness(err->code))
		doctor_remedy(&doctor->report, remedy_text(REMEDY_LOCAL_SSF));
	else if (err->code == LDAP_UNWILLING_TO_PERFORM)
		doctor_remedy(&doctor->report,
			      pool_printf(doctor->pool,
					  "with slapd stopped and as the user that it runs as (on "
					  "OpenLDAP 2.4, %s): %s",
					  remedy_text(REMEDY_RESTRICT_OFF_2_4),
					  remedy_fill(doctor->pool, REMEDY_RESTRICT_OFF_STOPPED,
						      "cn=config", "olcRestrict", "")));
	else if (err->code == LDAP_SIZELIMIT_EXCEEDED)
		doctor_remedy(&doctor->report, remedy_text(REMEDY_MONITOR_LIMITS));
}

void doctor_ldapi(Doctor *doctor)
{
	Error err = {0};

	if (!doctor->has_context)
		doctor_skip(doctor, DOCTOR_LDAPI, "agent.json must be mended first");
	else if (context_connect(&doctor->context, &doctor->directory, &err) < 0)
		refusal_find(doctor, DOCTOR_LDAPI, &err);
	else if (geteuid() != 0)
		doctor_skip(doctor, DOCTOR_LDAPI,
			    "slapd answers; whether it knows root is seen by root only");
	else
		doctor_saw(&doctor->report, DOCTOR_LDAPI);
	if (doctor->has_context && !doctor->directory && err.class == ERROR_UNREACHABLE)
		doctor_stopped_look(doctor);
}

static void databases_find(Doctor *doctor)
{
	const Wanted *wanted = &doctor->inputs.wanted;

	for (size_t i = 0; i < wanted->n_databases; i++) {
		DoctorDatabase database = {.wanted = &wanted->databases[i]};

		if (live_find_database(&doctor->seen.world.live, database.wanted->desired->suffix,
				       &database.live) != 1)
			database.live = NULL;
		POOL_PUSH(doctor->pool, doctor->databases, doctor->n_databases, database);
	}
}

static int look(Doctor *doctor, Error *err)
{
	const Inputs *inputs = &doctor->inputs;
	const PlannerInput input = {
		.plan = {.desired = inputs->file.desired,
			 .not_listed = inputs->not_listed,
			 .wanted = inputs->wanted.self ? &inputs->wanted : NULL,
			 .known = &inputs->state.known,
			 .options = {.renews_tls = inputs->renews_tls,
				     .sha256 = inputs->file.sha256}},
		.machine = &inputs->machine,
		.readers = &doctor->seen.readers,
	};
	const Machine nothing = {.ldap_uri = doctor->context.socket.uri};

	doctor->seen.readers.pool = doctor->pool;
	if (!doctor->has_inputs)
		return world_read(doctor->directory, doctor->pool, &nothing, &doctor->seen.world,
				  err);
	if (planner_run(doctor->directory, doctor->pool, &input, &doctor->seen.world,
			&doctor->seen.plan, err) < 0)
		return -1;
	databases_find(doctor);
	return 0;
}

/* Looks at cn=config for the checks after it. */
void doctor_rights(Doctor *doctor)
{
	Error err;

	if (!doctor->directory) {
		doctor_skip(doctor, DOCTOR_RIGHTS, "slapd does not answer on its local socket");
		return;
	}
	if (geteuid() != 0)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_RIGHTS, DOCTOR_WARNING,
			    "this is not run as root: slapd knows another identity than the "
			    "daemon's");
	doctor->seen.has_world = look(doctor, &err) == 0;
	if (doctor->seen.has_world)
		doctor_saw(&doctor->report, DOCTOR_RIGHTS);
	else
		refusal_find(doctor, DOCTOR_RIGHTS, &err);
}

/* --- what the plan says --- */

static const char *const restart_codes[] = {"restart-unsafe", "server-id-by-name",
					    "listeners-differ"};

static bool is_restart_code(const char *code)
{
	for (size_t i = 0; i < ARRAY_SIZE(restart_codes); i++)
		if (strcmp(restart_codes[i], code) == 0)
			return true;
	return false;
}

void doctor_restart(Doctor *doctor)
{
	if (doctor->offline.has_files || doctor->offline.problem) {
		doctor_stopped_judge(doctor);
		return;
	}
	if (!doctor_has_world(doctor, DOCTOR_RESTART))
		return;
	if (doctor->has_inputs)
		doctor_saw(&doctor->report, DOCTOR_RESTART);
	else
		doctor_skip(doctor, DOCTOR_RESTART, "peers.json must be mended first");
	for (size_t i = 0; i < doctor->seen.plan.n_findings; i++) {
		const Finding *finding = &doctor->seen.plan.findings[i];

		if (is_restart_code(finding->code))
			doctor_find(doctor->pool, &doctor->report, DOCTOR_RESTART,
				    finding->severity == SEVERITY_CRITICAL ? DOCTOR_ERROR
									   : DOCTOR_WARNING,
				    "%s", finding->text);
	}
}

void doctor_config_replicated(Doctor *doctor)
{
	Hold hold;

	if (!doctor_has_world(doctor, DOCTOR_CONFIG_REPLICATED))
		return;
	doctor_saw(&doctor->report, DOCTOR_CONFIG_REPLICATED);
	if (guard_config_hold(doctor->pool, &doctor->seen.world.live,
			      &doctor->seen.world.facts.machine, &hold))
		doctor_find(doctor->pool, &doctor->report, DOCTOR_CONFIG_REPLICATED, DOCTOR_ERROR,
			    "%s: %s", hold.text, hold.release);
}

void doctor_monitor(Doctor *doctor)
{
	const World *world = &doctor->seen.world;

	if (!doctor_has_world(doctor, DOCTOR_MONITOR))
		return;
	if (!world->has_monitor)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_MONITOR, DOCTOR_WARNING,
			    "there is no cn=monitor, or root over ldapi may not read it");
	else if (world->facts.machine.monitor_is_limited)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_MONITOR, DOCTOR_WARNING,
			    "slapd's size limit hides consumers from root over ldapi; give the "
			    "monitor database the line %s",
			    remedy_text(REMEDY_MONITOR_LIMITS));
	else if (!world->live.runs.is_known)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_MONITOR, DOCTOR_NOTE,
			    "it lists no consumer: none is declared, it was added after them, or "
			    "this slapd is older than 2.5.4");
	else
		doctor_saw(&doctor->report, DOCTOR_MONITOR);
}

void doctor_pending(Doctor *doctor)
{
	const Plan *plan = &doctor->seen.plan;
	const size_t n_changes = change_count_free(plan, NULL, CHANGES_ALL);

	if (!doctor_has_plan(doctor, DOCTOR_PENDING))
		return;
	doctor_saw(&doctor->report, DOCTOR_PENDING);
	if (n_changes > 0)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_PENDING, DOCTOR_WARNING,
			    "%zu change%s to be written", n_changes,
			    n_changes == 1 ? " is" : "s are");
	for (size_t i = 0; i < plan->held.n_holds; i++) {
		const Hold *hold = &plan->held.holds[i];

		doctor_find(doctor->pool, &doctor->report, DOCTOR_PENDING,
			    hold->guard == GUARD_JOINING ? DOCTOR_NOTE : DOCTOR_WARNING,
			    "held %s: %s", guard_code(hold->guard), hold->text);
		doctor_remedy(&doctor->report, hold_release_line(doctor->pool, hold));
	}
	for (size_t i = 0; i < plan->n_findings; i++) {
		const Finding *finding = &plan->findings[i];

		if (finding->severity == SEVERITY_CRITICAL && !is_restart_code(finding->code) &&
		    !doctor_is_of_logs(finding->code)) {
			doctor_find(doctor->pool, &doctor->report, DOCTOR_PENDING, DOCTOR_ERROR,
				    "%s", finding->text);
			doctor_remedy(&doctor->report, remedy_text(REMEDY_SEE_FINDING));
		}
	}
}

/* --- consumers --- */

void doctor_links(Doctor *doctor)
{
	const Live *live = &doctor->seen.world.live;

	if (!doctor_has_world(doctor, DOCTOR_LINKS))
		return;
	if (!live->runs.is_known) {
		doctor_skip(doctor, DOCTOR_LINKS, "cn=monitor does not show which consumers run");
		return;
	}
	doctor_saw(&doctor->report, DOCTOR_LINKS);
	for (size_t i = 0; i < live->runs.n_consumers; i++) {
		const LinkHealth health =
			link_health_judge(doctor->pool, live, &live->runs.consumers[i], time(NULL));

		if (health.severity != DOCTOR_OK)
			doctor_find(doctor->pool, &doctor->report, DOCTOR_LINKS, health.severity,
				    "%s", health.text);
	}
}

/* --- files of the links --- */

void doctor_tls_files(Doctor *doctor)
{
	const Plan *plan = &doctor->seen.plan;

	if (!doctor_has_databases(doctor, DOCTOR_TLS_FILES))
		return;
	doctor_saw(&doctor->report, DOCTOR_TLS_FILES);
	for (size_t i = 0; i < plan->n_findings; i++)
		if (strcmp(plan->findings[i].code, "tls-file") == 0)
			doctor_find(doctor->pool, &doctor->report, DOCTOR_TLS_FILES, DOCTOR_WARNING,
				    "%s: %s", plan->findings[i].suffix, plan->findings[i].text);
	for (size_t i = 0; i < doctor->n_databases; i++) {
		const WantedDatabase *wanted = doctor->databases[i].wanted;
		const char *text = old_tls_describe(doctor->pool, plan, wanted);

		if (text)
			doctor_find(doctor->pool, &doctor->report, DOCTOR_TLS_FILES, DOCTOR_WARNING,
				    "%s: %s", wanted->desired->suffix, text);
	}
	if (!doctor->seen.world.live.start_time && doctor->seen.world.facts.machine.tls.n_files > 0)
		doctor_skip(doctor, DOCTOR_TLS_FILES,
			    "cn=monitor does not show when slapd started: whether its consumers "
			    "hold older files is not known");
}
