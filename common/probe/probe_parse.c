/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/json/json_document.h"
#include "common/probe/probe.h"

#define NAME "the result of a probe"

static int64_t member_number(const JsonNode *object, const char *key)
{
	const JsonNode *node = json_member(object, key);

	return node && node->type == JSON_NUMBER ? strtoll(node->number, NULL, 10) : 0;
}

static const char *member_text(const JsonNode *object, const char *key)
{
	const JsonNode *node = json_member(object, key);

	return node && node->type == JSON_STRING ? node->string : NULL;
}

/* The index of the name in a table given as a function; -1: not there. */
static int find_name(const char *name, const char *(*name_at)(unsigned i), unsigned n)
{
	for (unsigned i = 0; name && i < n; i++)
		if (strcmp(name_at(i), name) == 0)
			return (int)i;
	return -1;
}

static const char *state_at(unsigned i)
{
	return probe_state_name((ProbeState)i);
}

static const char *code_at(unsigned i)
{
	return probe_code_name((ProbeCode)i);
}

static void read_steps(const JsonNode *object, Probe *probe)
{
	const JsonNode *steps = json_member(object, "steps");

	for (unsigned i = 0; steps && i < PROBE_STEP_COUNT; i++) {
		const int state = find_name(member_text(steps, probe_step_name((ProbeStep)i)),
					    state_at, PROBE_STATE_COUNT);

		probe->steps[i] = state < 0 ? PROBE_NOT_TRIED : (ProbeState)state;
	}
}

static void read_faults(Pool *pool, const JsonNode *object, Probe *probe)
{
	const JsonNode *faults = json_member(object, "faults");

	if (faults && faults->n_children > 0)
		probe->faults = pool_alloc(pool, faults->n_children * sizeof(*probe->faults));
	for (size_t i = 0; faults && i < faults->n_children; i++) {
		const JsonNode *fault = &faults->children[i];
		const int code = find_name(member_text(fault, "code"), code_at, PROBE_CODE_COUNT);
		const char *text = member_text(fault, "text");

		if (code >= 0 && text)
			POOL_PUSH(pool, probe->faults, probe->n_faults,
				  {.code = (ProbeCode)code, .text = pool_strdup(pool, text)});
	}
}

/* A copy, unless there is one already. */
static const char *text_kept(Pool *pool, const char *text, const char *like)
{
	return text && like && strcmp(text, like) == 0 ? like : pool_strdup(pool, text);
}

static bool has_csns(const Probe *like, const JsonNode *csns)
{
	if (!like || like->n_context_csns != csns->n_children)
		return false;
	for (size_t i = 0; i < csns->n_children; i++)
		if (csns->children[i].type != JSON_STRING ||
		    strcmp(csns->children[i].string, like->context_csns[i]) != 0)
			return false;
	return true;
}

static void read_csns(Pool *pool, const JsonNode *csns, const Probe *like, Probe *probe)
{
	if (has_csns(like, csns)) {
		probe->context_csns = like->context_csns;
		probe->n_context_csns = like->n_context_csns;
		return;
	}
	for (size_t i = 0; i < csns->n_children; i++)
		if (csns->children[i].type == JSON_STRING)
			POOL_PUSH(pool, probe->context_csns, probe->n_context_csns,
				  pool_strdup(pool, csns->children[i].string));
}

/* What no probe of ours brings is as good as no look. */
static CopyShown sight_at(int64_t number)
{
	return number > 0 && number < COPY_SHOWN_COUNT ? (CopyShown)number : COPY_NOT_LOOKED;
}

static void read_content(Pool *pool, const JsonNode *object, const Probe *like, Probe *probe)
{
	const JsonNode *has_suffix = json_member(object, "has_suffix");
	const JsonNode *csns = json_member(object, "context_csns");

	probe->has_suffix = has_suffix && has_suffix->boolean;
	probe->is_unbegun = member_number(object, "is_unbegun") == 1;
	probe->entry_uuid =
		text_kept(pool, member_text(object, "entry_uuid"), like ? like->entry_uuid : NULL);
	probe->schema_digest = text_kept(pool, member_text(object, "schema_digest"),
					 like ? like->schema_digest : NULL);
	probe->sight = sight_at(member_number(object, "sight"));
	probe->hides = pool_strdup(pool, member_text(object, "hides"));
	if (csns)
		read_csns(pool, csns, like, probe);
}

int probe_parse(Pool *pool, const Value *text, const Probe *like, Probe *ret, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	Probe probe = {.uri = ret->uri,
		       .suffix = ret->suffix,
		       .peer_id = ret->peer_id,
		       .is_hub = ret->is_hub};
	const JsonNode *object;

	if (json_parse(scratch, NAME, text->bytes, text->len, &object, err) < 0)
		return -1;
	if (object->type != JSON_OBJECT)
		return error_set(err, ERROR_INPUT, 0, NAME " is no JSON object");
	read_steps(object, &probe);
	read_faults(pool, object, &probe);
	read_content(pool, object, like, &probe);
	probe.address = pool_strdup(pool, member_text(object, "address"));
	probe.server_id = (int)member_number(object, "server_id");
	probe.n_read = (size_t)member_number(object, "at_least");
	probe.has_clock = json_member(object, "clock_ahead_sec") != NULL;
	probe.clock_ahead_sec = (long)member_number(object, "clock_ahead_sec");
	probe.certificate_end_sec = member_number(object, "certificate_end_sec");
	probe.log_oldest_sec = member_number(object, "log_oldest_sec");
	probe.log_is_mute = member_number(object, "log_is_mute") != 0;
	probe.log_is_in_order = member_number(object, "log_is_in_order") != 0;
	probe.log_is_closed = member_number(object, "log_is_closed") != 0;
	probe.duration_msec = (unsigned)member_number(object, "duration_msec");
	*ret = probe;
	return 0;
}
