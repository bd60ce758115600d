/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/base64.h"
#include "common/base/buf.h"
#include "common/plan/render.h"
#include "common/remedies/remedies.h"

typedef struct Ldif {
	Pool *pool;
	Buf out;
	bool shows_secrets;
} Ldif;

/* RFC 2849 SAFE-STRING; a space at the end would get lost in mail and editors. */
static bool is_safe(const char *value)
{
	size_t len = strlen(value);

	if (len > 0 && (strchr(" :<", value[0]) || value[len - 1] == ' '))
		return false;
	for (const char *byte = value; *byte; byte++)
		if ((unsigned char)*byte >= 0x80 || *byte == '\n' || *byte == '\r')
			return false;
	return true;
}

static void value_line(Ldif *ldif, const char *attribute, const char *value)
{
	const char *shown =
		ldif->shows_secrets ? value : render_value(ldif->pool, attribute, value);

	if (is_safe(shown))
		buf_printf(&ldif->out, "%s: %s\n", attribute, shown);
	else
		buf_printf(&ldif->out, "%s:: %s\n", attribute,
			   base64_encode(ldif->pool, shown, strlen(shown)));
}

static bool step_has_secrets(Pool *pool, const Step *step)
{
	for (size_t i = 0; i < step->n_mods; i++) {
		const Mod *mod = &step->mods[i];

		for (size_t j = 0; j < mod->n_values; j++)
			if (render_value_is_secret(pool, mod->attribute, mod->values[j]))
				return true;
	}
	return false;
}

/* A masked record has a changetype that ldapmodify refuses, also with -c. */
static void step_record(Ldif *ldif, const Step *step)
{
	const bool is_masked = !ldif->shows_secrets && step_has_secrets(ldif->pool, step);

	value_line(ldif, "dn", step->dn);
	buf_printf(&ldif->out, "changetype: %s%s\n", step_kind_name(step->kind),
		   is_masked ? "-with-masked-passwords" : "");
	for (size_t i = 0; i < step->n_mods; i++) {
		const Mod *mod = &step->mods[i];

		if (step->kind == STEP_MODIFY)
			buf_printf(&ldif->out, "%s: %s\n", mod_kind_name(mod->kind),
				   mod->attribute);
		for (size_t j = 0; j < mod->n_values; j++)
			value_line(ldif, mod->attribute, mod->values[j]);
		if (step->kind == STEP_MODIFY)
			buf_puts(&ldif->out, "-\n");
	}
	buf_puts(&ldif->out, "\n");
}

/* What ldapmodify alone does not wait for. */
static void search_comment(Ldif *ldif, const Step *step)
{
	buf_puts(&ldif->out, "# syncward goes on when the entry below has this attribute.\n");
	for (size_t i = 0; i < step->n_mods; i++)
		buf_printf(&ldif->out, "# %s: %s\n\n", step->dn, step->mods[i].attribute);
}

/* An overlay that is deleted while slapd has yet to begin its log takes slapd down with it, one
 * that writes while slapd has yet to read how it begins has it begin twice, and ldapmodify waits
 * for nothing. */
static void rest_comment(Ldif *ldif, const Step *step)
{
	buf_printf(&ldif->out,
		   "# slapd opens %s now. What comes after that is printed once this is loaded: "
		   "%s\n",
		   step->dn, remedy_text(REMEDY_PLAN));
}

static bool has_secrets(Pool *pool, const PlanSteps *order)
{
	for (size_t i = 0; i < order->n_steps; i++)
		if (step_has_secrets(pool, &order->steps[i]))
			return true;
	return false;
}

const char *render_ldif(Pool *pool, const Plan *plan, RenderStyle style)
{
	Ldif ldif = {.pool = pool, .out = BUF_IN(pool), .shows_secrets = style.shows_secrets};

	buf_puts(&ldif.out, "# made by syncward plan\n");
	if (!style.shows_secrets && has_secrets(pool, &plan->order))
		buf_printf(&ldif.out,
			   "# Passwords are masked below: ldapmodify refuses this file at "
			   "the first record, which changes nothing.\n"
			   "# For one that loads: %s\n"
			   "dn: cn=config\nchangetype: passwords-are-masked\n\n",
			   remedy_text(REMEDY_PLAN_LDIF));
	for (size_t i = 0; i < plan->order.n_steps; i++) {
		const Step *step = &plan->order.steps[i];

		if (step->kind == STEP_COUNT) {
			rest_comment(&ldif, step);
			break;
		}
		if (step->kind == STEP_SEARCH)
			search_comment(&ldif, step);
		else
			step_record(&ldif, step);
	}
	return buf_text(&ldif.out);
}
