/* SPDX-License-Identifier: Apache-2.0 */
#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/slapd/dn.h"
#include "common/slapd/serverid.h"
#include "common/syncrepl/syncrepl.h"
#include "tests/lib/memory_internal.h"

static MemoryDatabase *database_find(const MemoryDirectory *self, const char *dn)
{
	for (size_t i = 0; i < self->n_databases; i++)
		if (strcasecmp(self->databases[i].dn, dn) == 0)
			return &self->databases[i];
	return NULL;
}

static MemoryDatabase *database_of(MemoryDirectory *self, const char *dn)
{
	MemoryDatabase *found = database_find(self, dn);

	if (found)
		return found;
	POOL_PUSH(self->pool, self->databases, self->n_databases, {.dn = dn});
	return &self->databases[self->n_databases - 1];
}

static bool is_suffix(const Entry *database, const char *dn)
{
	const Attribute *suffixes = entry_attribute(database, "olcSuffix");

	for (size_t i = 0; suffixes && i < suffixes->n_values; i++)
		if (dn_equal(suffixes->values[i].bytes, dn))
			return true;
	return false;
}

static bool is_within_suffix(const Entry *database, const char *dn)
{
	const Attribute *suffixes = entry_attribute(database, "olcSuffix");

	for (size_t i = 0; suffixes && i < suffixes->n_values; i++)
		if (dn_is_within(dn, suffixes->values[i].bytes))
			return true;
	return false;
}

/* slapd puts a value that names no number before the last one of its list. */
static size_t list_position(const char *value, size_t n_consumers)
{
	const size_t last = n_consumers > 0 ? n_consumers - 1 : 0;
	const size_t asked = *value == '{' ? strtoul(value + 1, NULL, 10) : last;

	return asked < last ? asked : last;
}

static void list_insert(MemoryDirectory *self, const char *dn, size_t at, MemoryConsumer consumer)
{
	MemoryDatabase *database = database_of(self, dn);
	MemoryConsumer *all = pool_alloc(self->pool, (database->n_consumers + 1) * sizeof(*all));

	for (size_t i = 0; i < database->n_consumers; i++)
		all[i + (i >= at)] = database->consumers[i];
	all[at] = consumer;
	database->consumers = all;
	database->n_consumers++;
}

int memory_consumer_add(MemoryDirectory *self, const Entry *database, const char *value, Error *err)
{
	const MemoryDatabase *list = database_of(self, database->dn);
	Syncrepl syncrepl;
	MemoryConsumer consumer;

	if (!entry_attribute(database, "olcRootDN"))
		return memory_refuse(err, LDAP_OTHER,
				     "rootDN must be defined before syncrepl may be used");
	if (syncrepl_parse(self->pool, value, &syncrepl, err) < 0)
		return memory_refuse(err, LDAP_OTHER, "Error: parse_syncrepl_line");
	if (!is_within_suffix(database, syncrepl.value[SYNCREPL_SEARCHBASE]))
		return memory_refuse(err, LDAP_OTHER,
				     "Base DN is not within the database naming context");
	consumer.rid = syncrepl_rid(&syncrepl);
	consumer.provider = syncrepl.value[SYNCREPL_PROVIDER];
	consumer.is_self = is_suffix(database, syncrepl.value[SYNCREPL_SEARCHBASE]) &&
			   serverid_url_match(consumer.provider, self->listeners, self->n_listeners,
					      self->fqdn) != URL_MATCH_NONE;
	list_insert(self, database->dn, list_position(value, list->n_consumers), consumer);
	return 0;
}

void memory_consumers_delete(MemoryDirectory *self, const char *dn, const Positions *positions)
{
	MemoryDatabase *database = database_of(self, dn);
	MemoryConsumer *left = pool_alloc(self->pool, (database->n_consumers + 1) * sizeof(*left));
	size_t n_left = 0, next = 0;

	for (size_t i = 0; i < database->n_consumers; i++) {
		if (next < positions->n_items && positions->items[next] == i)
			next++;
		else
			left[n_left++] = database->consumers[i];
	}
	database->consumers = left;
	database->n_consumers = n_left;
}

