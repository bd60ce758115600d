/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LAYOUTS_H
#define SYNCWARD_LAYOUTS_H

#include <stddef.h>

/*
 * Where packages put slapd, for when there is no better source: what a running slapd was started
 * with, and what its unit says, comes first. Its files show as which user it runs; the unit or the
 * starter gives further options.
 */

/* A script that a unit runs, and that starts slapd with the shell variables of a file. */
typedef struct SlapdStarter {
	const char *script;
	const char *settings; /* the file */
	/* Names of variables: */
	const char *urls;       /* -h */
	const char *config_dir; /* -F, or -f where it names a file */
	const char
		*config_file; /* -f, where that is empty; NULL: slapd's own folder is taken then */
	const char *options;  /* any other */
	const char *unset_urls; /* -h where the file does not set that; NULL: not known here */
} SlapdStarter;

typedef struct SlapdLayout {
	const char *package;
	const char *program;
	const char *unit;
	const char *config_dir; /* slapd's own, which it takes without -F */
	const char *socket; /* what ldapi:/// means there, as an ldapi URL; NULL: not looked up */
	const SlapdStarter *starter; /* NULL: the unit starts slapd itself */
} SlapdLayout;

/*
 * From what is tried first to what is tried last. The sources: slapd of Debian (its init script and
 * configure options), openldap-servers of EL 8 and of EPEL (openldap.spec, slapd.service),
 * openldap-ltb (openldap-ltb.spec, slapd-ltb.service, slapd-cli and slapd-cli.conf of slapd-cli
 * 3.2), symas-openldap-servers (what Symas documents for EL 8 and 9), and OpenLDAP's own
 * `./configure --prefix=/usr`.
 */
#define SLAPD_LAYOUT_COUNT 5
extern const SlapdLayout slapd_layouts[SLAPD_LAYOUT_COUNT];

/* The starter with that script; NULL: it is none. */
const SlapdStarter *slapd_starter_find(const char *script);

/* slapd's program that the starter starts. */
const char *slapd_starter_program(const SlapdStarter *starter);

#endif
