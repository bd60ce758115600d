/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMMANDS_H
#define SYNCWARD_COMMANDS_H

#include "agent/options/options.h"

/* Each command: one file cmd_NAME.c, which also holds its row of the table. */
extern const Command command_adopt;
extern const Command command_apply;
extern const Command command_check;
extern const Command command_compare;
extern const Command command_doctor;
extern const Command command_fence;
extern const Command command_heal;
extern const Command command_history;
extern const Command command_init;
extern const Command command_leave;
extern const Command command_pause;
extern const Command command_plan;
extern const Command command_resume;
extern const Command command_run;
extern const Command command_status;
extern const Command command_topology;
extern const Command command_validate;
extern const Command command_verify;

#endif
