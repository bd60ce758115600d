/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor_events URI CONFIG_DIR DATABASE_DN ATTRIBUTE FILE: the least that any agent must do that
 * keeps one attribute right. It takes the values that it finds at its start for the right ones. At
 * each change of the entry's file it makes the two searches of a pass; where the values differ it
 * writes 4 KiB to FILE and syncs it, sends the modify that syncward sends, wakes slapd with a
 * search of nothing, and makes the two searches again. "ready" on standard output, then one line a
 * repair.
 */
#include <json-c/json.h>
#include <ldap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/live/live_config.h"
#include "tests/bench/event_file.h"

/* Never used: the libraries shall be loaded as for the program. */
const void *const links[] = {(const void *)json_object_put, (const void *)ber_free,
			     (const void *)sd_notify};

typedef struct Floor {
	LDAP *ldap;
	const char *dn;
	const char *attribute;
	FILE *file;
	struct berval **right;
} Floor;

static struct berval **look(Floor *floor)
{
	struct berval **values = NULL;
	LDAPMessage *config = NULL, *monitor = NULL;

	if (ldap_search_ext_s(floor->ldap, "cn=config", LDAP_SCOPE_SUBTREE, live_config_filter,
			      (char **)(uintptr_t)live_config_attributes, 0, NULL, NULL, NULL,
			      LDAP_NO_LIMIT, &config) != LDAP_SUCCESS)
		exit(1);
	(void)ldap_search_ext_s(floor->ldap, "cn=Monitor", LDAP_SCOPE_SUBTREE, live_monitor_filter,
				(char **)(uintptr_t)live_monitor_attributes, 0, NULL, NULL, NULL,
				LDAP_NO_LIMIT, &monitor);
	for (LDAPMessage *entry = ldap_first_entry(floor->ldap, config); entry;
	     entry = ldap_next_entry(floor->ldap, entry)) {
		char *dn = ldap_get_dn(floor->ldap, entry);

		if (strcasecmp(dn, floor->dn) == 0)
			values = ldap_get_values_len(floor->ldap, entry, floor->attribute);
		ldap_memfree(dn);
	}
	ldap_msgfree(config);
	ldap_msgfree(monitor);
	return values;
}

static bool is_right(const Floor *floor, struct berval **values)
{
	const int n = ldap_count_values_len(floor->right);

	if (ldap_count_values_len(values) != n)
		return false;
	for (int i = 0; i < n; i++)
		if (values[i]->bv_len != floor->right[i]->bv_len ||
		    memcmp(values[i]->bv_val, floor->right[i]->bv_val, values[i]->bv_len) != 0)
			return false;
	return true;
}

static void file_sync(Floor *floor)
{
	static const char block[4096];

	rewind(floor->file);
	if (fwrite(block, sizeof(block), 1, floor->file) != 1 || fflush(floor->file) != 0 ||
	    fsync(fileno(floor->file)) < 0)
		exit(1);
}

/* Returns what the look behind the repair found. */
static struct berval **repair(Floor *floor, EventFile *file, struct berval **found)
{
	char *attribute = (char *)(uintptr_t)floor->attribute;
	LDAPMod delete_found = {LDAP_MOD_DELETE | LDAP_MOD_BVALUES, attribute, {NULL}};
	LDAPMod write_right = {LDAP_MOD_REPLACE | LDAP_MOD_BVALUES, attribute, {NULL}};
	LDAPMod *both[] = {&delete_found, &write_right, NULL}, *add[] = {&write_right, NULL};
	LDAPMessage *nothing = NULL;

	file_sync(floor);
	delete_found.mod_bvalues = found;
	write_right.mod_bvalues = floor->right;
	if (!found)
		write_right.mod_op = LDAP_MOD_ADD | LDAP_MOD_BVALUES;
	if (ldap_modify_ext_s(floor->ldap, floor->dn, found ? both : add, NULL, NULL) !=
	    LDAP_SUCCESS)
		exit(1);
	(void)ldap_search_ext_s(floor->ldap, "", LDAP_SCOPE_BASE, NULL, NULL, 0, NULL, NULL, NULL,
				LDAP_NO_LIMIT, &nothing);
	ldap_msgfree(nothing);
	(void)puts("repaired");
	event_file_drain(file);
	ldap_value_free_len(found);
	return look(floor);
}

int main(int argc, char **argv)
{
	struct berval empty = {.bv_len = 0, .bv_val = (char[]){""}};
	const int version = LDAP_VERSION3;
	Floor floor = {0};
	EventFile file;

	if (argc != 6 || ldap_initialize(&floor.ldap, argv[1]) != LDAP_SUCCESS)
		return 64;
	floor.dn = argv[3];
	floor.attribute = argv[4];
	floor.file = fopen(argv[5], "we");
	ldap_set_option(floor.ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
	if (!floor.file || !event_file_open(&file, argv[2], floor.dn) ||
	    ldap_sasl_bind_s(floor.ldap, NULL, "EXTERNAL", &empty, NULL, NULL, NULL))
		return 69;
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	floor.right = look(&floor);
	(void)puts("ready");
	while (event_file_wait(&file)) {
		struct berval **found = look(&floor);

		while (!is_right(&floor, found))
			found = repair(&floor, &file, found);
		ldap_value_free_len(found);
	}
	return 1;
}
