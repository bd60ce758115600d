/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JSON_SCAN_H
#define SYNCWARD_JSON_SCAN_H

#include <stddef.h>

#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/json/json_place.h"

#define JSON_MAX_BYTES (1024 * 1024)
#define JSON_MAX_DEPTH 16

/*
 * Checks that the text is JSON by RFC 8259 and by the rules of json_parse(), alone: what json-c
 * makes of wrong input depends on its version. ERROR_INPUT with the place of the first fault; no
 * message quotes the text, which may hold passwords. bytes must have a NUL behind them.
 */
int json_scan(Pool *pool, const char *name, const char *bytes, size_t len, JsonMarks *ret,
	      Error *err);

#endif
