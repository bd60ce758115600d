/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/slapd/slapd_log.h"

#include <string.h>
#include <time.h>

#include <systemd/sd-journal.h>

#include "common/slapd/slapd_words.h"

#define MAX_LINES    1000
#define MAX_AGE_SEC  86400
#define MESSAGE      "MESSAGE="
#define BEGIN_OF_LOG "@(#) $OpenLDAP: slapd "

typedef struct Line {
	const char *text;
	int64_t said_sec;
} Line;

/* False when it has none, or is too old. */
static bool line_read(Pool *pool, sd_journal *journal, Line *ret)
{
	const size_t n_name = sizeof(MESSAGE) - 1;
	const void *data;
	size_t len;
	uint64_t usec;

	if (sd_journal_get_realtime_usec(journal, &usec) < 0 ||
	    sd_journal_get_data(journal, "MESSAGE", &data, &len) < 0 || len < n_name ||
	    (int64_t)(usec / 1000000) < (int64_t)time(NULL) - MAX_AGE_SEC)
		return false;
	*ret = (Line){.text = pool_copy(pool, (const char *)data + n_name, len - n_name),
		      .said_sec = (int64_t)(usec / 1000000)};
	return true;
}

/* From the last line back to where slapd says which one it is. */
static size_t lines_read(Pool *pool, sd_journal *journal, Line **ret)
{
	Line *lines = NULL;
	size_t n = 0;
	Line line;

	if (sd_journal_add_match(journal, "SYSLOG_IDENTIFIER=slapd", 0) < 0 ||
	    sd_journal_seek_tail(journal) < 0)
		return 0;
	while (n < MAX_LINES && sd_journal_previous(journal) > 0 &&
	       line_read(pool, journal, &line)) {
		POOL_PUSH(pool, lines, n, line);
		if (strstr(line.text, BEGIN_OF_LOG))
			break;
	}
	*ret = lines;
	return n;
}

SlapdLog slapd_log_last(Pool *pool)
{
	SlapdLog log = {0};
	SlapdWords words = {0};
	sd_journal *journal = NULL;
	Line *lines = NULL;
	size_t n;

	if (sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY) < 0)
		return log;
	n = lines_read(pool, journal, &lines);
	for (size_t i = n; i-- > 0;)
		if (slapd_words_are_fatal(lines[i].text))
			slapd_words_take(pool, &words, lines[i].text);
	sd_journal_close(journal);
	log.text = slapd_words_text(pool, &words);
	if (n > 0)
		log.said_sec = lines[0].said_sec;
	return log;
}
