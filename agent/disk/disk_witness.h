/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DISK_WITNESS_H
#define SYNCWARD_DISK_WITNESS_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/files/tree_watch.h"
#include "common/base/error.h"
#include "common/base/macros.h"

/* Sees by inotify(7) which entries slapd wrote to its configuration folder: slapd renames the new
 * file of an entry into place before it answers the write. */
typedef struct DiskWitness DiskWitness;

/* NULL when the folder cannot be watched; then nothing is known of the disk. */
DiskWitness *witness_open(const char *config_dir);

/* The same with a watch that the caller keeps, which is told what it sees through found. The watch
 * must outlive the witness. */
DiskWitness *witness_borrow(TreeWatch *watch, TreeFound *found, void *userdata);

/* Forgets all that was seen so far: to be called before a step. NULL is allowed. */
void witness_forget(DiskWitness *witness);

/* True when the entry's file was renamed into place since; false for NULL. */
bool witness_saw(DiskWitness *witness, const char *dn);

/* NULL is allowed. */
void witness_close(DiskWitness *witness);
DEFINE_CLEANUP(DiskWitness, witness_close)

/* Checks that slapd could write its configuration: file system not read-only, some room and inodes
 * left. ERROR_SYSTEM names the folder and what is missing; a folder that cannot be asked passes. */
int config_dir_has_space(const char *config_dir, Error *err);

#endif
