/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TESTS_MEMORY_DIRECTORY_H
#define SYNCWARD_TESTS_MEMORY_DIRECTORY_H

#include "agent/ldap/directory.h"

/*
 * A directory without a server: cn=config of one slapd 2.5 as a tree in memory that takes changes,
 * refuses them and renumbers values as slapd does, and a cn=monitor that shows which consumers run.
 * tests/slapd/test_memory_directory.py holds it to a real slapd; what it does not know it refuses
 * with result 53.
 */

typedef struct MemoryOptions {
	const Tree *config;   /* as slapd would return it, with operational attributes or without */
	const Tree *contents; /* entries of databases; NULL: they are empty */
	const char **listeners; /* slapd's -h strings */
	size_t n_listeners;
	const char *fqdn; /* of the host */
	bool links_work;  /* consumers are connected and have refreshed; false: no peer answers */
} MemoryOptions;

/* Everything is copied. */
Directory *memory_directory_open(const MemoryOptions *options);

/* cn=config as it is now: valid until the next operation. */
const Tree *memory_directory_config(const Directory *directory);

/* How many operations were sent that would change something, whatever became of them. */
size_t memory_directory_n_writes(const Directory *directory);

/* Stops and starts slapd: -1 with its reason when it would not start again. */
int memory_directory_restart(Directory *directory, Error *err);

#endif
