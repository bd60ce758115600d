/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TESTS_MEMORY_JSON_H
#define SYNCWARD_TESTS_MEMORY_JSON_H

#include "common/json/json_document.h"
#include "common/json/json_write.h"
#include "tests/lib/memory_directory.h"

/* How tests in Python describe a memory directory: {"config": TREE, "contents": TREE, "listeners":
 * [URL...], "fqdn": NAME, "links_work": BOOLEAN}, where TREE is {DN: {ATTRIBUTE: [VALUE...]}}. */
Directory *memory_directory_from_json(const JsonNode *server);

/* The tree in that form. */
void memory_tree_print(JsonOut *out, const char *key, const Tree *tree);

/* The text of a member; NULL when it is not there. */
const char *memory_text(const JsonNode *object, const char *key);

#endif
