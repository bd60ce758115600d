/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FORTNIGHT_PLAYED_H
#define SYNCWARD_FORTNIGHT_PLAYED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/ldap/directory.h"

/* The simulated world around the daemon: its time, slapd, peers, and what happens to them. */

#define SECOND_USEC     1000000ULL
#define FORTNIGHT_EDITS 4 /* attributes that somebody changes */
#define PLAYED_PEERS    2

typedef enum SlapdState {
	SLAPD_UP,
	SLAPD_AWAY,   /* nothing listens */
	SLAPD_HUNG,   /* takes requests and does not answer */
	SLAPD_DENIES, /* does not let us in */
} SlapdState;

typedef enum PeerState {
	PEER_GOOD,
	PEER_AWAY,
	PEER_SILENT,
	PEER_STATE_COUNT
} PeerState;

typedef enum Disturbance {
	DISTURB_EDIT,
	DISTURB_EDITS, /* many, shortly after each other */
	DISTURB_PEER,
	DISTURB_SLAPD_AWAY,
	DISTURB_SLAPD_HANGS,
	DISTURB_SLAPD_DENIES,
	DISTURB_WRITES_REFUSED,
	DISTURB_LOCK,  /* another writer works */
	DISTURB_STATE, /* others may write in the state folder */
	DISTURB_FILE,  /* another revision of peers.json */
	DISTURB_BAD_FILE,
	DISTURB_TOUCHES, /* peers.json written anew, many times, as it was */
	DISTURB_CLOCK,
	DISTURB_RELOADS,
	DISTURBANCE_COUNT
} Disturbance;

/* What was in the way of a repair: a refused plan waits longer each time. */
typedef enum Hindrance {
	HINDERED_NOT,
	HINDERED,
	HINDERED_BY_REFUSAL,
	HINDRANCE_COUNT
} Hindrance;

/* An attribute that somebody changed; at_usec 0: it is right. */
typedef struct Damage {
	uint64_t at_usec;
	Hindrance hindrance; /* the worst, since then */
} Damage;

typedef struct Played {
	const char *folder;
	uint64_t now_usec;
	int64_t day_sec; /* of the clock of the day, when now_usec was 0 */
	uint64_t random;
	Directory *memory;
	SlapdState slapd;
	unsigned n_starts; /* connections of an earlier one are broken */
	bool refuses_writes;
	bool is_locked;
	size_t n_writes; /* by the daemon, and taken */
	PeerState peers[PLAYED_PEERS];
	unsigned long n_rounds;  /* of probes, and questions in passes */
	uint64_t round_usec;     /* when the last one began */
	uint64_t round_end_usec; /* when that which runs is over; UINT64_MAX: none runs */
	unsigned triggers;       /* TRIGGER_BITs that the loop has not seen yet */
	Hindrance hindrance;     /* what is in the way now */
	uint64_t clear_usec;     /* since then nothing is */
	Damage damages[FORTNIGHT_EDITS];
	uint64_t file_usec; /* when peers.json was written that is not in force yet; 0: it is */
	bool file_was_hindered;
	unsigned n_disturbances[DISTURBANCE_COUNT];
} Played;

extern Played played;

/* A number less than n. */
uint64_t played_random(uint64_t n);

/* --- disturbances.c --- */

/* Notes how everything is when it is right; the first pass is over. */
void fortnight_begin(void);

/* When the next thing happens. */
uint64_t fortnight_next_usec(void);

/* What is due happens now. */
void fortnight_disturb(void);

/* Repairs all that is broken; nothing happens any more. */
void fortnight_calm(void);

bool damage_is_mended(size_t n);

/* Whether status.json shows the revision that was written last. */
bool fortnight_file_is_in_force(void);

#endif
