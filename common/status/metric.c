/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status/metric.h"

#include <stdio.h>
#include <string.h>

void metric_begin(Buf *out, const char *name, const char *type, const char *help)
{
	const char *const words[] = {
		"# HELP syncward_", name, " ", help, "\n# TYPE syncward_", name, " ", type, "\n"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		buf_puts(out, words[i]);
}

static void label_add(Buf *out, char before, const char *label, const char *value)
{
	buf_putc(out, before);
	buf_puts(out, label);
	buf_puts(out, "=\"");
	for (const char *at = value; *at;) {
		const size_t n_plain = strcspn(at, "\\\"\n");

		buf_add(out, at, n_plain);
		at += n_plain;
		if (*at == '\n')
			buf_puts(out, "\\n");
		else if (*at) {
			buf_putc(out, '\\');
			buf_putc(out, *at);
		}
		at += *at != '\0';
	}
	buf_putc(out, '"');
}

void metric_sample(Buf *out, const char *name, const char *const labels[][2], const char *value)
{
	char before = '{';

	buf_puts(out, "syncward_");
	buf_puts(out, name);
	for (size_t i = 0; labels && labels[i][0]; i++) {
		if (!labels[i][1])
			continue;
		label_add(out, before, labels[i][0], labels[i][1]);
		before = ',';
	}
	if (before == ',')
		buf_putc(out, '}');
	buf_putc(out, ' ');
	buf_puts(out, value);
	buf_putc(out, '\n');
}

void metric_number(Buf *out, const char *name, const char *const labels[][2], long long number)
{
	char value[24];

	(void)snprintf(value, sizeof(value), "%lld", number);
	metric_sample(out, name, labels, value);
}

void metric_usec(Buf *out, const char *name, const char *const labels[][2], int64_t usec)
{
	char value[32];

	(void)snprintf(value, sizeof(value), "%lld.%06lld", (long long)(usec / 1000000),
		       (long long)(usec % 1000000));
	metric_sample(out, name, labels, value);
}

void metric_gauge(Buf *out, const char *name, const char *help, long long number)
{
	metric_begin(out, name, "gauge", help);
	metric_number(out, name, NULL, number);
}

void metric_moment(Buf *out, const char *name, const char *help, int64_t sec)
{
	if (sec >= 0)
		metric_gauge(out, name, help, sec);
}
