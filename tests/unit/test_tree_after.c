/* SPDX-License-Identifier: Apache-2.0 */
/* cn=config as it will be: tests/slapd/test_memory_directory.py holds all of it to a real slapd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/plan/config_values.h"
#include "common/plan/tree_after.h"

#define DATABASE "olcDatabase={1}mdb,cn=config"

typedef struct Scene {
	Pool *pool;
	Tree tree;
	Error err;
} Scene;

static void value_add(Scene *scene, const char *dn, const char *name, const char *value)
{
	Entry *entry = tree_find(&scene->tree, dn);

	if (!entry)
		entry = tree_add_entry(scene->pool, &scene->tree, dn);
	entry_add_value(scene->pool, entry, name, value, strlen(value));
}

static int scene_make(void **state)
{
	static Scene scene;

	scene = (Scene){.pool = pool_new()};
	value_add(&scene, "cn=config", "objectClass", "olcGlobal");
	value_add(&scene, DATABASE, "olcSyncrepl", "{0}one");
	value_add(&scene, DATABASE, "olcSyncrepl", "{1}two");
	value_add(&scene, DATABASE, "olcSyncrepl", "{2}three");
	value_add(&scene, DATABASE, "olcDbIndex", "a eq");
	*state = &scene;
	return 0;
}

static int scene_free(void **state)
{
	pool_free(((Scene *)*state)->pool);
	return 0;
}

/* A modify with one mod; values end with NULL. */
static int modify(Scene *scene, ModKind kind, const char *attribute, const char **values)
{
	Mod mod = {.kind = kind, .attribute = attribute, .values = values};
	const Step step = {.dn = DATABASE, .mods = &mod, .n_mods = 1};

	while (values[mod.n_values])
		mod.n_values++;
	return tree_after(scene->pool, &scene->tree, &step, &scene->tree, &scene->err);
}

static const char *text_of(Scene *scene, const char *name)
{
	const Attribute *attribute = entry_attribute(tree_find(&scene->tree, DATABASE), name);
	const char *text = "";

	for (size_t i = 0; attribute && i < attribute->n_values; i++)
		text = pool_printf(scene->pool, "%s%s%s", text, i > 0 ? " " : "",
				   attribute->values[i].bytes);
	return text;
}

static void values_are_added_at_their_number_or_at_the_end(void **state)
{
	Scene *scene = *state;

	assert_int_equal(modify(scene, MOD_ADD, "olcSyncrepl", (const char *[]){"four", NULL}), 0);
	assert_string_equal(text_of(scene, "olcSyncrepl"), "{0}one {1}two {2}three {3}four");
	assert_int_equal(modify(scene, MOD_ADD, "olcSyncrepl", (const char *[]){"{1}x", NULL}), 0);
	assert_string_equal(text_of(scene, "olcSyncrepl"), "{0}one {1}x {2}two {3}three {4}four");
}

static void a_value_that_is_there_is_refused(void **state)
{
	Scene *scene = *state;

	assert_int_equal(modify(scene, MOD_ADD, "olcSyncrepl", (const char *[]){"TWO", NULL}), -1);
	assert_int_equal(scene->err.code, RESULT_VALUE_EXISTS);
}

static void a_stale_delete_is_refused(void **state)
{
	Scene *scene = *state;

	assert_int_equal(modify(scene, MOD_DELETE, "olcSyncrepl", (const char *[]){"{1}one", NULL}),
			 -1);
	assert_int_equal(scene->err.code, RESULT_NO_SUCH_ATTRIBUTE);
	assert_string_equal(text_of(scene, "olcSyncrepl"), "{0}one {1}two {2}three");
}

static void what_stays_is_numbered_anew(void **state)
{
	Scene *scene = *state;

	assert_int_equal(modify(scene, MOD_DELETE, "olcSyncrepl", (const char *[]){"{0}one", NULL}),
			 0);
	assert_string_equal(text_of(scene, "olcSyncrepl"), "{0}two {1}three");
	assert_int_equal(
		modify(scene, MOD_REPLACE, "olcSyncrepl", (const char *[]){"a", "b", NULL}), 0);
	assert_string_equal(text_of(scene, "olcSyncrepl"), "{0}a {1}b");
}

