/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/memory_directory.h"

#include <ldap.h>
#include <string.h>
#include <strings.h>

#include "agent/ldap/ldap_result.h"
#include "common/slapd/serverid.h"
#include "tests/lib/memory_internal.h"

int memory_refuse(Error *err, int code, const char *text)
{
	return error_set(err, error_class_of_ldap(code), code, "slapd answered %d (%s)%s%s", code,
			 ldap_err2string(code), *text ? ": " : "", text);
}

/* --- reading --- */

/* The names of cn=config and cn=monitor come from there and are spelled alike. */
static bool is_below(const char *dn, const char *base)
{
	const size_t len = strlen(dn), base_len = strlen(base);

	return len > base_len && dn[len - base_len - 1] == ',' &&
	       strcasecmp(dn + len - base_len, base) == 0;
}

static bool in_scope(const char *dn, const DirectoryQuery *query)
{
	const char *parent = strchr(dn, ',');

	if (query->scope == DIRECTORY_ONE)
		return parent && strcasecmp(parent + 1, query->base) == 0;
	return strcasecmp(dn, query->base) == 0 ||
	       (query->scope == DIRECTORY_SUBTREE && is_below(dn, query->base));
}

static bool is_operational(const char *name)
{
	static const char *const names[] = {"entryCSN",        "modifyTimestamp", "modifiersName",
					    "createTimestamp", "creatorsName",    "entryUUID",
					    "contextCSN",      "hasSubordinates"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if ((*names[i] | 0x20) == (*name | 0x20) && strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

static bool is_asked(const char *name, const DirectoryQuery *query)
{
	if (!query->attributes)
		return !is_operational(name);
	for (size_t i = 0; query->attributes[i]; i++)
		if (strcasecmp(query->attributes[i], name) == 0)
			return true;
	return false;
}

static void entry_give(Pool *pool, const Entry *entry, const DirectoryQuery *query, Tree *ret)
{
	Entry asked = {.dn = entry->dn};

	asked.attributes = pool_alloc(pool, (entry->n_attributes + 1) * sizeof(Attribute));
	for (size_t i = 0; i < entry->n_attributes; i++)
		if (is_asked(entry->attributes[i].name, query))
			asked.attributes[asked.n_attributes++] = entry->attributes[i];
	POOL_PUSH(pool, ret->entries, ret->n_entries, memory_entry_copy(pool, &asked));
}

/* What this slapd calls the multi-provider flag. */
static Tree subschema(Pool *pool)
{
	static const char type[] = "( 1.3.6.1.4.1.4203.1.12.2.3.2.0.16 NAME ( 'olcMultiProvider' "
				   "'olcMirrorMode' ) EQUALITY booleanMatch SINGLE-VALUE )";
	Tree tree = {0};

	entry_add_value(pool, tree_add_entry(pool, &tree, "cn=Subschema"), "attributeTypes", type,
			strlen(type));
	return tree;
}

static Tree tree_of(const MemoryDirectory *self, Pool *pool, const char *base)
{
	if (strcasecmp(base, "cn=config") == 0 || is_below(base, "cn=config"))
		return self->config;
	if (strcasecmp(base, "cn=Monitor") == 0 || is_below(base, "cn=Monitor"))
		return memory_monitor(self, pool);
	if (strcasecmp(base, "cn=Subschema") == 0)
		return subschema(pool);
	return self->contents;
}

static int memory_read(Directory *directory, const DirectoryQuery *query, Pool *pool, Tree *ret,
		       Error *err)
{
	const MemoryDirectory *self = (const MemoryDirectory *)directory;
	AUTO(Pool) *scratch = pool_new();
	const Tree tree = tree_of(self, scratch, query->base);
	bool is_there = false;

	for (size_t i = 0; i < tree.n_entries; i++) {
		const Entry *entry = &tree.entries[i];
		int matches = in_scope(entry->dn, query);

		is_there |= strcasecmp(entry->dn, query->base) == 0;
		if (matches && query->filter)
			matches = memory_filter_match(query->filter, entry);
		if (matches < 0)
			return memory_refuse(err, LDAP_FILTER_ERROR, "a filter not known here");
		if (matches)
			entry_give(pool, entry, query, ret);
	}
	return is_there ? 0 : memory_refuse(err, LDAP_NO_SUCH_OBJECT, "");
}

/* --- life --- */

static int memory_directory_apply(Directory *directory, const Step *step, Error *err)
{
	MemoryDirectory *self = (MemoryDirectory *)directory;

	self->n_writes++;
	return memory_apply(self, step, err);
}

static DirectoryState memory_state(const Directory *directory, int *ret_fd)
{
	(void)directory;
	*ret_fd = -1;
	return DIRECTORY_READY;
}

static void memory_close(Directory *directory)
{
	pool_free(((MemoryDirectory *)directory)->pool);
}

static const DirectoryMethods methods = {
	.read = memory_read,
	.apply = memory_directory_apply,
	.state = memory_state,
	.close = memory_close,
};

static Tree tree_copy(Pool *pool, const Tree *tree)
{
	Tree copy = {0};

	for (size_t i = 0; tree && i < tree->n_entries; i++)
		POOL_PUSH(pool, copy.entries, copy.n_entries,
			  memory_entry_copy(pool, &tree->entries[i]));
	return copy;
}

Directory *memory_directory_open(const MemoryOptions *options)
{
	Pool *pool = pool_new();
	MemoryDirectory *self = pool_alloc(pool, sizeof(*self));

	*self = (MemoryDirectory){
		.directory = {.methods = &methods, .timeout_msec = 5000},
		.pool = pool,
		.config = tree_copy(pool, options->config),
		.contents = tree_copy(pool, options->contents),
		.fqdn = pool_strdup(pool, options->fqdn),
		.links_work = options->links_work,
	};
	for (size_t i = 0; i < options->n_listeners; i++)
		POOL_PUSH(pool, self->listeners, self->n_listeners,
			  pool_strdup(pool, options->listeners[i]));
	memory_consumers_load(self);
	return &self->directory;
}

const Tree *memory_directory_config(const Directory *directory)
{
	return &((const MemoryDirectory *)directory)->config;
}

size_t memory_directory_n_writes(const Directory *directory)
{
	return ((const MemoryDirectory *)directory)->n_writes;
}

/* --- starting again --- */

static int server_ids_check(const MemoryDirectory *self, const Entry *global, Error *err)
{
	const Attribute *ids = entry_attribute(global, "olcServerID");
	const char **texts = attribute_texts(self->pool, ids);
	ServerIdVerdict verdict = serverid_judge(self->pool, texts, ids ? ids->n_values : 0,
						 self->listeners, self->n_listeners, self->fqdn);

	return verdict.starts ? 0
			      : error_set(err, ERROR_REFUSED, 0,
					  "read_config: no serverID / URL match found (%s)",
					  verdict.problem);
}

int memory_directory_restart(Directory *directory, Error *err)
{
	MemoryDirectory *self = (MemoryDirectory *)directory;

	memory_consumers_load(self);
	self->n_starts++;
	for (size_t i = 0; i < self->config.n_entries; i++) {
		const Entry *entry = &self->config.entries[i];

		if (entry_has_value(entry, "olcMultiProvider", "TRUE") &&
		    memory_consumers_running(self, entry->dn) == 0)
			return error_set(err, ERROR_REFUSED, 0,
					 "%s: <olcMultiProvider> database is not a shadow",
					 entry->dn);
		if (entry_has_value(entry, "objectClass", "olcGlobal") &&
		    server_ids_check(self, entry, err) < 0)
			return -1;
	}
	return 0;
}
