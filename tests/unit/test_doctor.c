/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/json/json_document.h"
#include "common/remedies/remedies.h"
#include "common/report/doctor.h"
#include "common/report/doctor_links.h"
#include "common/report/doctor_machine.h"

static void every_check_is_explained_under_a_code_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < DOCTOR_CHECK_COUNT; i++) {
		const DoctorRule *rule = &doctor_rules[i];

		assert_true(rule->code && rule->title && rule->meaning &&
			    rule->remedy < REMEDY_COUNT);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(rule->code, doctor_rules[k].code);
	}
}

static void the_worst_finding_decides(void **state)
{
	AUTO(Pool) *pool = pool_new();
	DoctorReport report = {0};

	(void)state;
	assert_int_equal(doctor_worst(&report), DOCTOR_UNKNOWN);
	for (int check = 0; check < DOCTOR_CHECK_COUNT; check++) {
		assert_int_equal(doctor_severity_of(&report, (DoctorCheck)check), DOCTOR_UNKNOWN);
		doctor_saw(&report, (DoctorCheck)check);
		assert_int_equal(doctor_severity_of(&report, (DoctorCheck)check), DOCTOR_OK);
	}
	assert_int_equal(doctor_worst(&report), DOCTOR_OK);
	doctor_find(pool, &report, DOCTOR_NODE, DOCTOR_UNKNOWN, "a part was not seen");
	assert_int_equal(doctor_severity_of(&report, DOCTOR_NODE), DOCTOR_UNKNOWN);
	doctor_find(pool, &report, DOCTOR_CLOCK, DOCTOR_NOTE, "one");
	assert_int_equal(doctor_worst(&report), DOCTOR_NOTE);
	doctor_find(pool, &report, DOCTOR_DISK, DOCTOR_ERROR, "two");
	doctor_find(pool, &report, DOCTOR_DISK, DOCTOR_WARNING, "three");
	assert_int_equal(doctor_worst(&report), DOCTOR_ERROR);
	assert_int_equal(doctor_severity_of(&report, DOCTOR_DISK), DOCTOR_ERROR);
	assert_int_equal(doctor_severity_of(&report, DOCTOR_CLOCK), DOCTOR_NOTE);
	assert_int_equal(doctor_severity_of(&report, DOCTOR_NAMES), DOCTOR_OK);
}

static void who_asks_for_some_checks_is_told_of_these_only(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *const codes[] = {"clock", "disk", "clock"}, *const unknown[] = {"clokc"};
	DoctorReport report = {0};
	Error err;

	(void)state;
	assert_int_equal(doctor_ask(codes, 3, &report.asked, &err), 0);
	assert_int_equal(report.asked.n_checks, 2);
	doctor_find(pool, &report, DOCTOR_NODE, DOCTOR_ERROR, "elsewhere");
	doctor_saw(&report, DOCTOR_CLOCK);
	assert_true(doctor_has_unknown(&report)); /* the disk was not seen */
	doctor_saw(&report, DOCTOR_DISK);
	assert_false(doctor_has_unknown(&report));
	assert_int_equal(doctor_worst(&report), DOCTOR_OK);
	assert_null(strstr(doctor_text(pool, &report, false), "elsewhere"));
	assert_non_null(strstr(doctor_text(pool, &report, false), "2 checks: 2 ok"));
	assert_null(strstr(doctor_json(pool, &report), "elsewhere"));
	doctor_find(pool, &report, DOCTOR_DISK, DOCTOR_UNKNOWN, "a part was not seen");
	doctor_find(pool, &report, DOCTOR_DISK, DOCTOR_NOTE, "worse");
	assert_true(doctor_has_unknown(&report));
	assert_int_equal(doctor_ask(unknown, 1, &report.asked, &err), -1);
	assert_non_null(strstr(err.text, "did you mean 'clock'"));
}

