/* SPDX-License-Identifier: Apache-2.0 */
#include "common/live/reader_basis.h"

#include <string.h>

#include "common/base/buf.h"

static const char *const deciding[] = {"olcAccess", "olcLimits", "olcSizeLimit", "olcRootDN"};

static void entry_take(Buf *text, const Entry *entry)
{
	for (size_t i = 0; entry && i < ARRAY_SIZE(deciding); i++) {
		const Attribute *attribute = entry_attribute(entry, deciding[i]);

		buf_printf(text, "%s\n", deciding[i]);
		for (size_t k = 0; attribute && k < attribute->n_values; k++)
			buf_printf(text, "%s\n", attribute->values[k].bytes);
	}
}

void live_reader_basis(const Live *live, const LiveDatabase *database, char ret[SHA256_HEX_SIZE])
{
	AUTO(Pool) *pool = pool_new();
	Buf text = BUF_IN(pool);

	buf_printf(&text, "%s\n%s\n", database->entry->dn,
		   live->start_time ? live->start_time : "");
	entry_take(&text, database->entry);
	entry_take(&text, live_frontend(live));
	entry_take(&text, live->global);
	sha256_hex(buf_text(&text), strlen(buf_text(&text)), ret);
}
