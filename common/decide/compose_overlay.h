/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPOSE_OVERLAY_H
#define SYNCWARD_COMPOSE_OVERLAY_H

#include "common/decide/compose_step.h"

/* The overlays that are not there. */
void compose_overlays(const Compose *compose);

/* Has slapd write contextCSN to disk: the overlay is deleted and comes back as it was. */
void compose_context_csns(const Compose *compose);

/* What is wrong with the settings of those that are there. */
void compose_overlay_settings(const Compose *compose);

#endif
