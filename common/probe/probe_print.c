/* SPDX-License-Identifier: Apache-2.0 */
#include <json-c/json.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/utf8.h"
#include "common/probe/probe.h"

typedef struct json_object Json;

/* A peer may say anything: what is no text is replaced. */
static Json *text_json(const char *text)
{
	AUTO(Pool) *pool = pool_new();
	const size_t len = strlen(text);
	Buf buf = BUF_IN(pool);
	uint32_t character;

	for (size_t i = 0, step; i<len; i += step> 0 ? step : 1) {
		step = utf8_decode(text + i, len - i, &character);
		if (step == 0 || character < ' ')
			buf_putc(&buf, step == 0 ? '?' : ' ');
		else
			buf_add(&buf, text + i, step);
	}
	return json_object_new_string(buf_text(&buf));
}

static void put_text(Json *object, const char *key, const char *text)
{
	if (text)
		json_object_object_add(object, key, text_json(text));
}

static void put_number(Json *object, const char *key, int64_t number)
{
	json_object_object_add(object, key, json_object_new_int64(number));
}

static Json *steps_json(const Probe *probe)
{
	Json *object = json_object_new_object();

	for (size_t i = 0; i < PROBE_STEP_COUNT; i++)
		put_text(object, probe_step_name((ProbeStep)i), probe_state_name(probe->steps[i]));
	return object;
}

static Json *faults_json(const Probe *probe)
{
	Json *array = json_object_new_array();

	for (size_t i = 0; i < probe->n_faults; i++) {
		Json *fault = json_object_new_object();

		put_text(fault, "code", probe_code_name(probe->faults[i].code));
		put_text(fault, "text", probe->faults[i].text);
		json_object_array_add(array, fault);
	}
	return array;
}

static void put_content(Json *object, const Probe *probe)
{
	Json *csns = json_object_new_array();

	for (size_t i = 0; i < probe->n_context_csns; i++)
		json_object_array_add(csns, text_json(probe->context_csns[i]));
	json_object_object_add(object, "has_suffix", json_object_new_boolean(probe->has_suffix));
	if (probe->is_unbegun)
		put_number(object, "is_unbegun", 1);
	put_text(object, "entry_uuid", probe->entry_uuid);
	json_object_object_add(object, "context_csns", csns);
	put_number(object, "sight", probe->sight);
	put_text(object, "hides", probe->hides);
}

const char *probe_print(Pool *pool, const Probe *probe)
{
	Json *object = json_object_new_object();
	const char *text;

	put_number(object, "peer", probe->peer_id);
	put_text(object, "uri", probe->uri);
	put_text(object, "address", probe->address);
	put_text(object, "suffix", probe->suffix);
	put_text(object, "verdict", probe_verdict_name(probe_verdict(probe)));
	json_object_object_add(object, "steps", steps_json(probe));
	json_object_object_add(object, "faults", faults_json(probe));
	put_content(object, probe);
	put_number(object, "server_id", probe->server_id);
	put_number(object, "at_least", (int64_t)probe->n_read);
	put_text(object, "schema_digest", probe->schema_digest);
	if (probe->has_clock)
		put_number(object, "clock_ahead_sec", probe->clock_ahead_sec);
	if (probe->certificate_end_sec != 0)
		put_number(object, "certificate_end_sec", probe->certificate_end_sec);
	if (probe->log_oldest_sec != 0)
		put_number(object, "log_oldest_sec", probe->log_oldest_sec);
	if (probe->log_is_mute)
		put_number(object, "log_is_mute", 1);
	if (probe->log_is_in_order)
		put_number(object, "log_is_in_order", 1);
	if (probe->log_is_closed)
		put_number(object, "log_is_closed", 1);
	put_number(object, "duration_msec", probe->duration_msec);
	text = pool_strdup(
		pool, json_object_to_json_string_ext(
			      object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return text;
}
