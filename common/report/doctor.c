/* SPDX-License-Identifier: Apache-2.0 */
#include "common/report/doctor.h"

#include <stdarg.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/colour.h"
#include "common/base/suggest.h"
#include "common/json/json_write.h"
#include "common/remedies/remedies.h"

static const char *const severity_names[] = {
	[DOCTOR_OK] = "ok",           [DOCTOR_UNKNOWN] = "unknown", [DOCTOR_NOTE] = "note",
	[DOCTOR_WARNING] = "warning", [DOCTOR_ERROR] = "error",
};
_Static_assert(ARRAY_SIZE(severity_names) == DOCTOR_SEVERITY_COUNT, "name every severity");

const char *doctor_severity_name(DoctorSeverity severity)
{
	return severity_names[severity];
}

void doctor_find(Pool *pool, DoctorReport *report, DoctorCheck check, DoctorSeverity severity,
		 const char *format, ...)
{
	va_list arguments;
	const char *text;

	va_start(arguments, format);
	text = pool_vprintf(pool, format, arguments);
	va_end(arguments);
	POOL_PUSH(pool, report->findings, report->n_findings,
		  {.check = check, .severity = severity, .text = text});
}

int doctor_ask(const char *const *codes, size_t n_codes, DoctorAsked *ret, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const char *known[DOCTOR_CHECK_COUNT];

	*ret = (DoctorAsked){0};
	for (int check = 0; check < DOCTOR_CHECK_COUNT; check++)
		known[check] = doctor_rules[check].code;
	for (size_t i = 0; i < n_codes; i++) {
		int check = 0;

		while (check < DOCTOR_CHECK_COUNT && strcmp(known[check], codes[i]) != 0)
			check++;
		if (check == DOCTOR_CHECK_COUNT) {
			return error_set(
				err, ERROR_USAGE, 0,
				"there is no check '%s'%s; `%s` names them all", codes[i],
				suggest_question(pool, codes[i], known, DOCTOR_CHECK_COUNT),
				remedy_text(REMEDY_DOCTOR_LIST));
		}
		ret->n_checks += !ret->checks[check];
		ret->checks[check] = true;
	}
	return 0;
}

bool doctor_is_asked(const DoctorAsked *asked, DoctorCheck check)
{
	return asked->n_checks == 0 || asked->checks[check];
}

void doctor_saw(DoctorReport *report, DoctorCheck check)
{
	report->has_seen[check] = true;
}

void doctor_remedy(DoctorReport *report, const char *remedy)
{
	report->findings[report->n_findings - 1].remedy = remedy;
}

DoctorSeverity doctor_severity_of(const DoctorReport *report, DoctorCheck check)
{
	DoctorSeverity worst = report->has_seen[check] ? DOCTOR_OK : DOCTOR_UNKNOWN;

	for (size_t i = 0; i < report->n_findings; i++)
		if (report->findings[i].check == check && report->findings[i].severity > worst)
			worst = report->findings[i].severity;
	return worst;
}

DoctorSeverity doctor_worst(const DoctorReport *report)
{
	DoctorSeverity worst = DOCTOR_OK;

	for (int check = 0; check < DOCTOR_CHECK_COUNT; check++) {
		const DoctorSeverity severity = doctor_severity_of(report, (DoctorCheck)check);

		if (doctor_is_asked(&report->asked, (DoctorCheck)check) && severity > worst)
			worst = severity;
	}
	return worst;
}

/* A worse finding may stand next to it: each one is looked at. */
bool doctor_has_unknown(const DoctorReport *report)
{
	for (size_t i = 0; i < report->n_findings; i++)
		if (report->findings[i].severity == DOCTOR_UNKNOWN &&
		    doctor_is_asked(&report->asked, report->findings[i].check))
			return true;
	for (int check = 0; check < DOCTOR_CHECK_COUNT; check++)
		if (doctor_is_asked(&report->asked, (DoctorCheck)check) &&
		    doctor_severity_of(report, (DoctorCheck)check) == DOCTOR_UNKNOWN)
			return true;
	return false;
}

static const char *remedy_of(const DoctorFinding *finding)
{
	return finding->remedy ? finding->remedy : remedy_text(doctor_rules[finding->check].remedy);
}

/* --- text --- */

static const Colour severity_colours[] = {
	[DOCTOR_OK] = COLOUR_GOOD,   [DOCTOR_UNKNOWN] = COLOUR_DOUBTFUL,
	[DOCTOR_NOTE] = COLOUR_NONE, [DOCTOR_WARNING] = COLOUR_DOUBTFUL,
	[DOCTOR_ERROR] = COLOUR_BAD,
};
_Static_assert(ARRAY_SIZE(severity_colours) == DOCTOR_SEVERITY_COUNT, "a colour for each");

/* The word, at least so wide. */
static const char *severity_text(Pool *pool, DoctorSeverity severity, int width, bool has_colour)
{
	return colour_text(pool, has_colour, severity_colours[severity],
			   pool_printf(pool, "%-*s", width, doctor_severity_name(severity)));
}

