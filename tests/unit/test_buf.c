/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"

static void nothing_added_reads_as_the_empty_text(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Buf buf = BUF_IN(pool);

	(void)state;
	assert_string_equal(buf_text(&buf), "");
	buf_puts(&buf, "");
	assert_string_equal(buf_text(&buf), "");
	assert_int_equal(buf.len, 0);
}

static void pieces_join_in_order(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Buf buf = BUF_IN(pool);

	(void)state;
	buf_puts(&buf, "one");
	buf_putc(&buf, ' ');
	buf_printf(&buf, "%d %s", 2, "two");
	buf_add(&buf, "!?", 1);
	assert_string_equal(buf_text(&buf), "one 2 two!");
	assert_int_equal(buf.len, strlen("one 2 two!"));
}

static void a_text_grows_byte_by_byte_and_stays_terminated(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Buf buf = BUF_IN(pool);

	(void)state;
	for (size_t i = 0; i < 3000; i++) {
		buf_putc(&buf, (char)('a' + i % 26));
		assert_int_equal(buf.len, i + 1);
		assert_int_equal(buf.bytes[i + 1], '\0');
	}
	for (size_t i = 0; i < 3000; i++)
		assert_int_equal(buf.bytes[i], 'a' + i % 26);
}

static void a_piece_may_be_longer_than_all_before(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Buf buf = BUF_IN(pool);

	(void)state;
	buf_putc(&buf, 'x');
	buf_printf(&buf, "%04000d", 5);
	assert_int_equal(buf.len, 4001);
	assert_int_equal(buf.bytes[0], 'x');
	assert_int_equal(buf.bytes[4000], '5');
}

static void bytes_after_a_nul_are_kept(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Buf buf = BUF_IN(pool);

	(void)state;
	buf_add(&buf, "a\0b", 3);
	buf_add(&buf, NULL, 0);
	assert_int_equal(buf.len, 3);
	assert_memory_equal(buf.bytes, "a\0b", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_added_reads_as_the_empty_text),
		cmocka_unit_test(pieces_join_in_order),
		cmocka_unit_test(a_text_grows_byte_by_byte_and_stays_terminated),
		cmocka_unit_test(a_piece_may_be_longer_than_all_before),
		cmocka_unit_test(bytes_after_a_nul_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