static void a_finding_is_told_with_meaning_and_remedy(void **state)
{
	AUTO(Pool) *pool = pool_new();
	DoctorReport report = {0};
	const JsonNode *root;
	const char *text, *json;

	(void)state;
	doctor_find(pool, &report, DOCTOR_DISK, DOCTOR_ERROR, "/x \"is\" full");
	text = doctor_text(pool, &report, false);
	assert_non_null(strstr(text, "- error: /x \"is\" full\n"));
	assert_non_null(strstr(text, remedy_text(doctor_rules[DOCTOR_DISK].remedy)));
	assert_non_null(strstr(text, doctor_rules[DOCTOR_DISK].meaning));
	assert_null(strstr(text, doctor_rules[DOCTOR_CLOCK].meaning));
	json = doctor_json(pool, &report);
	assert_int_equal(json_parse(pool, "report", json, strlen(json), &root, NULL), 0);
	json = doctor_list_json(pool);
	assert_int_equal(json_parse(pool, "list", json, strlen(json), &root, NULL), 0);
	report.findings[0].remedy = "its own";
	text = doctor_text(pool, &report, false);
	assert_non_null(strstr(text, "remedy: its own\n"));
	assert_null(strstr(text, remedy_text(doctor_rules[DOCTOR_DISK].remedy)));
}

/* --- links --- */

#define NOW 1000000000 /* 2001-09-09 01:46:40 */

static DoctorSeverity severity_of(const char *type, RunningConsumer running)
{
	AUTO(Pool) *pool = pool_new();
	LiveConsumer consumer = {.parses = true, .rid = 2, .provider = "ldap://b:389"};
	LiveDatabase database = {.consumers = &consumer, .n_consumers = 1};
	const Live live = {.databases = &database, .n_databases = 1};

	consumer.syncrepl.value[SYNCREPL_TYPE] = type;
	running.rid = 2;
	running.provider = "ldap://b:389";
	return link_health_judge(pool, &live, &running, NOW).severity;
}

static void a_link_is_well_when_it_follows(void **state)
{
	static const char persist[] = "refreshAndPersist";

	(void)state;
	assert_int_equal(severity_of(persist, (RunningConsumer){.is_persistent = true,
								.is_connected = true}),
			 DOCTOR_OK);
	assert_int_equal(severity_of(persist, (RunningConsumer){.is_connected = true}),
			 DOCTOR_NOTE);
	assert_int_equal(severity_of(persist, (RunningConsumer){.is_persistent = true}),
			 DOCTOR_ERROR);
	assert_int_equal(severity_of(persist, (RunningConsumer){.next_connect = "20010909014700Z"}),
			 DOCTOR_ERROR);
}

static void one_that_reads_at_intervals_is_well_between_them(void **state)
{
	(void)state;
	assert_int_equal(
		severity_of("refreshOnly", (RunningConsumer){.last_contact = "20010909014000Z"}),
		DOCTOR_OK);
	assert_int_equal(severity_of(NULL, (RunningConsumer){.last_contact = "20010909014000Z"}),
			 DOCTOR_OK);
	assert_int_equal(
		severity_of("refreshOnly", (RunningConsumer){.last_contact = "00000101000000Z"}),
		DOCTOR_ERROR);
	assert_int_equal(
		severity_of("refreshOnly", (RunningConsumer){.last_connect = "20010909014500Z",
							     .last_contact = "20010909014000Z"}),
		DOCTOR_ERROR);
}

static void what_is_told_of_a_link_has_its_times(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Live live = {0};
	const RunningConsumer running = {.rid = 7,
					 .suffix = "dc=x",
					 .provider = "ldap://b:389",
					 .last_connect = "20010909014630Z",
					 .last_contact = "00000101000000Z",
					 .next_connect = "20010909014730Z"};

	(void)state;
	assert_string_equal(link_health_judge(pool, &live, &running, NOW).text,
			    "consumer 007 of dc=x, provider ldap://b:389: is not connected; last "
			    "tried 10 s ago, last heard never, tries again in 50 s");
}

/* --- SELinux --- */

static void an_selinux_type_is_the_third_field(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(selinux_type(pool, "system_u:system_r:syncward_t:s0-s0:c0.c1023"),
			    "syncward_t");
	assert_string_equal(selinux_type(pool, "u:r:t\n"), "t");
	assert_null(selinux_type(pool, "unconfined"));
	assert_null(selinux_type(pool, NULL));
}

