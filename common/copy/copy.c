/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/copy.h"

const char *const content_attributes[] = {"entryUUID", "contextCSN", "entryCSN", "objectClass",
					  NULL};

Content content_of(Pool *pool, const Tree *tree)
{
	const Entry *entry = tree->n_entries > 0 ? &tree->entries[0] : NULL;
	const Attribute *csns = entry ? entry_attribute(entry, "contextCSN") : NULL;
	const Attribute *classes = entry ? entry_attribute(entry, "objectClass") : NULL;
	Content content = {.state = CONTENT_READ, .entry.exists = entry != NULL};

	if (entry) {
		content.entry.uuid = entry_first(entry, "entryUUID");
		content.entry.csn = entry_first(entry, "entryCSN");
	}
	content.entry.object_classes = attribute_texts(pool, classes);
	content.entry.n_object_classes = classes ? classes->n_values : 0;
	content.context_csns = attribute_texts(pool, csns);
	content.n_context_csns = csns ? csns->n_values : 0;
	return content;
}
