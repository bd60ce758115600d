/* SPDX-License-Identifier: Apache-2.0 */
#include "common/live/live_config.h"
#include "common/remedies/remedies.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/access/limits.h"
#include "common/slapd/dn.h"
#include "common/slapd/serverid.h"
#include "common/slapd/url.h"

const char live_config_filter[] =
	"(|(objectClass=olcGlobal)(objectClass=olcModuleList)(objectClass=olcDatabaseConfig)"
	"(objectClass=olcOverlayConfig))";
const char *const live_config_attributes[] = {
	"objectClass",
	"olcServerID",
	"olcConfigDir",
	"olcPidFile",
	"olcArgsFile",
	"olcModuleLoad",
	"olcDatabase",
	"olcSuffix",
	"olcRootDN",
	"olcSubordinate",
	"olcDbIndex",
	"olcDbDirectory",
	"olcDbMaxSize",
	"olcLimits",
	"olcSizeLimit",
	"olcAccess",
	"olcSyncrepl",
	"olcMultiProvider",
	"olcMirrorMode",
	"olcUpdateRef",
	"olcUpdateDN",
	"olcReadOnly",
	"olcLastMod",
	"olcRestrict",
	"olcDisallows",
	"olcRequires",
	"olcGentleHUP",
	"olcAuthzRegexp",
	"olcSyncUseSubentry",
	"olcOverlay",
	"olcSpCheckpoint",
	"olcSpSessionlog",
	"olcSpSessionlogSource",
	"olcSpNoPresent",
	"olcSpReloadHint",
	"olcAccessLogDB",
	"olcAccessLogOps",
	"olcAccessLogSuccess",
	"olcAccessLogPurge",
	"olcDisabled",
	"olcHidden",
	"entryCSN",
	"createTimestamp",
	"modifiersName",
	"modifyTimestamp",
	"olcTLSCertificateFile",
	"olcTLSCertificateKeyFile",
	"olcTLSCACertificateFile",
	"olcTLSCACertificatePath",
	"olcTLSCipherSuite",
	NULL,
};

bool live_is_myself(const Live *live, const char *url)
{
	return serverid_url_match(url, live->listeners, live->n_listeners, live->fqdn) !=
	       URL_MATCH_NONE;
}

/* slapd's own rule (syncrepl.c): the searchbase is a suffix of the database and the provider's URL
 * one of its listeners. */
static bool consumer_is_self(const Live *live, const Attribute *suffixes, const Syncrepl *syncrepl)
{
	if (!live_is_myself(live, syncrepl->value[SYNCREPL_PROVIDER]))
		return false;
	for (size_t i = 0; suffixes && i < suffixes->n_values; i++)
		if (dn_equal(suffixes->values[i].bytes, syncrepl->value[SYNCREPL_SEARCHBASE]))
			return true;
	return false;
}

/* The values of one database differ in little: each shares what it can with the one before. */
static LiveConsumer consumer_parse(Pool *pool, const Live *live, const LiveDatabase *database,
				   const char *text)
{
	const LiveConsumer *before =
		database->n_consumers > 0 ? &database->consumers[database->n_consumers - 1] : NULL;
	const Syncrepl *like = before && before->parses ? &before->syncrepl : NULL;
	LiveConsumer consumer = {.text = text, .rid = -1};
	Error err;

	if (syncrepl_parse_like(pool, text, like, &consumer.syncrepl, &err) < 0) {
		consumer.problem = pool_strdup(pool, err.text);
		return consumer;
	}
	consumer.parses = true;
	consumer.rid = syncrepl_rid(&consumer.syncrepl);
	consumer.provider = url_spelling(pool, consumer.syncrepl.value[SYNCREPL_PROVIDER]);
	consumer.is_self = consumer_is_self(live, database->suffixes, &consumer.syncrepl);
	return consumer;
}

