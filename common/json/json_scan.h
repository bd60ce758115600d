/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JSON_SCAN_H
#define SYNCWARD_JSON_SCAN_H

#include <stddef.h>

#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/base/tree.h"
#include "common/json/json_node.h"

#define JSON_MAX_BYTES      (1024 * 1024)
#define JSON_OURS_MAX_BYTES (64 * JSON_MAX_BYTES) /* a file that we wrote: 999 peers take 5 MiB */
#define JSON_MAX_DEPTH      16

/*
 * Reads the text, which is JSON by RFC 8259 and by the rules of json_parse(): json-c tells neither
 * places nor duplicate keys, and what it makes of wrong input depends on its version. ERROR_INPUT
 * with the place of the first fault; no message quotes the text, which may hold passwords. The text
 * must have a NUL behind it; what becomes of it lives in the pool.
 */
int json_scan(Pool *pool, const char *name, const Value *text, size_t max_bytes, JsonNode *ret,
	      Error *err);

#endif
