/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/reader_verdict.h"

#define LOSS "Peers lose what it cannot read"

typedef struct Judging {
	Pool *pool;
	const ReaderQuestion *question;
	const char *place; /* of olcAccess that hides something, or leaves it open */
} Judging;

static const char *denied_print(const Judging *judging, const char *hidden)
{
	return pool_printf(judging->pool,
			   "%s, with which peers read %s here, may not read %s: %s. " LOSS,
			   judging->question->reader, judging->question->lists->suffix, hidden,
			   judging->place);
}

static const char *seen_less_print(const Judging *judging, const ReaderView *view)
{
	return pool_printf(judging->pool,
			   "%s, with which peers read %s here, does not see %s: a look with this "
			   "account showed that, which cannot be told from %s. " LOSS,
			   judging->question->reader, judging->question->lists->suffix, view->text,
			   judging->place);
}

static const char *open_print(const Judging *judging, const char *why)
{
	return pool_printf(judging->pool,
			   "whether %s, with which peers read %s, sees everything cannot be "
			   "told from %s%s. " LOSS,
			   judging->question->reader, judging->question->lists->suffix,
			   judging->place, why);
}

/* Nor could anybody look at what it sees. */
static const char *unknown_print(const Judging *judging)
{
	return pool_printf(judging->pool,
			   "peers.json does not say with which account peers read %s: whether "
			   "that sees everything cannot be told from %s. " LOSS,
			   judging->question->lists->suffix, judging->place);
}

static const char *seen_print(const Judging *judging, const ReaderView *view)
{
	return pool_printf(judging->pool,
			   "%s, with which peers read %s here, sees all entries and, of those "
			   "that were compared, all attributes that %s sees; olcAccess alone does "
			   "not show that: %s",
			   judging->question->reader, judging->question->lists->suffix, view->text,
			   judging->place);
}

static const char *unseen_print(AccessUnseen unseen)
{
	return unseen == ACCESS_UNSEEN_CONNECTION
		       ? ", for that hangs on how a peer connects: no look from here shows it"
		       : ", for that hangs on single values: a look compares names of attributes";
}

static ReaderVerdict view_judge(const Judging *judging, const ReaderView *view)
{
	/* What is to be added takes nothing away, and may give what is missing. */
	if (view && view->outcome == VIEW_LESS && judging->question->lists_are_live)
		return (ReaderVerdict){READS_DENIED, false, seen_less_print(judging, view)};
	if (view && view->outcome == VIEW_EQUAL)
		return (ReaderVerdict){READS_EVERYTHING, false, seen_print(judging, view)};
	if (view && view->outcome == VIEW_UNTESTABLE)
		return (ReaderVerdict){
			READS_NOT_PROVEN, false,
			open_print(judging,
				   pool_printf(judging->pool, ", and could not be tried either: %s",
					       view->text))};
	return (ReaderVerdict){READS_NOT_PROVEN, !view, open_print(judging, "")};
}

ReaderVerdict reader_judge(Pool *pool, const ReaderQuestion *question)
{
	const ReadRights rights = read_rights_judge(pool, question->lists, question->reader);
	const Judging judging = {pool, question, read_rights_place_print(pool, &rights)};

	if (rights.outcome == READS_EVERYTHING)
		return (ReaderVerdict){.outcome = READS_EVERYTHING};
	if (!question->reader)
		return (ReaderVerdict){READS_NOT_PROVEN, false, unknown_print(&judging)};
	if (rights.outcome == READS_DENIED)
		return (ReaderVerdict){READS_DENIED, false, denied_print(&judging, rights.hidden)};
	if (rights.unseen != ACCESS_UNSEEN_NOTHING)
		return (ReaderVerdict){READS_NOT_PROVEN, false,
				       open_print(&judging, unseen_print(rights.unseen))};
	return view_judge(&judging, reader_view_find(question->views, question->lists->suffix,
						     question->reader, question->basis));
}
