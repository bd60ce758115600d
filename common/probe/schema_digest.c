/* SPDX-License-Identifier: Apache-2.0 */
#include "common/probe/schema_digest.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/sha256.h"

/* OpenLDAP's own (modules, cn=config, cn=monitor) and the password policy's. */
static const char *const own_arcs[] = {"1.3.6.1.4.1.4203.", "1.3.6.1.4.1.42.2.27.8.", "OLcfg"};

typedef struct Digest {
	char hex[SHA256_HEX_SIZE];
} Digest;

/* Behind DESC and its text, in quotes that hold none themselves (RFC 4512); word where that is
 * another one. */
static const char *description_end(const char *word)
{
	const char *quote = strncmp(word, "DESC ", 5) == 0 ? strchr(word, '\'') : NULL;
	const char *end = quote ? strchr(quote + 1, '\'') : NULL;

	return end ? end + 1 : word;
}

/* Of the definition with single spaces; false when it does not count. What it describes itself as
 * changes no entry: from 2.4 to 2.5 the texts of three were corrected. */
static bool definition_digest(const char *text, Digest *ret)
{
	AUTO(Pool) *scratch = pool_new(); /* a schema is large: one definition at a time */
	const char *oid = text + strspn(text, "( ");
	Buf buf = BUF_IN(scratch);

	for (size_t i = 0; i < ARRAY_SIZE(own_arcs); i++)
		if (strncmp(oid, own_arcs[i], strlen(own_arcs[i])) == 0)
			return false;
	if (strstr(text, " USAGE "))
		return false;
	for (const char *word = text; *word; word += strspn(word, " \t\n")) {
		const size_t len = strcspn(word, " \t\n");
		const char *end = description_end(word);

		if (end == word) {
			buf_add(&buf, word, len);
			buf_putc(&buf, ' ');
			end += len;
		}
		word = end;
	}
	sha256_hex(buf_text(&buf), buf.len, ret->hex);
	return true;
}

static int compare_digests(const void *one, const void *other)
{
	return strcmp(((const Digest *)one)->hex, ((const Digest *)other)->hex);
}

/* Order does not count: the digests are sorted. */
const char *schema_digest(Pool *pool, const Entry *subschema)
{
	static const char *const names[] = {"attributeTypes", "objectClasses"};
	AUTO(Pool) *scratch = pool_new();
	Digest *digests = NULL, digest;
	size_t n_digests = 0;
	char *whole;

	for (size_t n = 0; n < ARRAY_SIZE(names); n++) {
		const Attribute *attribute = entry_attribute(subschema, names[n]);

		for (size_t i = 0; attribute && i < attribute->n_values; i++)
			if (definition_digest(attribute->values[i].bytes, &digest))
				POOL_PUSH(scratch, digests, n_digests, digest);
	}
	if (n_digests == 0)
		return NULL;
	qsort(digests, n_digests, sizeof(*digests), compare_digests);
	whole = pool_alloc(pool, SHA256_HEX_SIZE);
	sha256_hex(digests, n_digests * sizeof(*digests), whole);
	return whole;
}
