/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONFIG_VALUES_H
#define SYNCWARD_CONFIG_VALUES_H

#include "common/base/error.h"
#include "common/base/tree.h"
#include "common/plan/step.h"

/*
 * How slapd changes the values of one attribute of cn=config: which have an order and get a "{n}",
 * how a delete names them, what is there already. tests/slapd/test_memory_directory.py holds it to
 * a real slapd (2.5.13). What handlers say of a value's contents is not known here.
 */

/* LDAP results (RFC 4511) with which slapd refuses; Error.code has them. */
enum {
	RESULT_NO_SUCH_ATTRIBUTE = 16,
	RESULT_CONSTRAINT_VIOLATION = 19,
	RESULT_VALUE_EXISTS = 20,
	RESULT_NO_SUCH_OBJECT = 32,
	RESULT_UNWILLING = 53,
	RESULT_OTHER = 80,
};

/* Where values of an attribute stood before they were deleted, ascending. */
typedef struct Positions {
	size_t *items;
	size_t n_items;
} Positions;

/* Fills err with one of the results above, as slapd answers it; returns -1. */
int config_refuse(Error *err, int result, const char *text);

/* True for two names of one attribute: olcMirrorMode is what olcMultiProvider was called. */
bool config_attribute_same(const char *one, const char *other);

/* True when the mod names one value twice (20), whatever the entry holds. */
bool config_mod_repeats(const Mod *mod);

/* True when the attribute takes one value only. */
bool config_attribute_is_single(const char *name);

/* Adds the values as a mod of slapd does: at their "{n}", or at the end. The entry gets another
 * list of values; those that it had stay as they were. */
int config_values_add(Pool *pool, const char *name, const char *const *values, size_t n_values,
		      Entry *entry, Error *err);

/* Deletes those that the mod names by number, text or both; all, when it names none. */
int config_values_delete(Pool *pool, const Mod *mod, Entry *entry, Positions *ret, Error *err);

/* What one mod takes away before it adds: a replace of what is not there takes nothing, unless that
 * is all it does. */
int config_mod_take(Pool *pool, const Mod *mod, Entry *entry, Positions *ret, Error *err);

/* All mods, one after the other. */
int config_entry_modify(Pool *pool, const Step *step, Entry *entry, Error *err);

/* Puts these values in the place of those that the entry has; none: the attribute is gone. */
void config_entry_set(Pool *pool, Entry *entry, const char *name, const char *const *values,
		      size_t n_values);

#endif