static void a_wrong_label_is_told(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const SelinuxLabel right = {"the daemon", "u:r:syncward_t:s0", "syncward_t"};
	const SelinuxLabel wrong = {"the daemon", "u:r:unconfined_t:s0", "syncward_t"};
	const SelinuxLabel absent = {"the daemon", NULL, "syncward_t"};

	(void)state;
	assert_null(selinux_label_problem(pool, &right));
	assert_null(selinux_label_problem(pool, &absent));
	assert_string_equal(selinux_label_problem(pool, &wrong),
			    "the daemon has the SELinux type unconfined_t, wanted syncward_t");
}

static void a_slapd_that_the_policy_does_not_know_wants_the_boolean(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *unconfined = "system_u:system_r:unconfined_service_t:s0\n";

	(void)state;
	assert_string_equal(
		selinux_slapd_problem(pool, unconfined, "0 0"),
		"slapd has the SELinux type unconfined_service_t, to which the daemon may "
		"not speak: the boolean syncward_unconfined_slapd is off");
	assert_null(selinux_slapd_problem(pool, unconfined, "1 1"));
	assert_null(selinux_slapd_problem(pool, unconfined, NULL));
	assert_null(selinux_slapd_problem(pool, "system_u:system_r:slapd_t:s0", "0 0"));
	assert_null(selinux_slapd_problem(pool, NULL, "0 0"));
}

static void a_map_is_called_full_before_slapd_refuses_writes(void **state)
{
	/* As 2.4.57, 2.5.13 and 2.6.10 counted when they refused one. */
	const MapUse refused = {.max = 256, .used = 255, .free = 28};
	const MapUse half = {.max = 262144, .used = 140000, .free = 10};
	const MapUse freed = {.max = 262144, .used = 262144, .free = 200000};
	const MapUse high = {.max = 262144, .used = 220000, .free = 0};
	const MapUse full = {.max = 262144, .used = 262144, .free = 20000};

	(void)state;
	assert_int_equal(map_use_judge(&refused), MAP_IS_FULL);
	assert_int_equal(map_use_judge(&half), MAP_HAS_ROOM);
	assert_int_equal(map_use_judge(&freed), MAP_HAS_ROOM);
	assert_int_equal(map_use_judge(&high), MAP_IS_SHORT);
	assert_int_equal(map_use_judge(&full), MAP_IS_FULL);
	assert_int_equal(map_use_percent(&full), 92);
	assert_int_equal(map_use_judge_log(&half), MAP_HAS_ROOM);
	assert_int_equal(map_use_judge_log(&freed), MAP_IS_FULL);
	assert_int_equal(map_use_judge_log(&high), MAP_IS_SHORT);
}

static void a_map_of_which_cn_config_tells_no_size_grows_too(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Entry database = {.dn = "olcDatabase={1}mdb"}, none = database;

	(void)state;
	assert_non_null(strstr(map_remedy(pool, &database, true),
			       "'dn: olcDatabase={1}mdb' 'changetype: modify' 'replace: "
			       "olcDbMaxSize' 'olcDbMaxSize: 20971520' | slapmodify -n 0"));
	entry_add_value(pool, &database, "olcDbMaxSize", "1048576", 7);
	assert_non_null(strstr(map_remedy(pool, &database, true), "olcDbMaxSize: 2097152'"));
	entry_add_value(pool, &none, "olcDbMaxSize", "0", 1);
	assert_non_null(strstr(map_remedy(pool, &none, false), "olcDbMaxSize: 20971520 in the"));
	assert_null(strstr(map_remedy(pool, &none, false), "slapmodify"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_is_called_full_before_slapd_refuses_writes),
		cmocka_unit_test(a_map_of_which_cn_config_tells_no_size_grows_too),
		cmocka_unit_test(every_check_is_explained_under_a_code_of_its_own),
		cmocka_unit_test(the_worst_finding_decides),
		cmocka_unit_test(who_asks_for_some_checks_is_told_of_these_only),
		cmocka_unit_test(a_finding_is_told_with_meaning_and_remedy),
		cmocka_unit_test(a_link_is_well_when_it_follows),
		cmocka_unit_test(one_that_reads_at_intervals_is_well_between_them),
		cmocka_unit_test(what_is_told_of_a_link_has_its_times),
		cmocka_unit_test(an_selinux_type_is_the_third_field),
		cmocka_unit_test(a_wrong_label_is_told),
		cmocka_unit_test(a_slapd_that_the_policy_does_not_know_wants_the_boolean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
