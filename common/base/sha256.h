/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SHA256_H
#define SYNCWARD_SHA256_H

#include <stddef.h>

#define SHA256_SIZE     32
#define SHA256_HEX_SIZE 65

/* SHA-256 (FIPS 180-4) of the bytes as 64 lower-case hex digits and a NUL. */
void sha256_hex(const void *bytes, size_t len, char ret[SHA256_HEX_SIZE]);

/* The same as bytes. */
void sha256_bytes(const void *bytes, size_t len, unsigned char ret[SHA256_SIZE]);

#endif
