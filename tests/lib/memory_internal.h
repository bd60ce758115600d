/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TESTS_MEMORY_INTERNAL_H
#define SYNCWARD_TESTS_MEMORY_INTERNAL_H

#include "common/plan/config_values.h"
#include "tests/lib/memory_directory.h"

/* What the files memory_*.c share. Entries are values: a change makes another attribute list. */

typedef struct MemoryConsumer {
	int rid;
	const char *provider;
	bool is_self; /* in the list, but never started */
} MemoryConsumer;

/* The consumers of a database in the order of slapd's own list. By its positions slapd deletes, and
 * it is not the order of the attribute (ITS#9761). */
typedef struct MemoryDatabase {
	const char *dn;
	MemoryConsumer *consumers;
	size_t n_consumers;
} MemoryDatabase;

typedef struct MemoryDirectory {
	Directory directory; /* first: a Directory * is one of these */
	Pool *pool;
	Tree config;
	Tree contents;
	MemoryDatabase *databases;
	size_t n_databases;
	const char **listeners;
	size_t n_listeners;
	const char *fqdn;
	bool links_work;
	size_t n_writes;
	unsigned n_starts;
} MemoryDirectory;

/* --- memory_schema.c: attributes and what slapd says of values before it looks at the entry --- */

typedef enum MemorySyntax {
	MEMORY_TEXT,
	MEMORY_BOOLEAN,
	MEMORY_INTEGER,
} MemorySyntax;

typedef struct MemoryType {
	const char *name;
	const char *alias; /* accepted on input; NULL: none */
	const char *class; /* the entry must have it; NULL: any of cn=config */
	MemorySyntax syntax;
} MemoryType;

/* NULL: slapd's schema has no such attribute. */
const MemoryType *memory_type_find(const char *name);

/* Refuses what is wrong with the mods themselves, whatever the entry holds. */
int memory_mods_check(const Step *step, Error *err);

/* Refuses an entry with attributes that its classes do not allow. */
int memory_classes_check(const Entry *entry, Error *err);

/* The step with the names of the schema. */
Step memory_step_named(Pool *pool, const Step *step);

Entry memory_entry_copy(Pool *pool, const Entry *entry);

/* --- memory_rules.c: what slapd's handlers do when values come and go --- */

/* seen: the entry as the changes before left it. */
int memory_rule_add(MemoryDirectory *self, const Entry *seen, const char *name, const char *value,
		    Error *err);
void memory_rule_delete(MemoryDirectory *self, const Entry *seen, const char *name,
			const Positions *positions);

/* --- memory_consumers.c: slapd's list of consumers --- */

int memory_consumer_add(MemoryDirectory *self, const Entry *database, const char *value,
			Error *err);
void memory_consumers_delete(MemoryDirectory *self, const char *dn, const Positions *positions);

/* How many run: this server itself is none. */
size_t memory_consumers_running(const MemoryDirectory *self, const char *dn);

/* The lists as a start makes them, and the one of a database as a refused change leaves it. */
void memory_consumers_load(MemoryDirectory *self);
void memory_consumers_reload(MemoryDirectory *self, const Entry *database);

/* cn=Monitor. */
Tree memory_monitor(const MemoryDirectory *self, Pool *pool);

/* --- memory_apply.c, memory_filter.c --- */

int memory_apply(MemoryDirectory *self, const Step *step, Error *err);

/* 1: the entry matches, 0: it does not, -1: a filter that is not known here. */
int memory_filter_match(const char *filter, const Entry *entry);

/* The error for an LDAP result with slapd's text; returns -1. */
int memory_refuse(Error *err, int code, const char *text);

#endif
