/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_internal.h"
#include "common/base/buf.h"

/* systemd would take what follows a line end for another assignment. */
static const char *one_line(Pool *pool, const char *text)
{
	Buf line = BUF_IN(pool);

	buf_put_line(&line, text);
	return buf_text(&line);
}

/* The most urgent thing that lasts, or that all is well. */
void daemon_sentence_make(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	Pool *pool = pool_new();
	const Condition *worst = NULL;

	for (size_t i = 0; i < daemon->told.n_items; i++) {
		const Condition *condition = &daemon->told.items[i];

		if (!worst || (condition->begins != EVENT_KIND_COUNT &&
			       (worst->begins == EVENT_KIND_COUNT ||
				event_priority(condition->begins) < event_priority(worst->begins))))
			worst = condition;
	}
	if (worst)
		daemon->sentence = one_line(pool, worst->text);
	else if (pass->found.report.has_plan && pass->found.inputs.wanted.self)
		daemon->sentence = pool_printf(
			pool, "in step: peer %u, %zu database%s",
			pass->found.inputs.wanted.self->id, pass->found.inputs.wanted.n_databases,
			pass->found.inputs.wanted.n_databases == 1 ? "" : "s");
	else if (pass->found.report.has_plan)
		daemon->sentence = "in step";
	else /* nothing new is known */
		daemon->sentence = pool_strdup(pool, daemon->sentence);
	pool_free(daemon->sentence_pool);
	daemon->sentence_pool = pool;
}
