/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TESTS_MEMORY_INTERNAL_H
#define SYNCWARD_TESTS_MEMORY_INTERNAL_H

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

/* --- memory_values.c: attributes and their values --- */

typedef enum MemoryTypeFlag {
	MEMORY_ORDERED = 1,  /* X-ORDERED 'VALUES': slapd gives each a "{n}" */
	MEMORY_SINGLE = 2,   /* SINGLE-VALUE */
	MEMORY_FOR_EVER = 4, /* values are never deleted */
	MEMORY_BOOLEAN = 8,
	MEMORY_INTEGER = 16,
} MemoryTypeFlag;

typedef struct MemoryType {
	const char *name;
	const char *alias; /* accepted on input; NULL: none */
	const char *class; /* the entry must have it; NULL: any of cn=config */
	unsigned flags;
} MemoryType;

/* Where values of an attribute stood before they were deleted, ascending. */
typedef struct Positions {
	size_t *items;
	size_t n_items;
} Positions;

/* NULL: slapd's schema has no such attribute. */
const MemoryType *memory_type_find(const char *name);

/* Refuses what is wrong with the mod itself, whatever the entry holds. */
int memory_mod_check(const MemoryType *type, const Mod *mod, Error *err);

/* The entry with the values added, or without those that the mod names. */
int memory_values_add(Pool *pool, const MemoryType *type, const char *const *values,
		      size_t n_values, Entry *entry, Error *err);
int memory_values_delete(Pool *pool, const MemoryType *type, const Mod *mod, Entry *entry,
			 Positions *ret, Error *err);

/* Puts these values in the place of those that the entry has; none: the attribute is gone. */
void memory_entry_set(Pool *pool, Entry *entry, const char *name, const char *const *values,
		      size_t n_values);

Entry memory_entry_copy(Pool *pool, const Entry *entry);

/* --- memory_rules.c: what slapd's handlers do when values come and go --- */

/* seen: the entry as the changes before left it. */
int memory_rule_add(MemoryDirectory *self, const Entry *seen, const MemoryType *type,
		    const char *value, Error *err);
void memory_rule_delete(MemoryDirectory *self, const Entry *seen, const MemoryType *type,
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
