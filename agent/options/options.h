/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OPTIONS_H
#define SYNCWARD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/input/settings_file.h"
#include "common/base/error.h"
#include "common/base/pool.h"

typedef enum OutputFormat {
	OUTPUT_TEXT,
	OUTPUT_JSON,
	OUTPUT_LDIF,
	OUTPUT_DOT,
	OUTPUT_FORMAT_COUNT
} OutputFormat;

/* A repeatable option's values. */
typedef struct TextList {
	const char **items;
	size_t n_items;
} TextList;

/* The command line as a value; what was not given is NULL, false or empty. Each command reads its
 * own part of it. */
typedef struct Options {
	Pool *pool; /* of the strings, and for what the command itself makes */
	/* of all commands */
	SettingsOverride override;
	OutputFormat output;
	bool wants_help;
	bool wants_version;
	/* of single commands */
	const char *file;          /* validate, topology: [FILE]; pause: REASON */
	const char *duration;      /* pause */
	const char *slapd_version; /* validate */
	const char *suffix;        /* init, compare, heal, history */
	const char *save_file;     /* plan */
	const char *plan_file;     /* apply */
	const char *secrets_dir;   /* adopt */
	const char *timeout;       /* verify, leave, heal: seconds */
	const char *root_password; /* heal: a file, or "-" */
	const char *since;         /* history: a time, or how long ago */
	const char *attribute;     /* history */
	const char *lag;           /* compare, history: seconds */
	const char *rate;          /* compare: entries a second */
	TextList words;            /* doctor: CHECK... */
	TextList peers;            /* init: URIs; compare: ids, split at commas */
	TextList peer_ids;         /* adopt: URI=N */
	TextList merge;            /* adopt: files */
	TextList release;          /* apply: guards, split at commas */
	bool checks_secrets;       /* validate --secrets */
	bool shows_document;       /* validate --show */
	bool shows_secrets;        /* plan --show-secrets */
	TextList empty;            /* apply --first-node: ids, split at commas */
	bool is_first_node;        /* apply --first-node */
	bool despite_readers;      /* leave --despite-readers */
	bool writes_entry;         /* verify --write */
	bool lists_checks;         /* doctor --list */
	const char *wait;          /* status --wait: how long, or "" */
	bool watches;              /* status --watch */
	bool is_of_all;            /* status --all, check --all */
	const char *warning;       /* check: a lag */
	const char *critical;
	const char *slapd_program; /* fence */
	bool is_after_stop;        /* fence */
	bool attributes;           /* compare --attributes */
	bool records;              /* compare --record */
	bool wants_conflicts;      /* history --conflicts */
} Options;

typedef enum OptionKind {
	OPTION_FLAG,   /* bool */
	OPTION_TEXT,   /* const char * */
	OPTION_MAYBE,  /* const char *, whose value only stands behind '=': "" without one */
	OPTION_LIST,   /* TextList; each value split at commas */
	OPTION_WORDS,  /* TextList; the words up to the next option */
	OPTION_OUTPUT, /* OutputFormat */
	OPTION_KIND_COUNT
} OptionKind;

typedef struct OptionRule {
	const char *name; /* "--peers" */
	char letter;      /* 'v' for -v; 0: none */
	OptionKind kind;
	size_t offset; /* of the field in Options */
	const char *value;
	const char *help;
} OptionRule;

#define OPTION_NAMED(option, option_kind, field, metavar, text)                              \
	{                                                                                    \
		.name = (option), .kind = (option_kind), .offset = offsetof(Options, field), \
		.value = (metavar), .help = (text)                                           \
	}

/* One command: what it takes and does. */
typedef struct Command {
	const char *name;
	int (*run)(const Options *options); /* returns the exit status */
	const char *summary;                /* one line, for the list of commands */
	const char *arguments;              /* "[FILE]", or "" */
	const char *exits;                  /* its exit statuses, in words */
	const OptionRule *options;
	size_t n_options;
	bool takes_file;  /* one argument without "--": Options.file */
	bool takes_words; /* any number of them: Options.words */
} Command;

/* Options that every command takes. */
extern const OptionRule common_options[];
extern const size_t n_common_options;

/* Reads the words behind the command's name; ERROR_USAGE with the nearest known option. */
int options_parse(const Command *command, int n_words, char **words, Options *options, Error *err);

/* The command's help text. */
const char *options_help(Pool *pool, const Command *command);

#endif
