/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CAUSE_H
#define SYNCWARD_CAUSE_H

/* Why something is written, or was decided: name in C, name for people (SYNCWARD_CAUSE), meaning.
 * syncward-journal(7) and etc/history.schema.json have the same rows. */
/* clang-format off */
#define CAUSE_ROWS \
	CAUSE_ROW(DESIRED_CHANGED, "desired-changed", \
	          "peers.json or a password asks for something else") \
	CAUSE_ROW(DRIFT, "drift", "somebody changed slapd") \
	CAUSE_ROW(RENEWAL, "renewal", \
	          "certificate, key or CA files of links were written anew") \
	CAUSE_ROW(PUT_BACK, "put-back", \
	          "what syncward itself had changed is put back") \
	CAUSE_ROW(RELEASE, "release", "a person released the guard that held it") \
	CAUSE_ROW(HAND, "hand", "a person's command does that") \
	CAUSE_ROW(FENCE, "fence", \
	          "a database was not the one that was here, or was emptied")
/* clang-format on */

#define CAUSE_ROW(kind, name, meaning) CAUSE_##kind,
typedef enum Cause {
	CAUSE_NOT_TOLD, /* not a write, or not known */
	CAUSE_ROWS CAUSE_COUNT
} Cause;
#undef CAUSE_ROW

/* "drift"; NULL for CAUSE_NOT_TOLD. */
const char *cause_name(Cause cause);

/* The cause of that name, or of one that it had before; CAUSE_NOT_TOLD for NULL and for one that
 * this release does not know. */
Cause cause_named(const char *name);

#endif
