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
		.by = "run",
		.pass = "12-3",
		.trigger = "config,timer",
		.has_revision = true,
		.revision = 7,
		.sha256 = "abc",
		.event = {.kind = EVENT_CORRECTION_APPLIED,
			  .text = "corrected: \"a\\b\"\n",
			  .cause = "drift",
			  .suffix = "dc=x",
			  .dn = "olcDatabase={1}mdb,cn=config",
			  .attribute = "olcLimits",
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
	assert_string_equal(record_text(pool, &record),
			    "2026-09-21T14:13:20Z  drift  run  dc=x: corrected: it; last written "
			    "by cn=mallory at 20261122000000Z (1 ms)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(a_damaged_line_is_no_record),
		cmocka_unit_test(a_record_reads_as_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