/* How consumers are written: all that was read goes, and the whole list comes. */
static void a_list_is_written_anew_in_one_modify(void **state)
{
	Scene *scene = *state;
	Mod mods[] = {
		{MOD_DELETE, "olcSyncrepl", (const char *[]){"{0}one", "{1}two", "{2}three"}, 3},
		{MOD_REPLACE, "olcSyncrepl", (const char *[]){"three", "one"}, 2},
		{MOD_REPLACE, "olcMultiProvider", (const char *[]){"TRUE"}, 1},
	};
	const Step step = {.dn = DATABASE, .mods = mods, .n_mods = 3};

	assert_int_equal(tree_after(scene->pool, &scene->tree, &step, &scene->tree, &scene->err),
			 0);
	assert_string_equal(text_of(scene, "olcSyncrepl"), "{0}three {1}one");
	assert_string_equal(text_of(scene, "olcMultiProvider"), "TRUE");
	/* 2.5 and later know it by its old name as well. */
	assert_int_equal(modify(scene, MOD_DELETE, "olcMirrorMode", (const char *[]){NULL}), 0);
	assert_string_equal(text_of(scene, "olcMultiProvider"), "");
}

static void what_a_step_leaves_alone_is_shared_and_the_tree_before_stays(void **state)
{
	Scene *scene = *state;
	const Tree before = scene->tree;
	const Value *values = entry_attribute(tree_find(&before, DATABASE), "olcSyncrepl")->values;

	assert_int_equal(modify(scene, MOD_ADD, "olcDbIndex", (const char *[]){"b eq", NULL}), 0);
	assert_ptr_equal(entry_attribute(tree_find(&scene->tree, DATABASE), "olcSyncrepl")->values,
			 values);
	assert_string_equal(text_of(scene, "olcDbIndex"), "a eq b eq");
	scene->tree = before;
	assert_string_equal(text_of(scene, "olcDbIndex"), "a eq");
}

static int overlay_add(Scene *scene, const char *name)
{
	Mod mods[] = {
		{MOD_ADD, "objectClass", (const char *[]){"olcOverlayConfig"}, 1},
		{MOD_ADD, "olcOverlay", &name, 1},
	};
	const Step step = {.kind = STEP_ADD_ENTRY,
			   .dn = pool_printf(scene->pool, "olcOverlay=%s," DATABASE, name),
			   .mods = mods,
			   .n_mods = 2};

	return tree_after(scene->pool, &scene->tree, &step, &scene->tree, &scene->err);
}

static void overlays_are_numbered_and_move_up(void **state)
{
	Scene *scene = *state;
	const Step gone = {.kind = STEP_DELETE_ENTRY, .dn = "olcOverlay={0}memberof," DATABASE};
	const Entry *left;

	assert_int_equal(overlay_add(scene, "memberof"), 0);
	assert_int_equal(overlay_add(scene, "syncprov"), 0);
	assert_non_null(tree_find(&scene->tree, "olcOverlay={1}syncprov," DATABASE));
	assert_int_equal(tree_after(scene->pool, &scene->tree, &gone, &scene->tree, &scene->err),
			 0);
	left = tree_find(&scene->tree, "olcOverlay={0}syncprov," DATABASE);
	assert_non_null(left);
	assert_string_equal(entry_first(left, "olcOverlay"), "{0}syncprov");
	assert_int_equal(tree_after(scene->pool, &scene->tree, &gone, &scene->tree, &scene->err),
			 -1);
	assert_int_equal(scene->err.code, RESULT_NO_SUCH_OBJECT);
}

/* So does an overlay come back that was deleted to have its contextCSN written. */
static void an_overlay_with_a_number_comes_there(void **state)
{
	Scene *scene = *state;

	assert_int_equal(overlay_add(scene, "memberof"), 0);
	assert_int_equal(overlay_add(scene, "{0}syncprov"), 0);
	assert_non_null(tree_find(&scene->tree, "olcOverlay={0}syncprov," DATABASE));
	assert_non_null(tree_find(&scene->tree, "olcOverlay={1}memberof," DATABASE));
}

static void what_is_no_overlay_is_not_deleted(void **state)
{
	Scene *scene = *state;
	const Step gone = {.kind = STEP_DELETE_ENTRY, .dn = DATABASE};

	assert_int_equal(tree_after(scene->pool, &scene->tree, &gone, &scene->tree, &scene->err),
			 -1);
	assert_int_equal(scene->err.code, RESULT_UNWILLING);
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(values_are_added_at_their_number_or_at_the_end),
		TREE_TEST(a_value_that_is_there_is_refused),
		TREE_TEST(a_stale_delete_is_refused),
		TREE_TEST(what_stays_is_numbered_anew),
		TREE_TEST(a_list_is_written_anew_in_one_modify),
		TREE_TEST(what_a_step_leaves_alone_is_shared_and_the_tree_before_stays),
		TREE_TEST(overlays_are_numbered_and_move_up),
		TREE_TEST(an_overlay_with_a_number_comes_there),
		TREE_TEST(what_is_no_overlay_is_not_deleted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