size_t memory_consumers_running(const MemoryDirectory *self, const char *dn)
{
	const MemoryDatabase *database = database_find(self, dn);
	size_t running = 0;

	for (size_t i = 0; database && i < database->n_consumers; i++)
		running += !database->consumers[i].is_self;
	return running;
}

void memory_consumers_reload(MemoryDirectory *self, const Entry *database)
{
	const Attribute *values = entry_attribute(database, "olcSyncrepl");

	database_of(self, database->dn)->n_consumers = 0;
	for (size_t k = 0; values && k < values->n_values; k++)
		(void)memory_consumer_add(self, database, ordered_text(values->values[k].bytes),
					  NULL);
}

void memory_consumers_load(MemoryDirectory *self)
{
	self->databases = NULL;
	self->n_databases = 0;
	for (size_t i = 0; i < self->config.n_entries; i++)
		memory_consumers_reload(self, &self->config.entries[i]);
}

/* --- cn=Monitor --- */

static void put(Pool *pool, Entry *entry, const char *name, const char *value)
{
	entry_add_value(pool, entry, name, value, strlen(value));
}

static void consumers_tell(const MemoryDirectory *self, Pool *pool, const MemoryDatabase *list,
			   const char *dn, Tree *tree)
{
	for (size_t i = 0; list && i < list->n_consumers; i++) {
		const MemoryConsumer *consumer = &list->consumers[i];
		Entry *entry;

		if (consumer->is_self)
			continue;
		entry = tree_add_entry(pool, tree,
				       pool_printf(pool, "cn=Consumer %03d,%s", consumer->rid, dn));
		put(pool, entry, "objectClass", "olmSyncReplInstance");
		put(pool, entry, "olmSRProviderURIList", consumer->provider);
		put(pool, entry, "olmSRSyncPhase", self->links_work ? "Persist" : "Refresh");
		put(pool, entry, "olmSRConnection", self->links_work ? "IP=127.0.0.1:1" : "");
		put(pool, entry, "olmSRLastConnect", "20261122100000Z");
		put(pool, entry, "olmSRNextConnect", "00000101000000Z");
		put(pool, entry, "olmSRLastContact",
		    self->links_work ? "20261122100001Z" : "00000101000000Z");
	}
}

static bool holds_entries(const MemoryDirectory *self, const char *suffix)
{
	for (size_t i = 0; i < self->contents.n_entries; i++)
		if (strcasecmp(self->contents.entries[i].dn, suffix) == 0)
			return true;
	return false;
}

static void databases_tell(const MemoryDirectory *self, Pool *pool, Tree *tree)
{
	for (size_t i = 0; i < self->config.n_entries; i++) {
		const Entry *database = &self->config.entries[i];
		const char *suffix = entry_first(database, "olcSuffix");
		const char *name = entry_first(database, "olcDatabase");
		const char *dn;
		Entry *entry;

		if (!suffix || !name)
			continue;
		dn = pool_printf(pool, "cn=Database %ld,cn=Databases,cn=Monitor",
				 strtol(name + 1, NULL, 10));
		entry = tree_add_entry(pool, tree, dn);
		put(pool, entry, "namingContexts", suffix);
		put(pool, entry, "olmMDBEntries", holds_entries(self, suffix) ? "1" : "0");
		consumers_tell(self, pool, database_find(self, database->dn), dn, tree);
	}
}

Tree memory_monitor(const MemoryDirectory *self, Pool *pool)
{
	Tree tree = {0};
	Entry *entry;

	put(pool, tree_add_entry(pool, &tree, "cn=Monitor"), "objectClass", "monitorServer");
	for (size_t i = 0; i < self->n_listeners; i++) {
		entry = tree_add_entry(
			pool, &tree,
			pool_printf(pool, "cn=Listener %zu,cn=Listeners,cn=Monitor", i));
		put(pool, entry, "labeledURI", self->listeners[i]);
	}
	entry = tree_add_entry(pool, &tree, "cn=Start,cn=Time,cn=Monitor");
	put(pool, entry, "cn", "Start");
	put(pool, entry, "monitorTimestamp",
	    pool_printf(pool, "202611221000%02uZ", self->n_starts % 60));
	databases_tell(self, pool, &tree);
	return tree;
}
