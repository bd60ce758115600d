/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SECRET_WRITE_H
#define SYNCWARD_SECRET_WRITE_H

#include "common/base/error.h"

/*
 * Writes a password into a file (mode 0600) of an open folder; folder_path is for messages. A file
 * that holds it already is left as it is; one that holds anything else is never overwritten:
 * ERROR_INPUT.
 */
int secret_write(int folder_fd, const char *folder_path, const char *name, const char *text,
		 Error *err);

#endif
