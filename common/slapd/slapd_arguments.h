/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SLAPD_ARGUMENTS_H
#define SYNCWARD_SLAPD_ARGUMENTS_H

#include <stddef.h>

#include "common/base/pool.h"

/* What we need to know of how slapd was started. */
typedef struct SlapdArguments {
	const char **urls; /* the strings of -h, as given */
	size_t n_urls;
	const char *config_dir; /* -F; NULL: slapd's built-in folder, or unknown */
	const char
		*config_file; /* -f; NULL: none, or unknown. Without -F there is no folder then */
} SlapdArguments;

/*
 * Finds -h, -F and -f in the arguments of a running slapd, whether or not it was started through
 * ld.so or another wrapper, and splits -h at spaces. Arguments that were joined and split again
 * (olcArgsFile) will also do. Without -h it is slapd's default, ldap:///. None when the arguments
 * hold no slapd.
 */
SlapdArguments slapd_arguments_parse(Pool *pool, const char *const *arguments, size_t n_arguments);

/* slapd's program in such arguments, if it is a full path; NULL: it is not, or there is none. */
const char *slapd_arguments_program(const char *const *arguments, size_t n_arguments);

/* Splits a text into words; separators is a set of bytes. */
const char **text_split(Pool *pool, const char *text, size_t len, const char *separators,
			size_t *ret_n);

#endif
