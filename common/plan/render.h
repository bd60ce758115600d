/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_RENDER_H
#define SYNCWARD_RENDER_H

#include <stdbool.h>

#include "common/plan/plan.h"

/* The only place that turns values of cn=config into text for people or files; passwords come out
 * as "********". */

typedef struct RenderStyle {
	bool has_colour;
	bool shows_secrets; /* LDIF only: for a 0600 file or a terminal, when a person asked for it
			     */
} RenderStyle;

/* True for an attribute whose values are or hold passwords. */
bool attribute_is_secret(const char *name);

/* The attribute's value as it may be shown: olcSyncrepl with its credentials masked, root passwords
 * whole. */
const char *render_value(Pool *pool, const char *attribute, const char *value);

/* What the change finds and what it writes, each as it may be shown; NULL: absent, or gone. */
const char *render_old(Pool *pool, const Change *change);
const char *render_new(Pool *pool, const Change *change);

/* True when the value of the attribute holds a secret. */
bool render_value_is_secret(Pool *pool, const char *attribute, const char *value);

/* What would change, why, what it costs, what waits and how to release it, for people. */
const char *render_text(Pool *pool, const Plan *plan, RenderStyle style);

/* One change in a line, without its sign: what, which peer it is about, why. */
const char *render_change(Pool *pool, const Change *change);

/*
 * The steps as LDIF for ldapmodify(1). Where a password is masked the first record is one that
 * ldapmodify refuses before it sends anything, so that "********" is never written as a password.
 */
const char *render_ldif(Pool *pool, const Plan *plan, RenderStyle style);

/* Everything in the plan as one JSON object, masked ("schema_version": 1). */
const char *render_json(Pool *pool, const Plan *plan);

/* What a plan is about to do, in one JSON line without any value: the intent that an interrupted
 * apply leaves behind. */
const char *render_intent(Pool *pool, const PlanSteps *order);

/* "peer-add", "overlay", ...: the kind of a change, as JSON names it. */
const char *change_kind_name(ChangeKind kind);

#endif
