/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/slapd_words.h"

#include <ctype.h>
#include <string.h>

#include "common/base/macros.h"

#define LINE_MAX_BYTES 300

/* What slapd says on its way down, and what it says of files that it takes all the same (2.4.57,
 * 2.5.13, 2.6.10). */
static const char *const no_cause[] = {
	"@(#)",
	"checksum error on",
	"attributeDescription \"",
	"config file testing succeeded",
	"bad configuration",
	"slap_startup failed",
	"failed to add syncinfo",
	"slapd starting",
	"slapd shutdown",
	"daemon: shutdown",
	"slapd stopped",
	"connections_destroy",
	"slapd destroy",
};

/* Lines that quote paths, suffixes and names of modules only. */
static const char *const quotes_no_secret[] = {
	"mdb_",          "hdb_", "bdb_",  "backend_startup_one",
	"lt_dlopenext ", "TLS:", "main:", "daemon: "};

static bool is_one_of(const char *line, const char *const *texts, size_t n, bool begins)
{
	for (size_t i = 0; i < n; i++)
		if (begins ? strncmp(line, texts[i], strlen(texts[i])) == 0
			   : strstr(line, texts[i]) != NULL)
			return true;
	return false;
}

/* "6b0b9277 " (2.4), "6b0b9277.257f7d96 0x7f0a76b756c0 ": when and in which thread, by debug
 * output. */
static const char *without_stamp(const char *line)
{
	size_t n = strspn(line, "0123456789abcdef");

	if (n != 8)
		return line;
	if (line[n] == '.')
		n += 1 + strspn(line + n + 1, "0123456789abcdef");
	if (line[n] != ' ')
		return line;
	line += n + 1;
	if (strncmp(line, "0x", 2) != 0)
		return line;
	n = 2 + strspn(line + 2, "0123456789abcdef");
	return line[n] == ' ' ? line + n + 1 : line;
}

/* A line of a file that slapd cannot read, or a word of a value, may be of a password. */
static const char *masked(Pool *pool, const char *line)
{
	const size_t len = strcspn(line, "\"(");

	if (strstr(line, "credentials") || strstr(line, "olcRootPW"))
		return "(its text is not shown: it may quote a password)";
	if (!line[len] || is_one_of(line, quotes_no_secret, ARRAY_SIZE(quotes_no_secret), true))
		return pool_copy(pool, line, strnlen(line, LINE_MAX_BYTES));
	return pool_printf(pool, "%.*s... (what it quotes is not shown)",
			   (int)(len < LINE_MAX_BYTES ? len : LINE_MAX_BYTES), line);
}

void slapd_words_take(Pool *pool, SlapdWords *words, const char *line)
{
	const char *text;

	line = without_stamp(line);
	while (isspace((unsigned char)*line) || *line == '<' || *line == '=')
		line++;
	if (strlen(line) < 2 || is_one_of(line, no_cause, ARRAY_SIZE(no_cause), false))
		return;
	text = masked(pool, line);
	if (!words->first)
		words->first = text;
	words->last = text;
}

bool slapd_words_are_fatal(const char *line)
{
	static const char *const faults[] = {"failed", "rror",    "unable",     "annot",
					     "refuse", "invalid", "no serverID"};

	line = without_stamp(line);
	return strncmp(line, "conn=", 5) != 0 && strncmp(line, "do_syncrep", 10) != 0 &&
	       strncmp(line, "syncrepl_", 9) != 0 &&
	       strncmp(line, "slap_client_connect", 19) != 0 &&
	       is_one_of(line, faults, ARRAY_SIZE(faults), false);
}

const char *slapd_words_text(Pool *pool, const SlapdWords *words)
{
	if (!words->first || strcmp(words->first, words->last) == 0)
		return words->first;
	return pool_printf(pool, "%s; %s", words->first, words->last);
}