static const char *multi_provider_name(const Entry *entry)
{
	static const char *const names[] = {"olcMultiProvider", "olcMirrorMode"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (entry_attribute(entry, names[i]))
			return names[i];
	return NULL;
}

/* The consumers of a view of the same server, where it holds the very same values. */
static const LiveDatabase *consumers_known(const Live *before, const Attribute *values)
{
	for (size_t i = 0; before && i < before->n_databases; i++) {
		const Attribute *known = entry_attribute(before->databases[i].entry, "olcSyncrepl");

		if (known && known->values == values->values)
			return &before->databases[i];
	}
	return NULL;
}

static void consumers_parse(Pool *pool, const Live *live, const Live *before,
			    const Attribute *values, LiveDatabase *database)
{
	const LiveDatabase *known = consumers_known(before, values);

	if (known) {
		database->consumers = known->consumers;
		database->n_consumers = known->n_consumers;
		return;
	}
	database->consumers = pool_alloc(pool, values->n_values * sizeof(*database->consumers));
	for (; database->n_consumers < values->n_values; database->n_consumers++)
		database->consumers[database->n_consumers] = consumer_parse(
			pool, live, database, values->values[database->n_consumers].bytes);
}

static void database_parse(Pool *pool, Live *live, const Live *before, const Entry *entry)
{
	const Attribute *syncrepl = entry_attribute(entry, "olcSyncrepl");
	LiveDatabase database = {
		.entry = entry,
		.suffixes = entry_attribute(entry, "olcSuffix"),
		.root_dn = entry_first(entry, "olcRootDN"),
		.multi_provider_attribute = multi_provider_name(entry),
		.update_refs = entry_attribute(entry, "olcUpdateRef"),
		.has_update_dn = entry_attribute(entry, "olcUpdateDN") != NULL,
		.is_read_only = entry_has_value(entry, "olcReadOnly", "TRUE"),
		.stamps_nothing = entry_has_value(entry, "olcLastMod", "FALSE"),
	};

	if (database.multi_provider_attribute)
		database.is_multi_provider =
			strcasecmp(entry_first(entry, database.multi_provider_attribute), "TRUE") ==
			0;
	if (syncrepl)
		consumers_parse(pool, live, before, syncrepl, &database);
	POOL_PUSH(pool, live->databases, live->n_databases, database);
}

/* An overlay's entry stands right below its database's. */
static void overlay_parse(Live *live, const Entry *entry)
{
	const char *name = entry_first(entry, "olcOverlay");
	const char *parent = strchr(entry->dn, ',');
	bool is_syncprov;

	if (!name || !parent)
		return;
	is_syncprov = strcasecmp(ordered_text(name), "syncprov") == 0;
	for (size_t i = 0; i < live->n_databases; i++) {
		LiveDatabase *database = &live->databases[i];

		if (strcasecmp(database->entry->dn, parent + 1) != 0)
			continue;
		database->n_overlays++;
		if (!is_syncprov)
			continue;
		if (!database->syncprov)
			database->syncprov = entry;
		database->n_syncprovs++;
	}
}

const char *live_overlay_dn(Pool *pool, const LiveDatabase *live)
{
	return pool_printf(pool, "olcOverlay={%zu}syncprov,%s", live->n_overlays, live->entry->dn);
}

static void module_parse(Pool *pool, LiveModules *loaded, const Entry *entry)
{
	const Attribute *loads = entry_attribute(entry, "olcModuleLoad");

	if (!loaded->dn)
		loaded->dn = entry->dn;
	if (loads)
		POOL_PUSH(pool, loaded->lists, loaded->n_lists, loads);
}

/* Where an olcLimits value takes what it does not name from, each of the three may be it: that
 * depends on which was written or loaded first. */
static void limits_parse(Live *live)
{
	const Entry *frontend = live_entry(live, "olcDatabase={-1}frontend,cn=config");
	bool all = (live->global &&
		    limits_cut_unchecked(entry_attribute(live->global, "olcSizeLimit"))) ||
		   (frontend && limits_cut_unchecked(entry_attribute(frontend, "olcSizeLimit")));

	for (size_t i = 0; i < live->n_databases; i++)
		live->databases[i].cuts_unchecked =
			all || limits_cut_unchecked(
				       entry_attribute(live->databases[i].entry, "olcSizeLimit"));
}

/* before: a view of the same server, from which is taken what did not change; NULL: none. */
static void config_parse(Pool *pool, Live *live, const Live *before, const Tree *config)
{
	for (size_t i = 0; i < config->n_entries; i++) {
		const Entry *entry = &config->entries[i];

		if (entry_has_value(entry, "objectClass", "olcGlobal")) {
			live->global = entry;
			live->server_ids = entry_attribute(entry, "olcServerID");
		} else if (entry_has_value(entry, "objectClass", "olcModuleList")) {
			module_parse(pool, &live->loaded, entry);
		} else if (entry_has_value(entry, "objectClass", "olcDatabaseConfig")) {
			database_parse(pool, live, before, entry);
		}
	}
	for (size_t i = 0; i < live->n_databases; i++)
		if (live->databases[i].n_consumers > 0 &&
		    strncasecmp(live->databases[i].entry->dn, "olcDatabase={0}config,", 22) == 0)
			live->config_database = &live->databases[i];
	for (size_t i = 0; i < config->n_entries; i++)
		if (entry_has_value(&config->entries[i], "objectClass", "olcOverlayConfig"))
			overlay_parse(live, &config->entries[i]);
}

int live_take_config(Pool *pool, const Tree *config, const Machine *machine, Live *live, Error *err)
{
	Live taken = *live;
	Tree *kept = pool_alloc(pool, sizeof(*kept));

	/* The view is copied with the world that it belongs to, and outlives it. */
	*kept = *config;
	taken.config = kept;
	taken.fqdn = machine->fqdn;
	config_parse(pool, &taken, NULL, config);
	limits_parse(&taken);
	if (!taken.global)
		return error_set(
			err, ERROR_DENIED, 0,
			"cn=config is not readable here: slapd shows no olcGlobal entry to this "
			"user; %s, and %s",
			remedy_text(REMEDY_AS_ROOT), remedy_text(REMEDY_CONFIG_MANAGE));
	*live = taken;
	return 0;
}

Live live_with_config(Pool *pool, const Live *live, const Tree *config)
{
	Live with = *live;

	with.config = config;
	with.global = NULL;
	with.server_ids = NULL;
	with.loaded.lists = NULL;
	with.loaded.n_lists = 0;
	with.loaded.dn = NULL;
	with.databases = NULL;
	with.n_databases = 0;
	with.config_database = NULL;
	config_parse(pool, &with, live, config);
	limits_parse(&with);
	return with;
}

bool live_reads_from_somebody(const LiveDatabase *database)
{
	for (size_t i = 0; i < database->n_consumers; i++)
		if (!database->consumers[i].is_self)
			return true;
	return false;
}

size_t live_find_database(const Live *live, const char *suffix, const LiveDatabase **ret)
{
	size_t found = 0;

	for (size_t i = 0; i < live->n_databases; i++) {
		const Attribute *suffixes = live->databases[i].suffixes;

		for (size_t j = 0; suffixes && j < suffixes->n_values; j++)
			if (dn_equal(suffixes->values[j].bytes, suffix) && found++ == 0)
				*ret = &live->databases[i];
	}
	return found;
}

static const char *count_of(const LiveSizes *sizes, const char *suffix)
{
	for (size_t i = 0; i < sizes->n_counted; i++)
		if (dn_equal(sizes->counted[i], suffix))
			return sizes->counts[i];
	return NULL;
}

bool live_counts_none(const LiveSizes *sizes, const char *suffix)
{
	const char *count = count_of(sizes, suffix);

	return count && strcmp(count, "0") == 0;
}

const char *live_entries_counted(const LiveSizes *sizes, const char *suffix)
{
	return live_counts_none(sizes, suffix) ? NULL : count_of(sizes, suffix);
}

const MapUse *live_map_use(const LiveSizes *sizes, const char *suffix)
{
	for (size_t i = 0; i < sizes->n_maps; i++)
		if (dn_equal(sizes->maps[i].suffix, suffix))
			return &sizes->maps[i].use;
	return NULL;
}

/* Skips the "{n}" that slapd gives to entries that have an order. */
static const char *number_skip(const char *text)
{
	const char *end = *text == '{' ? strchr(text, '}') : NULL;

	return end ? end + 1 : text;
}

const Entry *live_frontend(const Live *live)
{
	for (size_t i = 0; i < live->config->n_entries; i++) {
		const char *name = entry_first(&live->config->entries[i], "olcDatabase");

		if (name && strcasecmp(number_skip(name), "frontend") == 0)
			return &live->config->entries[i];
	}
	return NULL;
}

AccessLists live_access_lists(const Live *live, const LiveDatabase *database, const char *suffix)
{
	const Entry *frontend = live_frontend(live);

	return (AccessLists){
		.suffix = suffix,
		.root_dn = database->root_dn,
		.database = entry_attribute(database->entry, "olcAccess"),
		.frontend = frontend ? entry_attribute(frontend, "olcAccess") : NULL,
	};
}

/* "olcOverlay=syncprov,..." and "cn=module,..." mean the entry that slapd calls
 * "olcOverlay={0}syncprov,..." and "cn=module{0},...". */
static bool dn_is_unnumbered(const char *numbered, const char *dn)
{
	while (*numbered && *dn && *dn != ',') {
		if (*dn != '{')
			numbered = number_skip(numbered);
		if (tolower((unsigned char)*numbered++) != tolower((unsigned char)*dn++))
			return false;
	}
	return strcasecmp(number_skip(numbered), dn) == 0;
}

const Entry *live_entry_unnumbered(const Live *live, const char *dn)
{
	const Entry *entry = live_entry(live, dn);

	for (size_t i = 0; !entry && i < live->config->n_entries; i++)
		if (dn_is_unnumbered(live->config->entries[i].dn, dn))
			entry = &live->config->entries[i];
	return entry;
}

const Entry *live_entry(const Live *live, const char *dn)
{
	for (size_t i = 0; i < live->config->n_entries; i++)
		if (strcasecmp(live->config->entries[i].dn, dn) == 0)
			return &live->config->entries[i];
	return NULL;
}
