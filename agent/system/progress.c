/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/progress.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/system/clock.h"

#define PATIENCE_MSEC 1000 /* what takes no longer is not worth a word */
#define AGAIN_MSEC    200
#define WIDTH_USUAL   80

static struct {
	pid_t watched; /* the process that somebody looks at; 0: nobody does */
	const Progress *now;
	int64_t began_msec; /* with the first thing that was waited for */
	int64_t shown_msec;
	bool is_shown;
} line;

static int64_t now_msec(void)
{
	return (int64_t)(clock_system.monotonic_usec(NULL) / 1000);
}

static bool is_watched(void)
{
	return line.watched != 0 && line.watched == getpid();
}

void progress_show(void)
{
	if (isatty(STDERR_FILENO))
		line.watched = getpid();
	line.began_msec = now_msec();
}

/* A text that wraps could not be taken away; what others wrote may hold anything. */
static void text_write(const char *text)
{
	char bytes[PROGRESS_SIZE + 32];
	struct winsize window = {0};
	int width = WIDTH_USUAL, len;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0)
		width = window.ws_col;
	len = snprintf(bytes, sizeof(bytes), "\r\033[K%.*s", width - 1, text);
	(void)!write(STDERR_FILENO, bytes, (size_t)len);
}

void progress_clear(void)
{
	if (line.is_shown && is_watched())
		text_write("");
	line.is_shown = false;
}

static void text_make(Progress *progress, const char *format, va_list arguments)
{
	(void)vsnprintf(progress->text, sizeof(progress->text), format, arguments);
	for (char *at = progress->text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
}

void progress_begin(Progress *progress, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_make(progress, format, arguments);
	va_end(arguments);
	progress->outer = line.now;
	line.now = progress;
}

void progress_change(Progress *progress, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_make(progress, format, arguments);
	va_end(arguments);
}

/* One that never began, on a way out, holds nothing. */
void progress_end(Progress *progress)
{
	if (line.now != progress)
		return;
	progress_clear();
	line.now = progress->outer;
}

int progress_piece(int64_t left_msec)
{
	const int64_t now = now_msec();

	if (left_msec > INT_MAX)
		left_msec = INT_MAX;
	if (!is_watched() || !line.now)
		return left_msec < 0 ? -1 : (int)left_msec;
	if (now - line.began_msec >= PATIENCE_MSEC && now - line.shown_msec >= AGAIN_MSEC) {
		line.shown_msec = now;
		line.is_shown = true;
		text_write(line.now->text);
	}
	return left_msec < 0 || left_msec > AGAIN_MSEC ? AGAIN_MSEC : (int)left_msec;
}
