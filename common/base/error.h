/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ERROR_H
#define SYNCWARD_ERROR_H

#include <stdbool.h>

#include "common/base/macros.h"

/* What to do about a failure. The class, never the call site, decides about retries and exit
 * status. */
typedef enum ErrorClass {
	ERROR_NONE,
	ERROR_USAGE,       /* the command line is wrong */
	ERROR_INPUT,       /* a file that a person wrote is wrong; a new file is needed */
	ERROR_UNREACHABLE, /* the server does not answer; it may later */
	ERROR_DENIED,      /* the server or the kernel refuses us; a person must act */
	ERROR_BUSY,        /* another writer holds the lock, or no time is left now */
	ERROR_CONFLICT,    /* somebody else changed it meanwhile: read and plan again */
	ERROR_REFUSED,     /* the server understood and said no */
	ERROR_UNSAVED,     /* slapd changed its memory but not its disk (disk full, read-only) */
	ERROR_SYSTEM,      /* a file, a descriptor or the disk of this machine failed */
	ERROR_STOPPED,     /* we were told to end: what was asked may still be answered */
	ERROR_CLASS_COUNT
} ErrorClass;

#define ERROR_TEXT_MAX 2048

/* A failure as a value: its class, a code of the layer that failed (LDAP result, errno, or 0), one
 * sentence. */
typedef struct Error {
	ErrorClass class;
	int code;
	char text[ERROR_TEXT_MAX];
} Error;

/* Fills err (which may be NULL) and returns -1, so that callers can return it. Cuts a text that is
 * too long. */
int error_set(Error *err, ErrorClass class, int code, const char *format, ...) PRINTF_LIKE(4, 5);

/* Puts "prefix: " before the sentence, for a caller that knows more than its callee; returns -1. */
int error_prefix(Error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* True when the same action may succeed later without a person's help. */
bool error_is_retryable(const Error *err);

/* The exit status of a command that ends with this error: sysexits(3) where it has a fitting one.
 */
int error_exit_status(const Error *err);

#endif
