/* SPDX-License-Identifier: Apache-2.0 */
#include <json-c/json.h>

#include "common/plan/release_line.h"
#include "common/plan/render.h"

typedef struct json_object Json;

static void put_text(Json *object, const char *key, const char *text)
{
	if (text)
		json_object_object_add(object, key, json_object_new_string(text));
}

/* The token is that of the reason as a whole. */
static const Hold *listed(const Plan *plan, const Hold *hold)
{
	const Hold *found = plan_hold_like(&plan->held, hold);

	return found ? found : hold;
}

static Json *hold_json(Pool *pool, const Hold *hold)
{
	Json *object = json_object_new_object();

	put_text(object, "guard", guard_code(hold->guard));
	put_text(object, "suffix", hold->suffix);
	put_text(object, "peer", hold->peer);
	put_text(object, "text", hold->text);
	put_text(object, "release", hold_release_line(pool, hold));
	return object;
}

static Json *change_json(Pool *pool, const Plan *plan, const Change *change)
{
	Json *object = json_object_new_object();

	put_text(object, "kind", change_kind_name(change->kind));
	put_text(object, "suffix", change->suffix);
	put_text(object, "dn", change->dn);
	put_text(object, "attribute", change->attribute);
	put_text(object, "subject", change->subject);
	put_text(object, "old", render_old(pool, change));
	put_text(object, "new", render_new(pool, change));
	put_text(object, "why", change->why);
	if (change->is_held)
		json_object_object_add(object, "held",
				       hold_json(pool, listed(plan, &change->hold)));
	return object;
}

static Json *finding_json(const Finding *finding)
{
	Json *object = json_object_new_object();

	put_text(object, "severity", severity_name(finding->severity));
	put_text(object, "code", finding->code);
	put_text(object, "suffix", finding->suffix);
	put_text(object, "text", finding->text);
	return object;
}

static Json *mod_json(Pool *pool, const Mod *mod)
{
	Json *object = json_object_new_object(), *values = json_object_new_array();

	put_text(object, "op", mod_kind_name(mod->kind));
	put_text(object, "attribute", mod->attribute);
	for (size_t i = 0; i < mod->n_values; i++)
		json_object_array_add(values, json_object_new_string(render_value(
						      pool, mod->attribute, mod->values[i])));
	json_object_object_add(object, "values", values);
	return object;
}

static Json *step_json(Pool *pool, const Step *step)
{
	Json *object = json_object_new_object(), *mods = json_object_new_array();

	put_text(object, "op", step_kind_name(step->kind));
	put_text(object, "dn", step->dn);
	for (size_t i = 0; i < step->n_mods; i++)
		json_object_array_add(mods, mod_json(pool, &step->mods[i]));
	json_object_object_add(object, "mods", mods);
	return object;
}

static void put_node(Json *plan_object, const Plan *plan)
{
	Json *node = json_object_new_object();

	json_object_object_add(node, "id", json_object_new_int((int)plan->wanted->self->id));
	put_text(node, "uri", plan->wanted->self->uri);
	put_text(node, "role", peer_role_names[plan->wanted->self->role]);
	json_object_object_add(plan_object, "node", node);
}

const char *render_json(Pool *pool, const Plan *plan)
{
	Json *object = json_object_new_object(), *changes = json_object_new_array(),
	     *holds = json_object_new_array(), *findings = json_object_new_array(),
	     *steps = json_object_new_array();
	const char *text;

	json_object_object_add(object, "schema_version", json_object_new_int(1));
	if (plan->wanted)
		put_node(object, plan);
	for (size_t i = 0; i < plan->n_changes; i++)
		json_object_array_add(changes, change_json(pool, plan, &plan->changes[i]));
	for (size_t i = 0; i < plan->held.n_holds; i++)
		json_object_array_add(holds, hold_json(pool, &plan->held.holds[i]));
	for (size_t i = 0; i < plan->n_findings; i++)
		json_object_array_add(findings, finding_json(&plan->findings[i]));
	for (size_t i = 0; i < plan->order.n_steps; i++)
		json_object_array_add(steps, step_json(pool, &plan->order.steps[i]));
	json_object_object_add(object, "changes", changes);
	json_object_object_add(object, "holds", holds);
	json_object_object_add(object, "findings", findings);
	json_object_object_add(object, "steps", steps);
	json_object_object_add(object, "sessions_dropped",
			       json_object_new_int64((int64_t)plan->order.n_sessions_dropped));
	text = pool_strdup(pool, json_object_to_json_string_ext(
					 object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
							 JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return pool_printf(pool, "%s\n", text);
}

const char *render_intent(Pool *pool, const PlanSteps *order)
{
	Json *object = json_object_new_object(), *steps = json_object_new_array();
	const char *text;

	json_object_object_add(object, "schema_version", json_object_new_int(1));
	for (size_t i = 0; i < order->n_steps; i++)
		json_object_array_add(steps,
				      json_object_new_string(step_title(pool, &order->steps[i])));
	json_object_object_add(object, "steps", steps);
	text = pool_strdup(
		pool, json_object_to_json_string_ext(
			      object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return text;
}
