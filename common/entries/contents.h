/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONTENTS_H
#define SYNCWARD_CONTENTS_H

#include "common/base/tree.h"
#include "common/entries/entry_mark.h"

/*
 * What two copies of one entry hold, compared without keeping any of it. In: attributes with their
 * values, in any order. Out: a digest, or the names of attributes that differ; values never.
 */

/* True for what slapd works out for each reader (entryDN, hasSubordinates, ...) and contextCSN: no
 * consumer has to read it. */
bool attribute_is_computed(const char *name);

/* True for those, and for what a server notes of itself without a change of entryCSN: of binds
 * (slapo-ppolicy(5), slapo-lastbind(5), olcLastBind), of an entry's end (slapo-dds(5)), of its log
 * (auditContext). It differs between servers that are in step. */
bool attribute_is_local(const char *name);

/* A sum over all values of an entry: their order does not matter, as it does not to slapd. */
typedef struct ContentsDigest {
	uint64_t high, low;
} ContentsDigest;

/* Adds one value of an attribute; nothing when the attribute is local. */
void contents_digest_add(ContentsDigest *digest, const char *name, const void *value, size_t len);

/* Puts it where the mark has its CSN: for a set of contents instead of versions. */
void contents_digest_store(const ContentsDigest *digest, EntryMark *mark);

/* Names of attributes. */
typedef struct AttributeNames {
	const char **items;
	size_t n_items;
} AttributeNames;

/*
 * The attributes of which the two have other values; copies, in the pool. Those that here lacks
 * count only when whoever read it surely sees everything. Those that there lacks always do: what
 * the account of a link does not see, this node loses with the next change.
 */
AttributeNames contents_differ(Pool *pool, const Entry *here, const Entry *there,
			       bool here_sees_all);

#endif
