/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_METRIC_H
#define SYNCWARD_METRIC_H

#include <stdint.h>

#include "common/base/buf.h"

/* Prometheus' text format, as node_exporter's textfile collector wants it: no timestamps, HELP and
 * TYPE once before all samples of a metric. Names are given without the leading "syncward_". Labels
 * are pairs of name and value up to a NULL name; a NULL value leaves the label out; NULL: no
 * labels. */

/* HELP and TYPE ("gauge", "counter", "summary"); samples follow. */
void metric_begin(Buf *out, const char *name, const char *type, const char *help);

/* One sample, whose value is that text. */
void metric_sample(Buf *out, const char *name, const char *const labels[][2], const char *value);

void metric_number(Buf *out, const char *name, const char *const labels[][2], long long number);

/* Microseconds, written as seconds. */
void metric_usec(Buf *out, const char *name, const char *const labels[][2], int64_t usec);

/* A gauge with one sample without labels. */
void metric_gauge(Buf *out, const char *name, const char *help, long long number);

/* The same for a time in seconds since 1970; -1 (never) has no sample. */
void metric_moment(Buf *out, const char *name, const char *help, int64_t sec);

#endif
