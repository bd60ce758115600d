/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/text.h"
#include "common/status/status_fleet.h"
#include "common/status/status_get.h"

static void put_time(JsonOut *out, const char *key, int64_t sec)
{
	char text[TIMESTAMP_SIZE];

	json_out_text(out, key, timestamp_print(sec, text));
}

/* --- writing --- */

static void put_beat(JsonOut *out, const Heartbeat *beat)
{
	json_out_text(out, "version", beat->version);
	if (beat->has_revision)
		json_out_number(out, "revision", (int64_t)beat->revision);
	else
		json_out_null(out, "revision");
	json_out_text(out, "sha256", beat->sha256);
	json_out_text(out, "mode", beat->mode);
	json_out_text(out, "says", beat->state);
	json_out_text(out, "held", beat->held);
	put_time(out, "time", beat->time_sec);
}

static void put_node(JsonOut *out, const Fleet *fleet, const FleetNode *node, int64_t now_sec)
{
	json_out_open(out, NULL, '{');
	json_out_number(out, "id", node->id);
	json_out_text(out, "uri", node->uri);
	json_out_text(out, "role", node->is_consumer ? "consumer" : "provider");
	json_out_boolean(out, "this_node", node->is_self);
	json_out_text(out, "state", fleet_state_name(fleet_node_state(fleet, node, now_sec)));
	if (node->has_beat)
		put_beat(out, &node->beat);
	if (node->ignored)
		json_out_text(out, "ignored", node->ignored);
	json_out_close(out, '{');
}

void fleets_put(JsonOut *out, const Fleets *fleets, int64_t now_sec)
{
	if (fleets->n_items == 0)
		return;
	json_out_open(out, "fleet", '[');
	for (size_t i = 0; i < fleets->n_items; i++) {
		const Fleet *fleet = &fleets->items[i];

		json_out_open(out, NULL, '{');
		json_out_text(out, "suffix", fleet->suffix);
		json_out_text(out, "container", fleet->container);
		json_out_number(out, "interval_seconds", fleet->interval_sec);
		put_time(out, "read", fleet->read_sec);
		json_out_text(out, "problem", fleet->problem);
		json_out_text(out, "not_written", fleet->unsaid);
		if (!fleet->problem || fleet->n_strangers > 0)
			json_out_number(out, "strangers", (int64_t)fleet->n_strangers);
		json_out_open(out, "nodes", '[');
		for (size_t k = 0; k < fleet->n_nodes; k++)
			put_node(out, fleet, &fleet->nodes[k], now_sec);
		json_out_close(out, '[');
		json_out_close(out, '{');
	}
	json_out_close(out, '[');
}

/* --- reading --- */

static const char *text_or(const char *text, const char *other)
{
	return text ? text : other;
}

static FleetNode node_read(const JsonNode *item)
{
	const JsonNode *revision = json_member(item, "revision");
	FleetNode node = {
		.id = (unsigned)get_number(item, "id"),
		.uri = get_text(item, "uri"),
		.is_consumer = text_equal(get_text(item, "role"), "consumer"),
		.is_mute = text_equal(get_text(item, "state"), fleet_state_name(FLEET_NONE)),
		.is_self = get_boolean(item, "this_node"),
		.ignored = get_text(item, "ignored"),
		.beat = {.time_sec = get_time(item, "time")},
	};

	node.has_beat = node.beat.time_sec >= 0 && !node.ignored;
	if (!node.has_beat)
		return node;
	node.beat.id = node.id;
	node.beat.version = text_or(get_text(item, "version"), "-");
	node.beat.has_revision = revision && revision->type == JSON_NUMBER;
	node.beat.revision = get_number(item, "revision");
	node.beat.sha256 = get_text(item, "sha256");
	node.beat.mode = text_or(get_text(item, "mode"), "-");
	node.beat.state = text_or(get_text(item, "says"), "-");
	node.beat.held = text_or(get_text(item, "held"), "");
	return node;
}

Fleets fleets_read(Pool *pool, const JsonNode *root)
{
	Fleets fleets = {0};
	const JsonNode *item, *node;

	for (size_t i = 0; (item = get_item(root, "fleet", i)); i++) {
		Fleet fleet = {
			.suffix = get_text(item, "suffix"),
			.container = get_text(item, "container"),
			.interval_sec = (unsigned)get_number(item, "interval_seconds"),
			.read_sec = get_time(item, "read"),
			.problem = get_text(item, "problem"),
			.unsaid = get_text(item, "not_written"),
			.n_strangers = (size_t)get_number(item, "strangers"),
		};

		for (size_t k = 0; (node = get_item(item, "nodes", k)); k++)
			POOL_PUSH(pool, fleet.nodes, fleet.n_nodes, node_read(node));
		POOL_PUSH(pool, fleets.items, fleets.n_items, fleet);
	}
	return fleets;
}

bool fleets_are_whole(const Fleets *fleets)
{
	for (size_t i = 0; i < fleets->n_items; i++) {
		const Fleet *fleet = &fleets->items[i];

		if (!fleet->suffix || !fleet->container)
			return false;
		for (size_t k = 0; k < fleet->n_nodes; k++)
			if (!fleet->nodes[k].uri)
				return false;
	}
	return true;
}
