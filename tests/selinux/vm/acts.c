/* SPDX-License-Identifier: Apache-2.0 */
/* acts ACT...: does what syncward must never do and says for each act whether it went through:
 * "shadow: done" or "shadow: Permission denied". With the daemon's label and started by systemd
 * from a unit without sandbox it runs as root with every capability: what is denied then, SELinux
 * denied. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Slapd's type, root's folder: nothing but SELinux refuses. */
#define PLAYGROUND "/etc/openldap/playground"

/* Each returns 0 or an errno. */

static int opened(const char *path, int flags)
{
	const int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int read_shadow(void)
{
	return opened("/etc/shadow", O_RDONLY);
}

static int read_slapd(void)
{
	return opened(PLAYGROUND "/there.ldif", O_RDONLY);
}

static int write_slapd(void)
{
	return opened(PLAYGROUND "/new.ldif", O_WRONLY | O_CREAT | O_TRUNC);
}

static int write_peers(void)
{
	return opened("/etc/syncward/peers.json", O_WRONLY);
}

static int write_password(void)
{
	return opened("/etc/syncward/secrets/replicator", O_WRONLY);
}

static int write_temporary(void)
{
	return opened("/tmp/acts", O_WRONLY | O_CREAT);
}

static int sock(int type, unsigned short port, int (*use)(int, const struct sockaddr *, socklen_t))
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons(port),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	const int result = fd < 0 || use(fd, (const struct sockaddr *)&address, sizeof(address)) < 0
				   ? errno
				   : 0;

	close(fd);
	return result;
}

static int connect_ssh(void)
{
	return sock(SOCK_STREAM, 22, connect);
}

static int bind_port(void)
{
	return sock(SOCK_STREAM, 3890, bind);
}

static int run_shell(void)
{
	char *const arguments[] = {"/etc/syncward/shell", "-c", "exit 0", NULL};
	int status = 0;
	pid_t child;
	const int result = posix_spawn(&child, arguments[0], NULL, NULL, arguments, NULL);

	if (result != 0)
		return result;
	waitpid(child, &status, 0);
	return status == 0 ? 0 : EACCES;
}

static int use_capability(void)
{
	return sethostname("node1", 5) < 0 ? errno : 0;
}

static int change_owner(void)
{
	return chown("/run/syncward", 55, 0) < 0 || chown("/run/syncward", 0, 0) < 0 ? errno : 0;
}

/* Of the same user: no capability is asked for. systemd does not mind. */
static int signal_systemd(void)
{
	return kill(1, SIGCONT) < 0 ? errno : 0;
}

/* So that connecting to port 22 can succeed. */
static int listen_ssh(void)
{
	const int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons(22),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 8) < 0)
		return errno;
	for (;;)
		close(accept(fd, NULL, NULL));
}

static int say_domain(void)
{
	char text[256] = "";
	const int fd = open("/proc/self/attr/current", O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return errno;
	printf("context: %s\n", text);
	return 0;
}

static const struct {
	const char *name;
	int (*act)(void);
} acts[] = {
	{"shadow", read_shadow},      {"slapd-read", read_slapd},
	{"slapd-write", write_slapd}, {"peers", write_peers},
	{"password", write_password}, {"temporary", write_temporary},
	{"ssh", connect_ssh},         {"bind", bind_port},
	{"shell", run_shell},         {"capability", use_capability},
	{"owner", change_owner},      {"signal", signal_systemd},
	{"listen", listen_ssh},       {"domain", say_domain},
};

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		for (size_t k = 0; k < sizeof(acts) / sizeof(acts[0]); k++)
			if (strcmp(argv[i], acts[k].name) == 0) {
				const int result = acts[k].act();

				printf("%s: %s\n", argv[i], result ? strerror(result) : "done");
				fflush(stdout);
			}
	return 0;
}
