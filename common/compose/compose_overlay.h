/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPOSE_OVERLAY_H
#define SYNCWARD_COMPOSE_OVERLAY_H

#include "common/compose/compose_step.h"

/* Adds the overlay where it does not exist. */
void compose_overlay(const Compose *compose, const DatabasePlan *database);

/* Has slapd write contextCSN to disk: the overlay is deleted and comes back as it was. */
void compose_context_csn(const Compose *compose, const DatabasePlan *database);

/* Corrects the settings of the overlay where it exists. */
void compose_overlay_settings(const Compose *compose, const DatabasePlan *database);

#endif
