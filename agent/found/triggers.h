/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TRIGGERS_H
#define SYNCWARD_TRIGGERS_H

/* Why a pass is made. A pass looks at the world, never at the trigger, which is shown to people
 * only.
 */
typedef enum Trigger {
	TRIGGER_START,
	TRIGGER_TIMER,
	TRIGGER_RELOAD,  /* SIGHUP */
	TRIGGER_DESIRED, /* peers.json, agent.json or a secret changed */
	TRIGGER_CONFIG,  /* slapd's configuration folder changed */
	TRIGGER_SOCKET,  /* slapd's ldapi socket appeared or went */
	TRIGGER_ANSWER,  /* slapd answered late, or closed the connection */
	TRIGGER_STATE,   /* a person's pause or resume */
	TRIGGER_PROBE,   /* peers were probed */
	TRIGGER_HOST,    /* this host has another name than was known */
	TRIGGER_COUNT
} Trigger;

#define TRIGGER_BIT(trigger) (1u << (trigger))

#endif
