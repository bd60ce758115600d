/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/base/utf8.h"

static void every_character_survives_writing_and_reading(void **state)
{
	(void)state;
	for (uint32_t character = 0; character <= 0x10ffff; character++) {
		char bytes[4];
		uint32_t again = 0;
		size_t len;

		if (character >= 0xd800 && character <= 0xdfff)
			continue;
		len = utf8_encode(character, bytes);
		if (utf8_decode(bytes, len, &again) != len || again != character)
			fail_msg("U+%04X", (unsigned)character);
		if (utf8_decode(bytes, len - 1, &again) != 0)
			fail_msg("U+%04X cut short", (unsigned)character);
	}
}

static void what_rfc_3629_forbids_is_no_character(void **state)
{
	static const char *const bad[] = {
		"\x80",         "\xbf",
		"\xc0\x80",     "\xc1\xbf",
		"\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
		"\xfe",         "\xff",
		"\xc3\x28",     "\xf4\x90\x80\x80",
		"\xe2\x82\x28", "\xf8\x88\x80\x80\x80",
	};
	uint32_t character;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &character), 0);
	assert_int_equal(utf8_decode("", 0, &character), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_survives_writing_and_reading),
		cmocka_unit_test(what_rfc_3629_forbids_is_no_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
