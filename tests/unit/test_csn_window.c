/* SPDX-License-Identifier: Apache-2.0 */
/* All newer entries are seen, however few a server shows at once and in what order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/copy/csn_window.h"

#define N_ENTRIES 5000

/* A server with entries of these CSNs, in the order in which it shows them. */
typedef struct Server {
	char csns[N_ENTRIES][4 + 1];
	size_t limit;
	bool was_shown[N_ENTRIES]; /* in a window that was not cut */
} Server;

static void server_make(Server *server, size_t limit, unsigned stride)
{
	memset(server, 0, sizeof(*server));
	server->limit = limit;
	for (size_t i = 0; i < N_ENTRIES; i++)
		snprintf(server->csns[i], sizeof(server->csns[i]), "%04u",
			 (unsigned)(i * stride % N_ENTRIES));
}

static bool is_in(const CsnWindow *window, const char *csn)
{
	return strcmp(csn, window->from) > 0 && (!window->until || strcmp(csn, window->until) <= 0);
}

/* What a search shows; true when the limit cut it. */
static bool search(Server *server, const CsnWindow *window, const char **shown, size_t *ret_n)
{
	size_t places[N_ENTRIES];
	bool is_cut = false;

	*ret_n = 0;
	for (size_t i = 0; i < N_ENTRIES && !is_cut; i++) {
		if (!is_in(window, server->csns[i]))
			continue;
		is_cut = *ret_n == server->limit;
		if (is_cut)
			break;
		places[*ret_n] = i;
		shown[(*ret_n)++] = server->csns[i];
	}
	for (size_t i = 0; !is_cut && i < *ret_n; i++)
		server->was_shown[places[i]] = true;
	return is_cut;
}

/* How many searches it took. */
static size_t look(Server *server, CsnWindowStep wanted)
{
	static const char *shown[N_ENTRIES];
	CsnWindow window = {.from = "0099"};
	CsnWindowStep step = CSN_WINDOW_AGAIN;
	size_t n_searches = 0, n_shown;

	for (; step == CSN_WINDOW_AGAIN; n_searches++) {
		const bool is_cut = search(server, &window, shown, &n_shown);

		step = csn_window_next(&window, shown, n_shown, is_cut);
		assert_true(n_searches < N_ENTRIES);
	}
	assert_int_equal(step, wanted);
	return n_searches;
}

static void every_newer_entry_is_seen(void **state)
{
	/* As they were written, at random, and the last one first, which no server does. */
	static const struct {
		unsigned stride;
		size_t n_searches_max;
	} orders[] = {{1, 45}, {1237, 60}, {N_ENTRIES - 1, 300}};
	static Server server;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		server_make(&server, 500, orders[i].stride);
		assert_in_range(look(&server, CSN_WINDOW_OVER), 10, orders[i].n_searches_max);
		for (size_t k = 0; k < N_ENTRIES; k++)
			assert_int_equal(server.was_shown[k], strcmp(server.csns[k], "0099") > 0);
	}
}

static void few_are_seen_at_once(void **state)
{
	static Server server;

	(void)state;
	server_make(&server, N_ENTRIES, 1);
	assert_int_equal(look(&server, CSN_WINDOW_OVER), 1);
}

static void a_server_that_shows_too_few_ends_it(void **state)
{
	static Server server;

	(void)state;
	server_make(&server, 0, 1);
	assert_int_equal(look(&server, CSN_WINDOW_STUCK), 1);
	for (size_t i = 0; i < N_ENTRIES; i++) /* all the same */
		memcpy(server.csns[i], "2000", 5);
	server.limit = 10;
	assert_int_equal(look(&server, CSN_WINDOW_STUCK), 2);
}

static void the_filter_has_both_ends(void **state)
{
	Pool *pool = pool_new();

	(void)state;
	assert_string_equal(csn_window_filter(pool, &(CsnWindow){.from = "a"}),
			    "(&(entryCSN>=a)(!(entryCSN=a)))");
	assert_string_equal(csn_window_filter(pool, &(CsnWindow){.from = "a", .until = "b"}),
			    "(&(entryCSN>=a)(!(entryCSN=a))(entryCSN<=b))");
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_newer_entry_is_seen),
		cmocka_unit_test(few_are_seen_at_once),
		cmocka_unit_test(a_server_that_shows_too_few_ends_it),
		cmocka_unit_test(the_filter_has_both_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
