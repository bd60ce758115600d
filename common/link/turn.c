/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link/turn.h"

#include <stdio.h>
#include <string.h>

#define PASSWORD_STEP_USEC 500000ULL /* to bind, be refused, and for that to be replicated */
#define PASSWORD_MAX_USEC  5000000ULL

void turn_take(Turn *turn, const char *of, uint64_t wait_usec, uint64_t now_usec)
{
	if (strcmp(turn->of, of) == 0)
		return;
	(void)snprintf(turn->of, sizeof(turn->of), "%s", of);
	turn->at_usec = now_usec + wait_usec;
}

void turn_end(Turn *turn)
{
	turn->of[0] = '\0';
}

bool turn_has_come(const Turn *turn, uint64_t now_usec)
{
	return now_usec >= turn->at_usec;
}

uint64_t turn_password_usec(unsigned rank)
{
	const uint64_t usec = rank * PASSWORD_STEP_USEC;

	return usec < PASSWORD_MAX_USEC ? usec : PASSWORD_MAX_USEC;
}
