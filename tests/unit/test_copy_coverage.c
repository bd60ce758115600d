/* SPDX-License-Identifier: Apache-2.0 */
/* Whether entries of one server ID are newer than contextCSN, from what searches show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/copy/copy_coverage.h"

#define CSN(second, sid) "202611301200" second ".000000Z#000000#" sid "#000000"

static Content content_with(const char **csns, size_t n)
{
	return (Content){.state = CONTENT_READ, .context_csns = csns, .n_context_csns = n};
}

/* What a search shows: entries of these CSNs. */
static Tree shown(Pool *pool, const char *const *csns, size_t n)
{
	Tree tree = {0};

	for (size_t i = 0; i < n; i++) {
		Entry *entry = tree_add_entry(pool, &tree, "cn=one");

		entry_add_value(pool, entry, "entryCSN", csns[i], strlen(csns[i]));
	}
	return tree;
}

static void nothing_of_ours_that_is_newer_is_covered(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *context[] = {CSN("10", "001"), CSN("20", "002")};
	const char *const newer[] = {CSN("15", "002"), CSN("20", "002")};
	const Content here = content_with(context, 2);
	const Tree tree = shown(pool, newer, ARRAY_SIZE(newer));
	CoverageLook look = coverage_begin(&here, 1, 10);

	(void)state;
	coverage_take(pool, &look, &tree, false);
	assert_null(look.newest);
	assert_true(look.is_over);
	assert_int_equal(look.verdict, COPY_IS_COVERED);
}

static void without_a_csn_of_ours_nothing_is_known(void **state)
{
	const char *context[] = {CSN("20", "002")};
	const Content here = content_with(context, 1);
	const CoverageLook look = coverage_begin(&here, 1, 10);

	(void)state;
	assert_true(look.is_over);
	assert_int_equal(look.verdict, COPY_COVERAGE_UNKNOWN);
}

static CopyCoverage judge_again(const Content *again)
{
	AUTO(Pool) *pool = pool_new();
	const char *context[] = {CSN("10", "001")};
	const char *const newer[] = {CSN("15", "002"), CSN("16", "001")};
	const Content here = content_with(context, 1);
	const Tree tree = shown(pool, newer, ARRAY_SIZE(newer));
	CoverageLook look = coverage_begin(&here, 1, 10);

	coverage_take(pool, &look, &tree, false);
	assert_string_equal(look.newest, CSN("16", "001"));
	coverage_again(&look, again);
	assert_true(look.is_over);
	return look.verdict;
}

static void what_is_newer_is_compared_with_the_context_csn_of_then(void **state)
{
	const char *reached[] = {CSN("16", "001")};
	const char *behind[] = {CSN("12", "001")};
	const Content good = content_with(reached, 1), old = content_with(behind, 1);
	const Content unread = {.state = CONTENT_UNREACHABLE};

	(void)state;
	assert_int_equal(judge_again(&good), COPY_IS_COVERED);
	assert_int_equal(judge_again(&old), COPY_HAS_NEWER);
	assert_int_equal(judge_again(&unread), COPY_COVERAGE_UNKNOWN);
}

static void parts_have_an_end(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *context[] = {CSN("10", "001")};
	const char *const newer[] = {CSN("15", "002"), CSN("30", "002"), CSN("40", "002")};
	const Content here = content_with(context, 1);
	const Tree tree = shown(pool, newer, ARRAY_SIZE(newer));
	CoverageLook look = coverage_begin(&here, 1, 2);

	(void)state;
	coverage_take(pool, &look, &tree, true);
	assert_false(look.is_over);
	assert_string_equal(look.window.until, CSN("30", "002"));
	coverage_take(pool, &look, &(Tree){0}, false); /* what lies behind comes next */
	assert_true(look.is_over);
	assert_int_equal(look.verdict, COPY_COVERAGE_CUT);
}

static void below_add(Pool *pool, Tree *tree, const char *dn, const char *name, const char *value)
{
	Entry *entry = tree_add_entry(pool, tree, dn);

	entry_add_value(pool, entry, name, value, strlen(value));
}

static void what_is_hidden_below_the_suffix_is_not_seen(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree alone = {0}, hidden = {0}, nameless = {0}, whole = {0};

	(void)state;
	below_add(pool, &alone, "dc=x", "hasSubordinates", "FALSE");
	assert_true(coverage_is_seen(&alone));
	below_add(pool, &hidden, "dc=x", "hasSubordinates", "TRUE");
	assert_false(coverage_is_seen(&hidden));
	below_add(pool, &hidden, "cn=one,dc=x", "objectClass", "device");
	assert_false(coverage_is_seen(&hidden));
	below_add(pool, &nameless, "dc=x", "entryCSN", CSN("10", "001"));
	assert_false(coverage_is_seen(&nameless));
	assert_false(coverage_is_seen(&(Tree){0}));
	below_add(pool, &whole, "dc=x", "entryCSN", CSN("09", "001"));
	below_add(pool, &whole, "cn=one,dc=x", "entryCSN", CSN("10", "001"));
	assert_true(coverage_is_seen(&whole));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_ours_that_is_newer_is_covered),
		cmocka_unit_test(without_a_csn_of_ours_nothing_is_known),
		cmocka_unit_test(what_is_newer_is_compared_with_the_context_csn_of_then),
		cmocka_unit_test(parts_have_an_end),
		cmocka_unit_test(what_is_hidden_below_the_suffix_is_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
