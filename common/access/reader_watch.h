/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_READER_WATCH_H
#define SYNCWARD_READER_WATCH_H

#include <stdint.h>

#include "common/base/tree.h"

/*
 * Whether anybody at all reads here, by whatever name or none: an overlay must not go beneath a
 * search that goes on. One look cannot tell such a search from one that is over in a moment, and
 * does not see who is just connecting, so several are judged.
 */
typedef enum ReaderWatch {
	READER_WATCH_GOES_ON, /* not to be told yet: look again */
	READER_WATCH_READ,    /* an operation goes on, or it cannot be told */
	READER_WATCH_QUIET,
} ReaderWatch;

/* Judges one look at what reader_session_filter finds, made over a local socket, which is itself
 * one of the connections; watched_msec: since the first look. */
ReaderWatch reader_watch_judge(const Tree *connections, int64_t now_sec, int64_t watched_msec);

#endif
