/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lets a test in Python ask our core about values of cn=config. Reads one request a line and
 * answers each with one line of JSON; strings inside are base64, so that any byte passes:
 *
 *   syncrepl VALUE                        {"ok": true, "values": {"rid": "..."}, "printed": "..."}
 *   equal VALUE VALUE                     {"equal": true}
 *   serverid FQDN N VALUE... LISTENER...  {"starts": true, "by_host_name": false, "sid": 1}
 *   limits DN SIZELIMIT VALUE...          {"judged": true}
 *   access SUFFIX DN N VALUE... VALUE...  {"outcome": 1, "hidden": "...", "takes": false,
 *                                          "additions": [[0, "..."]]}
 *                                         N values of the database, then the frontend's
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/access/access.h"
#include "common/access/limits.h"
#include "common/slapd/serverid.h"
#include "common/syncrepl/syncrepl.h"

#define MAX_FIELDS 256

static int base64_digit(char byte)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = byte ? strchr(digits, byte) : NULL;

	return at ? (int)(at - digits) : -1;
}

static const char *base64_decode(Pool *pool, const char *text)
{
	char *bytes = pool_alloc(pool, strlen(text) + 1);
	unsigned bits = 0, n_bits = 0;
	size_t len = 0;

	for (; base64_digit(*text) >= 0; text++) {
		bits = bits << 6 | (unsigned)base64_digit(*text);
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			bytes[len++] = (char)(bits >> n_bits & 0xff);
		}
	}
	return bytes;
}

/* As hex: bytes.fromhex() reads it, and no encoder is needed here. */
static void hex_print(const char *text)
{
	putchar('"');
	for (; *text; text++)
		printf("%02x", (unsigned char)*text);
	putchar('"');
}

static void syncrepl_answer(Pool *pool, const char *const *fields)
{
	Syncrepl syncrepl;
	Error err = {0};
	const char *printed, *separator = "";

	if (syncrepl_parse(pool, fields[0], &syncrepl, &err) < 0) {
		printf("{\"ok\": false, \"error\": ");
		hex_print(err.text);
		puts("}");
		return;
	}
	printf("{\"ok\": true, \"values\": {");
	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		if (syncrepl.value[i]) {
			printf("%s\"%s\": ", separator, syncrepl_keyword_name((SyncreplKeyword)i));
			hex_print(syncrepl.value[i]);
			separator = ", ";
		}
	printf("}, \"printed\": ");
	if (syncrepl_print(pool, &syncrepl, &printed, &err) < 0)
		printf("null");
	else
		hex_print(printed);
	puts("}");
}

static void equal_answer(Pool *pool, const char *const *fields)
{
	Syncrepl one, other;
	bool both = syncrepl_parse(pool, fields[0], &one, NULL) == 0 &&
		    syncrepl_parse(pool, fields[1], &other, NULL) == 0;

	printf("{\"equal\": %s}\n", both && syncrepl_equal(&one, &other) ? "true" : "false");
}

static void serverid_answer(Pool *pool, const char *const *fields, size_t n_fields)
{
	size_t n_values = strtoul(fields[1], NULL, 10);
	ServerIdVerdict verdict = serverid_judge(pool, fields + 2, n_values, fields + 2 + n_values,
						 n_fields - 2 - n_values, fields[0]);

	printf("{\"starts\": %s, \"by_host_name\": %s, \"sid\": %u, \"problem\": ",
	       verdict.starts ? "true" : "false", verdict.by_host_name ? "true" : "false",
	       verdict.sid);
	hex_print(verdict.problem ? verdict.problem : "");
	puts("}");
}

static const Attribute *attribute_of(Pool *pool, const char *const *values, size_t n_values)
{
	Entry entry = {0};

	for (size_t i = 0; i < n_values; i++)
		entry_add_value(pool, &entry, "x", values[i], strlen(values[i]));
	return entry_attribute(&entry, "x");
}

static void limits_answer(Pool *pool, const char *const *fields, size_t n_fields)
{
	bool are_cut = limits_cut_unchecked(attribute_of(pool, fields + 1, 1));
	const Attribute *live = attribute_of(pool, fields + 2, n_fields - 2);

	printf("{\"judged\": %s}\n",
	       limits_are_unlimited(live, are_cut, fields[0]) ? "true" : "false");
}

static void access_answer(Pool *pool, const char *const *fields, size_t n_fields)
{
	const size_t n_database = strtoul(fields[2], NULL, 10);
	const AccessLists lists = {
		.suffix = fields[0],
		.database = attribute_of(pool, fields + 3, n_database),
		.frontend = attribute_of(pool, fields + 3 + n_database, n_fields - 3 - n_database),
	};
	const ReadRights rights = read_rights_judge(pool, &lists, fields[1]);
	const AccessGrant grant = access_grant(pool, &lists, fields[1]);

	printf("{\"outcome\": %d, \"takes\": %s, \"hidden\": ", rights.outcome,
	       grant.takes_rights ? "true" : "false");
	hex_print(rights.hidden ? rights.hidden : "");
	printf(", \"place\": ");
	hex_print(read_rights_place_print(pool, &rights));
	printf(", \"additions\": [");
	for (size_t i = 0; i < grant.n_additions; i++) {
		printf("%s[%zu, ", i > 0 ? ", " : "", grant.additions[i].index);
		hex_print(grant.additions[i].value);
		putchar(']');
	}
	puts("]}");
}

static void line_answer(char *line)
{
	AUTO(Pool) *pool = pool_new();
	const char *fields[MAX_FIELDS] = {NULL};
	char *next = NULL;
	const char *request = strtok_r(line, " \n", &next);
	size_t n_fields = 0;

	/* "-" stands for the empty string. */
	for (char *field; n_fields < MAX_FIELDS && (field = strtok_r(NULL, " \n", &next));)
		fields[n_fields++] = base64_decode(pool, field);
	if (!request || n_fields == 0)
		puts("{\"error\": \"bad request\"}");
	else if (strcmp(request, "syncrepl") == 0)
		syncrepl_answer(pool, fields);
	else if (strcmp(request, "equal") == 0 && n_fields == 2)
		equal_answer(pool, fields);
	else if (strcmp(request, "serverid") == 0 && n_fields >= 2)
		serverid_answer(pool, fields, n_fields);
	else if (strcmp(request, "limits") == 0)
		limits_answer(pool, fields, n_fields);
	else if (strcmp(request, "access") == 0 && n_fields >= 3 &&
		 strtoul(fields[2], NULL, 10) <= n_fields - 3)
		access_answer(pool, fields, n_fields);
	else
		puts("{\"error\": \"bad request\"}");
	(void)fflush(stdout);
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) >= 0)
		line_answer(line);
	free(line);
	return 0;
}
