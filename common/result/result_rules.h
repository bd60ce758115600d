/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_RESULT_RULES_H
#define SYNCWARD_RESULT_RULES_H

#include "common/draft/diff.h"
#include "common/plan/plan_changes.h"

/* One moment of a plan that is carried out: cn=config after some of its steps. */
typedef struct Result {
	Diff *diff;
	const Live *then;
	const Step *step;     /* the last one that was made */
	const char **written; /* suffixes whose contextCSN an earlier step waited for */
	size_t n_written;
} Result;

/* One database that peers.json names, before the plan and at that moment. */
typedef struct ResultDatabase {
	const Result *result;
	const DatabasePlan *plan;
	const WantedDatabase *wanted;
	const LiveDatabase *before;
	const LiveDatabase *then;
	const char *suffix;
} ResultDatabase;

/* What is wrong with a result, and which changes are held together because of it. */
typedef struct Breach {
	Hold hold;
	unsigned kinds;               /* CHANGE_BITs */
	const DatabasePlan *database; /* whose changes; NULL: those of any database */
} Breach;

/* Together: each of them alone could leave the others harmful. */
#define CHANGES_OF_LINKS                                                                \
	(CHANGES_OF_LIST | CHANGE_BIT(CHANGE_CONSUMER_ADD) |                            \
	 CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON) | CHANGE_BIT(CHANGE_MULTI_PROVIDER_OFF) | \
	 CHANGE_BIT(CHANGE_UPDATE_REF) | CHANGE_BIT(CHANGE_READ_ONLY_OFF) |             \
	 CHANGE_BIT(CHANGE_SAVE))
#define CHANGES_OF_PROVIDER \
	(CHANGES_TO_PROVIDER | CHANGE_BIT(CHANGE_CONTEXT_CSN) | CHANGE_BIT(CHANGE_READ_ONLY_OFF))

/* Ends every message about a breach: guards hold such changes earlier. */
#define RESULT_FAULT                                                               \
	"The guards should have seen that before: please report it as a fault of " \
	"syncward, with what `syncward plan` prints"

/* Each returns true when the rule is broken at that moment, with ret filled. */

/* G1: slapd starts again, or did not before either. */
bool result_restarts_not(const Result *result, Breach *ret);

/* The server ID comes after overlays and contextCSN on disk. */
bool result_breaks_order(const Result *result, Breach *ret);

/* No database that must read first becomes a provider, or takes clients' writes. */
bool result_opens_early(const ResultDatabase *database, Breach *ret);

/* No database that has data and takes clients' writes stops taking them, except to read first. */
bool result_closes(const ResultDatabase *database, Breach *ret);

/* No database whose changes peers cannot read gets the flag. */
bool result_is_unread(const ResultDatabase *database, Breach *ret);

/* G4: the last provider, or one that was there before syncward, goes only when a person says so. */
bool result_loses_provider(const ResultDatabase *database, Breach *ret);

/* G4: how many go in all. */
bool result_removes_many(const Result *result, Breach *ret);

/* G12, "access": what readers and all others may do in the database they may do afterwards. */
bool result_takes_rights(const ResultDatabase *database, Breach *ret);

/* The database, where this server holds it once before and then. */
bool result_database(const Result *result, const DatabasePlan *plan, ResultDatabase *ret);

#endif
