/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PEERS_FILE_H
#define SYNCWARD_PEERS_FILE_H

#include "agent/files/file.h"
#include "common/base/sha256.h"
#include "common/desired/desired.h"

/* peers.json, read and understood. */
typedef struct PeersFile {
	const Desired *desired;
	FileContent content; /* what it was made from */
	FileIdentity identity;
	char sha256[SHA256_HEX_SIZE]; /* of its bytes; with passwords in it: of desired_masked() */
	char former_sha256[SHA256_HEX_SIZE]; /* the latter as 0.1.0 made it; "": there is none */
	bool is_private;                     /* only root can read it */
} PeersFile;

/* Reads, checks and parses the file; ERROR_INPUT for one that must be mended, also when it holds a
 * password and others can read it. */
int peers_file_read(Pool *pool, const char *path, PeersFile *ret, Error *err);

/* peers_file_read() of bytes that were in force once (desired_parse_kept()); content must outlive
 * the result. */
int peers_file_parse_kept(Pool *pool, const char *path, const FileContent *content, PeersFile *ret,
			  Error *err);

#endif
