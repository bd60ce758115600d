/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/probe_read.h"
#include "common/sha256.h"

/* OpenLDAP's own (modules, cn=config, cn=monitor) and the password policy's. */
static const char *const own_arcs[] = {"1.3.6.1.4.1.4203.", "1.3.6.1.4.1.42.2.27.8.", "OLcfg"};

/* A definition with single spaces; NULL when it does not count. */
static const char *definition_words(Pool *pool, const char *text)
{
	const char *oid = text + strspn(text, "( ");
	Buf buf = BUF_IN(pool);

	for (size_t i = 0; i < ARRAY_SIZE(own_arcs); i++)
		if (strncmp(oid, own_arcs[i], strlen(own_arcs[i])) == 0)
			return NULL;
	if (strstr(text, " USAGE "))
		return NULL;
	for (const char *word = text; *word; word += strspn(word, " \t\n")) {
		const size_t len = strcspn(word, " \t\n");

		buf_add(&buf, word, len);
		buf_putc(&buf, ' ');
		word += len;
	}
	return buf_text(&buf);
}

static int compare_texts(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

const char *schema_digest(Pool *pool, const Entry *subschema)
{
	static const char *const names[] = {"attributeTypes", "objectClasses"};
	AUTO(Pool) *scratch = pool_new();
	const char **texts = NULL;
	size_t n_texts = 0;
	Buf whole = BUF_IN(scratch);
	char *digest;

	for (size_t n = 0; n < ARRAY_SIZE(names); n++) {
		const Attribute *attribute = entry_attribute(subschema, names[n]);

		for (size_t i = 0; attribute && i < attribute->n_values; i++) {
			const char *text = definition_words(scratch, attribute->values[i].bytes);

			if (text)
				POOL_PUSH(scratch, texts, n_texts, text);
		}
	}
	if (n_texts == 0)
		return NULL;
	qsort(texts, n_texts, sizeof(*texts), compare_texts);
	for (size_t i = 0; i < n_texts; i++) {
		buf_puts(&whole, texts[i]);
		buf_putc(&whole, '\n');
	}
	digest = pool_alloc(pool, SHA256_HEX_SIZE);
	sha256_hex(whole.bytes, whole.len, digest);
	return digest;
}
