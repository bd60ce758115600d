/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SLAPDARGS_H
#define SYNCWARD_SLAPDARGS_H

#include <stddef.h>

#include "common/pool.h"

/* The strings of slapd's -h option, as given. */
typedef struct Listeners {
	const char **urls;
	size_t n_urls;
} Listeners;

/*
 * Finds -h in the arguments of a running slapd (started through ld.so or another wrapper or not)
 * and splits it at spaces. Arguments that were joined and split again (olcArgsFile) do as well.
 * Without -h it is slapd's default, ldap:///. None when the arguments hold no slapd.
 */
Listeners listeners_from_arguments(Pool *pool, const char *const *arguments, size_t n_arguments);

/* Splits a text into words; separators is a set of bytes. */
const char **text_split(Pool *pool, const char *text, size_t len, const char *separators,
			size_t *ret_n);

#endif
