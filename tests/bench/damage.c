/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damage URI CONFIG_DIR DATABASE_DN N PAUSE_MSEC ATTRIBUTE [VALUE]: N times somebody else changes
 * the attribute (deletes it; with VALUE: appends it), waits until slapd has renamed the entry's
 * file once for that and once for the repair, prints the microseconds from the request to the
 * repair, and leaves slapd alone for a while.
 */
#include <ldap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/event_file.h"

static int64_t now_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void pause_msec(unsigned msec)
{
	const struct timespec pause = {.tv_sec = msec / 1000, .tv_nsec = msec % 1000 * 1000000L};

	(void)nanosleep(&pause, NULL);
}

int main(int argc, char **argv)
{
	struct berval empty = {.bv_len = 0, .bv_val = (char[]){""}};
	const int version = LDAP_VERSION3;
	LDAP *ldap = NULL;
	EventFile file;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 7 || argc > 8 || ldap_initialize(&ldap, argv[1]) != LDAP_SUCCESS)
		return 64;
	ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
	if (!event_file_open(&file, argv[2], argv[3]) ||
	    ldap_sasl_bind_s(ldap, NULL, "EXTERNAL", &empty, NULL, NULL, NULL) != LDAP_SUCCESS)
		return 69;
	for (long n = strtol(argv[4], NULL, 10); n > 0; n--) {
		char *values[] = {argv[7], NULL};
		LDAPMod mod = {argc > 7 ? LDAP_MOD_ADD : LDAP_MOD_DELETE,
			       argv[6],
			       {.modv_strvals = argc > 7 ? values : NULL}};
		LDAPMod *mods[] = {&mod, NULL};
		const int64_t started_usec = now_usec();

		if (ldap_modify_ext_s(ldap, argv[3], mods, NULL, NULL) != LDAP_SUCCESS)
			return 1;
		if (!event_file_wait(&file) || !event_file_wait(&file))
			return 1;
		(void)printf("%lld\n", (long long)(now_usec() - started_usec));
		pause_msec((unsigned)strtoul(argv[5], NULL, 10));
		event_file_drain(&file);
	}
	(void)ldap_unbind_ext(ldap, NULL, NULL);
	return 0;
}
