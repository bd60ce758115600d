/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HOST_LOOKUP_H
#define SYNCWARD_HOST_LOOKUP_H

#include <stdbool.h>

#include "agent/host/host.h"

/*
 * host_fqdn() in a process of its own, for callers that must not wait for name servers. Until it is
 * known, and where it cannot be found, the name is host_name(), which is what host_fqdn() says
 * then.
 */
typedef struct HostLookup HostLookup;

/* Begins to look it up; never fails. The result is to be freed. */
HostLookup *host_lookup_new(void);

/* Kills what runs. NULL is allowed. */
void host_lookup_free(HostLookup *lookup);
DEFINE_CLEANUP(HostLookup, host_lookup_free)

/* Looks it up anew, unless that is being done. */
void host_lookup_again(HostLookup *lookup);

/* Looks it up again if it was never found, or if the host has another name by now. */
void host_lookup_when_needed(HostLookup *lookup);

/* Readable when there is an answer to process; -1: none is awaited. */
int host_lookup_fd(const HostLookup *lookup);

/* Takes the answer, if there is one, without waiting; true when more is known than before: another
 * name, or that the first look-up found none. */
bool host_lookup_process(HostLookup *lookup);

/* Waits for the answer at most so long, and takes it. */
void host_lookup_wait(HostLookup *lookup, unsigned msec);

/* True while the name is only the short one because name servers did not answer yet. */
bool host_lookup_is_open(const HostLookup *lookup);

/* True until a look-up of that name has ended: until then it cannot be said that no peer is this
 * machine. */
bool host_lookup_is_first(const HostLookup *lookup);

/* What is known; valid until the next process or wait. */
const char *host_lookup_name(const HostLookup *lookup);

#endif
