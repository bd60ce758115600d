/* SPDX-License-Identifier: Apache-2.0 */
#include "common/entries/contents.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/base/sha256.h"

static const char *const computed[] = {"entryDN", "subschemaSubentry", "hasSubordinates",
				       "numSubordinates", "contextCSN"};
static const char *const noted[] = {"pwdFailureTime", "pwdAccountLockedTime", "pwdGraceUseTime",
				    "pwdLastSuccess", "authTimestamp",        "entryTtl",
				    "auditContext"};

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

bool attribute_is_computed(const char *name)
{
	return is_one_of(name, computed, ARRAY_SIZE(computed));
}

bool attribute_is_local(const char *name)
{
	return attribute_is_computed(name) || is_one_of(name, noted, ARRAY_SIZE(noted));
}

static uint64_t number_of(const unsigned char *bytes)
{
	uint64_t number = 0;

	for (size_t i = 0; i < 8; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* Two digests, that of the value and that of the name with it: so no text is put together. */
void contents_digest_add(ContentsDigest *digest, const char *name, const void *value, size_t len)
{
	unsigned char both[2 * SHA256_SIZE], whole[SHA256_SIZE];
	char lower[SHA256_SIZE] = "";

	if (attribute_is_local(name))
		return;
	for (size_t i = 0; name[i]; i++) /* long ones overlap; names are short */
		lower[i % sizeof(lower)] ^= (char)tolower((unsigned char)name[i]);
	memcpy(both, lower, sizeof(lower));
	sha256_bytes(value, len, both + sizeof(lower));
	sha256_bytes(both, sizeof(both), whole);
	digest->high += number_of(whole);
	digest->low += number_of(whole + 8);
}

void contents_digest_store(const ContentsDigest *digest, EntryMark *mark)
{
	for (size_t i = 0; i < ENTRY_CSN_SIZE; i++)
		mark->csn[i] =
			(uint8_t)(i < 8 ? digest->high >> 8 * i : digest->low >> 8 * (i - 8));
}

/* Of one attribute. */
static ContentsDigest digest_of(const Attribute *attribute)
{
	ContentsDigest digest = {0};

	for (size_t i = 0; attribute && i < attribute->n_values; i++)
		contents_digest_add(&digest, attribute->name, attribute->values[i].bytes,
				    attribute->values[i].len);
	return digest;
}

static void differing_add(Pool *pool, AttributeNames *names, const Attribute *attribute,
			  const Entry *other)
{
	const ContentsDigest mine = digest_of(attribute);
	const ContentsDigest theirs = digest_of(entry_attribute(other, attribute->name));

	if (mine.high != theirs.high || mine.low != theirs.low)
		POOL_PUSH(pool, names->items, names->n_items, pool_strdup(pool, attribute->name));
}

AttributeNames contents_differ(Pool *pool, const Entry *here, const Entry *there,
			       bool here_sees_all)
{
	AttributeNames names = {0};

	for (size_t i = 0; i < here->n_attributes; i++)
		differing_add(pool, &names, &here->attributes[i], there);
	for (size_t i = 0; here_sees_all && i < there->n_attributes; i++)
		if (!entry_attribute(here, there->attributes[i].name))
			differing_add(pool, &names, &there->attributes[i], here);
	return names;
}
