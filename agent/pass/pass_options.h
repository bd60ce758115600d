/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_OPTIONS_H
#define SYNCWARD_PASS_OPTIONS_H

#include "agent/input/inputs.h"
#include "agent/ldap/directory_ldap.h"
#include "agent/look/extra_looks.h"
#include "agent/look/look.h"
#include "agent/pass/steps_run.h"
#include "common/pass/pass_report.h"

/*
 * What the daemon wants to know and decide in the middle of a pass. Any may be NULL. before_look:
 * the server's state is about to be read; after_look: it was. before_write: this plan is about to
 * be written (digest tells it from others, and is derived from passwords); false leaves it for a
 * later pass. witness: sees what slapd writes to that folder (NULL: the pass watches it itself).
 * intended: the intent is on disk, and the steps are sent next. after_write: its result; err is
 * NULL when all its steps were accepted.
 */
typedef struct PassHooks {
	void *userdata;
	void (*before_look)(void *userdata);
	void (*after_look)(void *userdata, const World *world);
	bool (*before_write)(void *userdata, const World *world, const Plan *plan,
			     const char *digest);
	DiskWitness *(*witness)(void *userdata, const char *config_dir);
	void (*intended)(void *userdata, const Plan *plan);
	void (*after_write)(void *userdata, const Plan *plan, const Applied *applied,
			    const Error *err);
} PassHooks;

/* The lock of writers, while it is held; without run_dir, it is not. */
typedef struct HeldLock {
	const char *run_dir;
	int descriptor;
} HeldLock;

typedef struct PassOptions {
	Consent consent;
	const DatabaseFacts
		*contents; /* known before, with the peers' answers: they are not asked */
	size_t n_contents;
	bool may_write;           /* false: plan only */
	bool is_paused;           /* look and tell only, as with policy.mode "audit" */
	const JsonNode *saved;    /* a saved plan that must still hold; NULL: none */
	const LinkProbes *probes; /* of links, made before; NULL: none */
	const ReaderViews *views; /* what readers were seen to read here before; NULL: nothing */
	ExtraLooks *extra_looks;  /* that outlive the pass; NULL: each is made in it, to its end */
	bool probes_later;        /* links that must be tried first are tried after the pass */
	unsigned peers_patience_msec; /* for what peers hold, of all databases together; 0: usual */
	HeldLock writers;
	bool forgets_first; /* the report needs the last look only, not the first: less memory */
	PassHooks hooks;
} PassOptions;

#endif
