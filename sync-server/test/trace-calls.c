/*
 * Stands in for strace where there is none, or where a process may not be traced: preloaded (LD_PRELOAD), it writes the
 * calls flush-proof.test.ts looks at to the file TRACE_FILE names, in the form of `strace -f -y`. A line before the call
 * and one after it, so that the order of the lines is the order of what happened.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHOWN_BYTES 3000
#define LOG_FD 900

/* Room for one line, and for the escaped bytes in it: a line that lost its end would swallow the next one. */
#define ROOM (4 * SHOWN_BYTES + 16384)
#define TEXT_ROOM (ROOM - 8192)
/* One for each thread, and not on its stack: some have a small one. */
#define BUFFER(name) \
	static __thread char *name; \
	if (!name && !(name = malloc(ROOM))) abort()

static int log_fd = -1;

static void say(const char *line, int length)
{
	if (length >= ROOM) abort();
	/* Past our own wrappers; the file is appended to, so lines of several threads stay whole. */
	if (log_fd >= 0) (void)!syscall(SYS_write, log_fd, line, (size_t)length);
}

__attribute__((constructor)) static void begin(void)
{
	const char *file = getenv("TRACE_FILE");
	if (!file) return;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) return;
	log_fd = (int)syscall(SYS_dup3, fd, LOG_FD, O_CLOEXEC);
	syscall(SYS_close, fd);
}

static size_t escape(char *to, size_t room, const char *from, size_t length)
{
	size_t at = 0;
	size_t shown = length < SHOWN_BYTES ? length : SHOWN_BYTES;
	for (size_t i = 0; i < shown && at + 8 < room; i++) {
		unsigned char c = (unsigned char)from[i];
		if (c == '"' || c == '\\') {
			to[at++] = '\\';
			to[at++] = (char)c;
		} else if (c >= 32 && c < 127) to[at++] = (char)c;
		else at += (size_t)snprintf(to + at, room - at, "\\x%02x", c);
	}
	to[at] = 0;
	return at;
}

static void place_of(int fd, char *to, size_t room)
{
	char link[64];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, link, to, room - 1);
	to[n > 0 ? n : 0] = 0;
}

/* Says that a call begins; `about` is what stands between its parentheses. */
static void say_begin(const char *name, const char *about)
{
	BUFFER(line);
	int n = snprintf(line, ROOM, "%ld %s(%s <unfinished ...>\n", syscall(SYS_gettid), name, about);
	say(line, n);
}

static void say_end(const char *name, const char *about, long result)
{
	BUFFER(line);
	int n = snprintf(line, ROOM, "%ld <... %s resumed>%s) = %ld\n", syscall(SYS_gettid), name, about, result);
	say(line, n);
}

static void say_fd(const char *name, int fd, const char *more)
{
	BUFFER(about);
	char place[4096];
	place_of(fd, place, sizeof place);
	snprintf(about, ROOM, "%d<%s>%s", fd, place, more);
	say_begin(name, about);
}

static void say_bytes(const char *name, int fd, const char *bytes, size_t length, const char *last)
{
	BUFFER(text);
	BUFFER(more);
	escape(text, TEXT_ROOM, bytes, length);
	snprintf(more, ROOM, ", \"%s\", %zu%s", text, length, last);
	say_fd(name, fd, more);
}

static void say_pieces(const char *name, int fd, const struct iovec *pieces, int count, const char *last)
{
	BUFFER(text);
	BUFFER(more);
	size_t at = 0;
	for (int i = 0; i < count && at + 128 < TEXT_ROOM; i++) {
		size_t room = TEXT_ROOM - at;
		size_t most = room / 5;
		size_t length = pieces[i].iov_len < most ? pieces[i].iov_len : most;
		at += escape(text + at, room, pieces[i].iov_base, length);
	}
	snprintf(more, ROOM, ", [\"%s\"], %d%s", text, count, last);
	say_fd(name, fd, more);
}

