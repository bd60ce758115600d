/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/tell/history_line.h"

static Record full(void)
{
	return (Record){
		.at_sec = 1790000000,
		.operator= {.command = "apply --release G4",
			    .has_login = true,
			    .login_uid = 1000,
			    .sudo_user = "alice",
			    .has_uid = true},
		.pass = "12-3",
		.trigger = "config,timer",
		.has_revision = true,
		.revision = 7,
		.sha256 = "abc",
		.event = {.kind = EVENT_CORRECTION_APPLIED,
			  .text = "corrected: \"a\\b\"\n",
			  .cause = CAUSE_DRIFT,
			  .suffix = "dc=x",
			  .dn = "olcDatabase={1}mdb,cn=config",
			  .attribute = "olcLimits\nolcSizeLimit",
			  .old_value = "one\ntwo",
			  .new_value = "three",
			  .actor = "cn=mallory",
			  .actor_time = "20261122000000Z",
			  .peer = "ldap://b",
			  .result = "success",
			  .duration_usec = 1234},
	};
}

static void what_is_written_is_read_again(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Record record = full();
	const char *line = record_print(pool, &record);
	Record read;

	(void)state;
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_true(record_parse(pool, line, strlen(line) - 1, &read));
	assert_string_equal(record_print(pool, &read), line);
	assert_string_equal(read.event.text, record.event.text);
	assert_string_equal(read.event.old_value, record.event.old_value);
	assert_int_equal(read.event.kind, record.event.kind);
	assert_int_equal(read.event.duration_usec, 1234);
	assert_int_equal(read.at_sec, record.at_sec);
	assert_int_equal(read.revision, 7);
	assert_int_equal(read.event.cause, CAUSE_DRIFT);
	assert_int_equal(read.operator.login_uid, 1000);
	assert_int_equal(read.operator.uid, 0);
	assert_true(read.operator.has_login && read.operator.has_uid);
	assert_string_equal(read.operator.sudo_user, "alice");
}

static void what_is_not_known_is_left_out(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Record record = {.event = {.kind = EVENT_CORRECTION_FAILED, .text = "t"}};

	(void)state;
	assert_string_equal(record_print(pool, &record),
			    "{\"time\": \"1970-01-01T00:00:00Z\", \"event\": "
			    "\"correction-failed\", \"text\": \"t\"}\n");
}

static void a_damaged_line_is_no_record(void **state)
{
	static const char *const lines[] = {
		"",
		"{",
		"[]",
		"{}",
		"null",
		"{\"time\": \"1970-01-01T00:00:00Z\", \"event\": \"correction-failed\"}",
		"{\"time\": \"1970-01-01T00:00:00Z\", \"event\": \"unheard-of\", \"text\": \"t\"}",
		"{\"time\": \"yesterday\", \"event\": \"correction-failed\", \"text\": \"t\"}",
		"{\"time\": 1, \"event\": \"correction-failed\", \"text\": \"t\"}",
	};
	static const char newer[] = "{\"time\": \"1970-01-01T00:00:00Z\", \"unheard-of\": [1], "
				    "\"event\": \"correction-failed\", \"text\": \"t\"}";
	AUTO(Pool) *pool = pool_new();
	Record record;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_false(record_parse(pool, lines[i], strlen(lines[i]), &record));
	assert_true(record_parse(pool, newer, strlen(newer), &record));
}

static void a_record_reads_as_a_line(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Record record = full();

	(void)state;
	record.event.text = "corrected: it";
	assert_string_equal(
		record_text(pool, &record),
		"2026-09-21T14:13:20Z  drift  apply --release G4 by login uid 1000 (sudo "
		"says alice)  dc=x: corrected: it; last written by cn=mallory at "
		"20261122000000Z (1 ms)");
}

static bool concerns(const Record *record, const char *suffix, const char *attribute)
{
	return record_concerns(record, &(RecordQuery){.suffix = suffix, .attribute = attribute});
}

static void a_record_is_found_by_database_and_attribute(void **state)
{
	Record record = full();

	(void)state;
	assert_true(concerns(&record, NULL, NULL));
	assert_true(concerns(&record, "DC=X", "olclimits"));
	assert_true(concerns(&record, NULL, "olcSizeLimit"));
	assert_false(concerns(&record, "dc=y", "olcLimits"));
	assert_false(concerns(&record, "cn=config", "olcLimits"));
	assert_false(concerns(&record, NULL, "olcLimit"));
	record.event.attribute = NULL;
	assert_false(concerns(&record, NULL, "olcSyncrepl"));
	/* A file that was edited: nobody knows which attribute. */
	record.event.kind = EVENT_HAND_EDIT;
	assert_true(concerns(&record, NULL, "olcSyncrepl"));
	/* A pause is no write. */
	record.event.kind = EVENT_PAUSED;
	assert_false(concerns(&record, NULL, "olcSyncrepl"));
	record = full();
	record.event.suffix = NULL;
	assert_true(concerns(&record, "cn=config", "olcLimits"));
	assert_false(concerns(&record, "dc=x", "olcLimits"));
}

static void only_a_name_that_can_be_told_is_an_operator_s(void **state)
{
	static const char *const bad[] = {"", "a b", "a\nb", "\x1b[31m", "\xff"};
	AUTO(Pool) *pool = pool_new();
	char long_name[80];

	(void)state;
	memset(long_name, 'a', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_null(operator_name(pool, NULL));
	assert_null(operator_name(pool, long_name));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_null(operator_name(pool, bad[i]));
	assert_string_equal(operator_name(pool, "j\xc3\xb6rg"), "j\xc3\xb6rg");
	assert_string_equal(operator_text(pool, &(Operator){.has_uid = true}), "");
	assert_string_equal(operator_text(pool, &(Operator){.sudo_user = "alice"}),
			    " (sudo says alice)");
}

static void every_cause_is_found_by_its_name(void **state)
{
	(void)state;
	assert_null(cause_name(CAUSE_NOT_TOLD));
	assert_int_equal(cause_named(NULL), CAUSE_NOT_TOLD);
	assert_int_equal(cause_named("of a later release"), CAUSE_NOT_TOLD);
	assert_int_equal(cause_named("tls-renewed"), CAUSE_RENEWAL);
	assert_int_equal(cause_named("heal"), CAUSE_HAND);
	for (int cause = CAUSE_NOT_TOLD + 1; cause < CAUSE_COUNT; cause++)
		assert_int_equal(cause_named(cause_name((Cause)cause)), cause);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(a_damaged_line_is_no_record),
		cmocka_unit_test(a_record_reads_as_a_line),
		cmocka_unit_test(a_record_is_found_by_database_and_attribute),
		cmocka_unit_test(only_a_name_that_can_be_told_is_an_operator_s),
		cmocka_unit_test(every_cause_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
