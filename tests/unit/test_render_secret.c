/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/live/live_config.h"
#include "common/plan/render.h"

#define DATABASE_DN "olcDatabase={1}mdb,cn=config"

/* Values that slapd might hold and that we cannot take apart: where the password ends is unknown.
 */
static const char *const unclear[] = {
	"{0}rid=001 provider=ldap://a searchbase=dc=x credentials=\"kan arie\" vogel",
	"{0}rid=001 provider=ldap://a searchbase=dc=x credentials=kan arie=vogel",
	"{0}rid=001 provider=ldap://a searchbase=dc=x \"credentials=kan\" arie\"vogel\"",
	"{0}rid=001 provider=ldap://a searchbase=dc=x timeout=arie bindmethod=vogel",
	"{0}vogel",
	"rid=1 credentials=vogel",
	"vogel",
};

static void assert_quiet(const char *text)
{
	assert_non_null(text);
	assert_null(strstr(text, "kan"));
	assert_null(strstr(text, "arie"));
	assert_null(strstr(text, "vogel"));
}

static void a_live_value_without_meaning_is_not_quoted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(unclear); i++) {
		AUTO(Pool) *pool = pool_new();
		Machine machine = {0};
		Tree tree = {0};
		Entry *entry;
		Live live = {0};
		Error err;

		entry = tree_add_entry(pool, &tree, "cn=config");
		entry_add_value(pool, entry, "objectClass", "olcGlobal", 9);
		entry = tree_add_entry(pool, &tree, DATABASE_DN);
		entry_add_value(pool, entry, "objectClass", "olcDatabaseConfig", 17);
		entry_add_value(pool, entry, "objectClass", "olcMdbConfig", 12);
		entry_add_value(pool, entry, "olcDatabase", "{1}mdb", 6);
		entry_add_value(pool, entry, "olcSuffix", "dc=x", 4);
		entry_add_value(pool, entry, "olcSyncrepl", unclear[i], strlen(unclear[i]));
		assert_int_equal(live_take_config(pool, &tree, &machine, &live, &err), 0);
		assert_int_equal(live.n_databases, 1);
		assert_false(live.databases[0].consumers[0].parses);
		assert_quiet(live.databases[0].consumers[0].problem);
	}
}

static Plan plan_about(Pool *pool, const char *value)
{
	const Change change = {
		.kind = CHANGE_CONSUMER_EDIT,
		.suffix = "dc=x",
		.dn = DATABASE_DN,
		.attribute = "olcSyncrepl",
		.subject = "ldap://a",
		.old_value = value,
		.new_value = value,
		.why = "",
	};
	const char **values = NULL;
	size_t n_values = 0;
	Mod *mods = NULL;
	size_t n_mods = 0;
	Plan plan = {0};

	POOL_PUSH(pool, values, n_values, value);
	POOL_PUSH(pool, mods, n_mods,
		  {.kind = MOD_DELETE,
		   .attribute = "olcSyncrepl",
		   .values = values,
		   .n_values = n_values});
	POOL_PUSH(pool, plan.order.steps, plan.order.n_steps,
		  {.kind = STEP_MODIFY, .dn = DATABASE_DN, .mods = mods, .n_mods = n_mods});
	plan_add_change(pool, &plan, change);
	return plan;
}

static void no_rendering_shows_a_value_without_meaning(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(unclear); i++) {
		AUTO(Pool) *pool = pool_new();
		const Plan plan = plan_about(pool, unclear[i]);

		assert_quiet(render_text(pool, &plan, (RenderStyle){0}));
		assert_quiet(render_json(pool, &plan));
		assert_quiet(render_intent(pool, &plan.order));
		assert_quiet(render_ldif(pool, &plan, (RenderStyle){0}));
		assert_non_null(strstr(
			render_ldif(pool, &plan, (RenderStyle){.shows_secrets = true}), "vogel"));
	}
}

static void a_masked_record_has_a_changetype_that_nobody_loads(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Plan plan =
		plan_about(pool, "rid=001 provider=ldap://a searchbase=dc=x credentials=vogel");
	const char *masked = render_ldif(pool, &plan, (RenderStyle){0});

	(void)state;
	assert_quiet(masked);
	assert_non_null(strstr(masked, "\ndn: cn=config\nchangetype: passwords-are-masked\n"));
	assert_non_null(strstr(masked, "\nchangetype: modify-with-masked-passwords\n"));
	assert_null(strstr(masked, "\nchangetype: modify\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_live_value_without_meaning_is_not_quoted),
		cmocka_unit_test(no_rendering_shows_a_value_without_meaning),
		cmocka_unit_test(a_masked_record_has_a_changetype_that_nobody_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