#define REAL(type, name, ...) \
	static type (*real)(__VA_ARGS__); \
	if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static void say_open(const char *file, int flags)
{
	char about[5000];
	snprintf(about, sizeof about, "AT_FDCWD, \"%s\", %s%s", file, (flags & O_ACCMODE) == O_RDONLY ? "O_RDONLY" : "O_RDWR",
	         (flags & O_DSYNC) == O_DSYNC ? "|O_DSYNC" : "");
	say_begin("openat", about);
}

#define OPEN(name) \
	int name(const char *file, int flags, ...) \
	{ \
		REAL(int, #name, const char *, int, ...); \
		mode_t mode = 0; \
		if (flags & (O_CREAT | O_TMPFILE)) { \
			va_list more; \
			va_start(more, flags); \
			mode = va_arg(more, mode_t); \
			va_end(more); \
		} \
		say_open(file, flags); \
		int result = real(file, flags, mode); \
		say_end("openat", "", result); \
		return result; \
	}
OPEN(open)
OPEN(open64)

int close(int fd)
{
	REAL(int, "close", int);
	if (fd == LOG_FD && log_fd == LOG_FD) return 0;
	say_fd("close", fd, "");
	int result = real(fd);
	say_end("close", "", result);
	return result;
}

ssize_t read(int fd, void *to, size_t room)
{
	REAL(ssize_t, "read", int, void *, size_t);
	BUFFER(text);
	BUFFER(about);
	say_fd("read", fd, ", ");
	ssize_t result = real(fd, to, room);
	escape(text, TEXT_ROOM, to, result > 0 ? (size_t)result : 0);
	snprintf(about, ROOM, "\"%s\", %zu", text, room);
	say_end("read", about, result);
	return result;
}

ssize_t write(int fd, const void *bytes, size_t length)
{
	REAL(ssize_t, "write", int, const void *, size_t);
	say_bytes("write", fd, bytes, length, "");
	ssize_t result = real(fd, bytes, length);
	say_end("write", "", result);
	return result;
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
	REAL(ssize_t, "writev", int, const struct iovec *, int);
	say_pieces("writev", fd, pieces, count, "");
	ssize_t result = real(fd, pieces, count);
	say_end("writev", "", result);
	return result;
}

#define PWRITE(name) \
	ssize_t name(int fd, const void *bytes, size_t length, off_t at) \
	{ \
		REAL(ssize_t, #name, int, const void *, size_t, off_t); \
		char last[32]; \
		snprintf(last, sizeof last, ", %lld", (long long)at); \
		say_bytes("pwrite64", fd, bytes, length, last); \
		ssize_t result = real(fd, bytes, length, at); \
		say_end("pwrite64", "", result); \
		return result; \
	}
PWRITE(pwrite)
PWRITE(pwrite64)

#define PWRITEV(name) \
	ssize_t name(int fd, const struct iovec *pieces, int count, off_t at) \
	{ \
		REAL(ssize_t, #name, int, const struct iovec *, int, off_t); \
		char last[32]; \
		snprintf(last, sizeof last, ", %lld", (long long)at); \
		say_pieces("pwritev", fd, pieces, count, last); \
		ssize_t result = real(fd, pieces, count, at); \
		say_end("pwritev", "", result); \
		return result; \
	}
PWRITEV(pwritev)
PWRITEV(pwritev64)

#define SYNC(name) \
	int name(int fd) \
	{ \
		REAL(int, #name, int); \
		say_fd(#name, fd, ""); \
		int result = real(fd); \
		say_end(#name, "", result); \
		return result; \
	}
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to)
{
	REAL(int, "rename", const char *, const char *);
	char about[9000];
	snprintf(about, sizeof about, "\"%s\", \"%s\"", from, to);
	say_begin("rename", about);
	int result = real(from, to);
	say_end("rename", "", result);
	return result;
}

int mkdir(const char *directory, mode_t mode)
{
	REAL(int, "mkdir", const char *, mode_t);
	char about[5000];
	snprintf(about, sizeof about, "\"%s\", 0%o", directory, mode);
	say_begin("mkdir", about);
	int result = real(directory, mode);
	say_end("mkdir", "", result);
	return result;
}
