/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/links/daemon_asides.h"

DaemonAsides daemon_asides_new(void)
{
	return (DaemonAsides){.extra_looks = extra_looks_new()};
}

void daemon_asides_free(DaemonAsides *asides)
{
	extra_looks_free(asides->extra_looks);
	daemon_probes_free(&asides->probes);
}