static void check_text(Buf *text, const DoctorReport *report, DoctorCheck check, bool has_colour)
{
	const DoctorRule *rule = &doctor_rules[check];
	const DoctorSeverity severity = doctor_severity_of(report, check);
	const char *remedy = NULL;

	buf_printf(text, "%s  %-17s  %s\n", severity_text(text->pool, severity, 7, has_colour),
		   rule->code, rule->title);
	for (size_t i = 0; i < report->n_findings; i++) {
		const DoctorFinding *finding = &report->findings[i];

		if (finding->check != check)
			continue;
		buf_printf(text, "         - %s: %s\n",
			   severity_text(text->pool, finding->severity, 0, has_colour),
			   finding->text);
		if (finding->severity > DOCTOR_NOTE && remedy_of(finding) != remedy) {
			remedy = remedy_of(finding);
			buf_printf(text, "           remedy: %s\n", remedy);
		}
	}
	if (severity > DOCTOR_NOTE)
		buf_printf(text, "         means: %s\n", rule->meaning);
}

const char *doctor_text(Pool *pool, const DoctorReport *report, bool has_colour)
{
	size_t counts[DOCTOR_SEVERITY_COUNT] = {0}, n_checks = 0;
	Buf text = BUF_IN(pool);

	for (int check = 0; check < DOCTOR_CHECK_COUNT; check++) {
		if (!doctor_is_asked(&report->asked, (DoctorCheck)check))
			continue;
		check_text(&text, report, (DoctorCheck)check, has_colour);
		counts[doctor_severity_of(report, (DoctorCheck)check)]++;
		n_checks++;
	}
	buf_printf(
		&text,
		"\n%zu check%s: %zu ok, %zu unknown, %zu with notes, %zu with warnings, %zu with "
		"errors.\n",
		n_checks, n_checks == 1 ? "" : "s", counts[DOCTOR_OK], counts[DOCTOR_UNKNOWN],
		counts[DOCTOR_NOTE], counts[DOCTOR_WARNING], counts[DOCTOR_ERROR]);
	return buf_text(&text);
}

const char *doctor_list_text(Pool *pool)
{
	Buf text = BUF_IN(pool);

	for (int check = 0; check < DOCTOR_CHECK_COUNT; check++) {
		const DoctorRule *rule = &doctor_rules[check];

		buf_printf(&text, "%s\n    checks: %s\n    means:  %s\n    remedy: %s\n",
			   rule->code, rule->title, rule->meaning, remedy_text(rule->remedy));
	}
	return buf_text(&text);
}

/* --- JSON --- */

static void rule_json(JsonOut *out, const DoctorRule *rule)
{
	json_out_text(out, "code", rule->code);
	json_out_text(out, "title", rule->title);
	json_out_text(out, "meaning", rule->meaning);
}

static void check_json(JsonOut *out, const DoctorReport *report, DoctorCheck check)
{
	json_out_open(out, NULL, '{');
	rule_json(out, &doctor_rules[check]);
	json_out_text(out, "severity", doctor_severity_name(doctor_severity_of(report, check)));
	json_out_open(out, "findings", '[');
	for (size_t i = 0; i < report->n_findings; i++) {
		const DoctorFinding *finding = &report->findings[i];

		if (finding->check != check)
			continue;
		json_out_open(out, NULL, '{');
		json_out_text(out, "severity", doctor_severity_name(finding->severity));
		json_out_text(out, "text", finding->text);
		json_out_text(out, "remedy", remedy_of(finding));
		json_out_close(out, '{');
	}
	json_out_close(out, '[');
	json_out_close(out, '{');
}

const char *doctor_json(Pool *pool, const DoctorReport *report)
{
	Buf text = BUF_IN(pool);
	JsonOut out = {.text = &text};

	json_out_open(&out, NULL, '{');
	json_out_number(&out, "schema_version", 1);
	json_out_text(&out, "severity", doctor_severity_name(doctor_worst(report)));
	json_out_open(&out, "checks", '[');
	for (int check = 0; check < DOCTOR_CHECK_COUNT; check++)
		if (doctor_is_asked(&report->asked, (DoctorCheck)check))
			check_json(&out, report, (DoctorCheck)check);
	json_out_close(&out, '[');
	json_out_close(&out, '{');
	return buf_text(&text);
}

const char *doctor_list_json(Pool *pool)
{
	Buf text = BUF_IN(pool);
	JsonOut out = {.text = &text};

	json_out_open(&out, NULL, '{');
	json_out_number(&out, "schema_version", 1);
	json_out_open(&out, "checks", '[');
	for (int check = 0; check < DOCTOR_CHECK_COUNT; check++) {
		json_out_open(&out, NULL, '{');
		rule_json(&out, &doctor_rules[check]);
		json_out_text(&out, "remedy", remedy_text(doctor_rules[check].remedy));
		json_out_close(&out, '{');
	}
	json_out_close(&out, '[');
	json_out_close(&out, '{');
	return buf_text(&text);
}
