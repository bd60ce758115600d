/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heal/heal_hands.h"

#include <ldap.h>
#include <string.h>

#include "agent/heal/heal_await.h"
#include "agent/look/look.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"

static bool is_root(const HealWork *work, const HealHand *hand)
{
	return hand->binddn && work->live->root_dn && dn_equal(hand->binddn, work->live->root_dn);
}

static void hand_add(HealWork *work, const char *name, const char *binddn, const char *password)
{
	POOL_PUSH(work->pool, work->hands.items, work->hands.n_items,
		  {.name = name, .binddn = binddn, .password = password});
}

/* Where peers are read as the rootdn, its password is in peers.json, and mostly the same here. */
static void root_of_links_add(HealWork *work)
{
	for (size_t i = 0; i < work->database->n_consumers; i++) {
		const Syncrepl *link = &work->database->consumers[i].syncrepl;
		const HealHand hand = {.binddn = link->value[SYNCREPL_BINDDN]};

		if (is_root(work, &hand) && link->value[SYNCREPL_CREDENTIALS]) {
			hand_add(work, "the rootdn, as which peers are read", hand.binddn,
				 link->value[SYNCREPL_CREDENTIALS]);
			return;
		}
	}
}

void heal_hands_find(HealWork *work)
{
	const HealOptions *options = work->options;

	if (options->root_password && work->live->root_dn)
		hand_add(work, "the rootdn", work->live->root_dn, options->root_password);
	root_of_links_add(work);
	if (options->verifier.binddn)
		hand_add(work, options->verifier.name, options->verifier.binddn,
			 options->verifier.password);
	hand_add(work, "root over ldapi", NULL, NULL);
}

static bool hand_take(HealWork *work, const HealHand *hand, const char **ret_problem)
{
	if (!heal_hand_open(work->pool, hand, work->options->ldap_uri, &work->writer.link,
			    ret_problem)) {
		peer_link_close(&work->writer.link);
		return false;
	}
	work->writer.is_open = true;
	work->writer.sees_all = is_root(work, hand);
	work->healed->hand = hand->name;
	return true;
}

static void hand_drop(HealWork *work)
{
	if (work->writer.is_open)
		peer_link_close(&work->writer.link);
	work->writer.is_open = work->writer.sees_all = false;
	work->healed->hand = NULL;
}

void heal_bind_root(HealWork *work)
{
	const HealHands *hands = &work->hands;
	const char *problem;

	for (size_t i = 0; i < hands->n_items && !work->writer.is_open; i++)
		if (is_root(work, &hands->items[i]))
			(void)hand_take(work, &hands->items[i], &problem);
}

static void hold_without_hand(HealWork *work, const char *problem)
{
	const char *root_dn = work->live->root_dn;

	heal_hold(work, "hand",
		  pool_printf(work->pool,
			      "nobody whom syncward may act for may write to %s here (%s). The "
			      "rootdn may, %s: its password is read from standard input",
			      work->healed->suffix, problem, root_dn ? root_dn : "none is set"),
		  remedy_text(REMEDY_HEAL_AS_ROOT));
}

/* The first identity that slapd lets touch the suffix entry did so; the rootdn when it is bound. */
static bool touch_as_somebody(HealWork *work)
{
	const HealHands *hands = &work->hands;
	const char *problem = "no identity is known";
	LinkAnswer answer;

	for (size_t i = 0; i <= hands->n_items; i++) {
		/* One that is bound already comes first. */
		if (!work->writer.is_open &&
		    (i == hands->n_items || !hand_take(work, &hands->items[i], &problem)))
			continue;
		answer = heal_touch(&work->writer.link, work->healed->suffix);
		if (answer.code == LDAP_SUCCESS)
			return true;
		problem = pool_strdup(
			work->pool,
			link_write_refusal(&work->writer.link, "touch the suffix entry", &answer));
		hand_drop(work);
	}
	hold_without_hand(work, problem);
	return false;
}

bool heal_rehearse(HealWork *work)
{
	VerifiedServer *here = &work->servers->servers[0];
	const char *csn[1];

	if (!touch_as_somebody(work))
		return false;
	here->content = world_content_here(work->options->directory, work->pool, work->world,
					   work->healed->suffix);
	csn[0] = here->content.entry.csn;
	if (here->content.state != CONTENT_READ || !csn[0]) {
		heal_hold(work, "not-read", "its suffix entry cannot be read here",
			  remedy_text(REMEDY_HEAL_LATER));
		return false;
	}
	/* By slapd's own clock; a later CSN sorts after an earlier one as text. */
	if (work->has_newest && strcmp(csn[0], entry_mark_csn(work->pool, &work->newest)) <= 0) {
		heal_hold(work, "clock", "slapd's clock is behind an old entry's time",
			  remedy_text(REMEDY_HEAL_CLOCK));
		return false;
	}
	if (heal_await(work, csn, 1))
		return true;
	for (size_t i = 0; i < work->healed->n_unseen; i++)
		heal_hold(work, "not-in-step",
			  pool_printf(work->pool, "a change of this node did not arrive at %s",
				      work->healed->unseen[i]),
			  remedy_text(REMEDY_DOCTOR));
	work->healed->n_unseen = 0;
	return false;
}
