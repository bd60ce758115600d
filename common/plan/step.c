/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/step.h"

#include "common/base/buf.h"

static const char *const mod_kind_names[] = {
	[MOD_ADD] = "add",
	[MOD_DELETE] = "delete",
	[MOD_REPLACE] = "replace",
};
_Static_assert(ARRAY_SIZE(mod_kind_names) == MOD_KIND_COUNT, "name every kind of mod");

static const char *const step_kind_names[] = {
	[STEP_MODIFY] = "modify", [STEP_ADD_ENTRY] = "add", [STEP_DELETE_ENTRY] = "delete",
	[STEP_SEARCH] = "search", [STEP_COUNT] = "count",
};
_Static_assert(ARRAY_SIZE(step_kind_names) == STEP_KIND_COUNT, "name every kind of step");

const char *mod_kind_name(ModKind kind)
{
	return mod_kind_names[kind];
}

const char *step_kind_name(StepKind kind)
{
	return step_kind_names[kind];
}

bool step_writes(const Step *step)
{
	return step->kind != STEP_SEARCH && step->kind != STEP_COUNT;
}

const char *step_title(Pool *pool, const Step *step)
{
	Buf title = BUF_IN(pool);

	buf_printf(&title, "%s '%s'", step_kind_name(step->kind), step->dn);
	for (size_t i = 0; i < step->n_mods; i++) {
		const Mod *mod = &step->mods[i];

		buf_puts(&title, i == 0 ? " (" : ", ");
		if (step->kind == STEP_MODIFY)
			buf_printf(&title, "%s ", mod_kind_name(mod->kind));
		buf_puts(&title, mod->attribute);
	}
	buf_puts(&title, step->n_mods > 0 ? ")" : "");
	return buf_text(&title);
}
