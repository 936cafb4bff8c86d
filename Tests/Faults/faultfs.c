/* A disk that fails and a clock that jumps when asked: preloaded (LD_PRELOAD) into the gateway, it
 * stands between the program and the C library's calls. For tests alone; never part of a build.
 *
 *   FAULT_MATCH   the part of a path that is concerned, such as "-wal"; empty: every regular file
 *   FAULT_CALLS   which calls: any of write, sync, truncate, rename, open, in one string
 *   FAULT_ERRNO   the error they give; 0: a sync that says it was done and was not;
 *                 -N: the call waits N milliseconds and is then done
 *   FAULT_AFTER   how many such calls go well before
 *   FAULT_TIMES   how many then fail; 0: all
 *   FAULT_SWITCH  a file: calls fail only while it is there
 *   FAULT_NOTES   a file that gets a line for each call that failed
 *   FAULT_CLOCK   a file with the seconds by which the wall clock is off, read at every look; the
 *                 monotonic clocks are left alone, as a jump of a real clock leaves them
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static long number(const char *name) {
  const char *text = getenv(name);
  return text ? atol(text) : 0;
}

static void note(const char *call, const char *path) {
  const char *file = getenv("FAULT_NOTES");
  if (!file) return;
  static int (*real_open)(const char *, int, ...);
  static ssize_t (*real_write)(int, const void *, size_t);
  if (!real_open) real_open = next("open");
  if (!real_write) real_write = next("write");
  int descriptor = real_open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return;
  char line[5000];
  int length = snprintf(line, sizeof line, "%s %s\n", call, path);
  if (length > 0 && real_write(descriptor, line, (size_t)length) < 0) { /* told nowhere */ }
  close(descriptor);
}

/* The error that this call is to give; 0 when it is to go on; -1 when it is to be left out. */
static int fault_at(const char *call, const char *path) {
  const char *concerned = getenv("FAULT_CALLS");
  if (!concerned || !strstr(concerned, call)) return 0;
  const char *match = getenv("FAULT_MATCH");
  if (match && *match && !strstr(path, match)) return 0;
  const char *notes = getenv("FAULT_NOTES");
  if (notes && strcmp(path, notes) == 0) return 0;
  const char *lever = getenv("FAULT_SWITCH");
  if (lever && access(lever, F_OK) != 0) return 0;
  long count = atomic_fetch_add(&calls, 1);
  long after = number("FAULT_AFTER"), times = number("FAULT_TIMES");
  if (count < after || (times > 0 && count >= after + times)) return 0;
  note(call, path);
  long error = number("FAULT_ERRNO");
  if (error < 0) {
    struct timespec pause = {-error / 1000, (-error % 1000) * 1000000L};
    nanosleep(&pause, NULL);
    return 0;
  }
  return error == 0 ? -1 : (int)error;
}

static int fault(const char *call, int descriptor) {
  if (!getenv("FAULT_CALLS")) return 0;
  int kept = errno;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  struct stat status;
  int is_file = length > 0 && fstat(descriptor, &status) == 0 &&
                (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
  errno = kept;
  if (!is_file) return 0;
  path[length] = 0;
  int found = fault_at(call, path);
  errno = kept;
  return found;
}

#define GUARDED(call, descriptor, result)        \
  int found = fault(call, descriptor);           \
  if (found > 0) { errno = found; return -1; }   \
  if (found < 0) return result;

ssize_t write(int d, const void *b, size_t n) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = next("write");
  GUARDED("write", d, (ssize_t)n)
  return real(d, b, n);
}

ssize_t pwrite(int d, const void *b, size_t n, off_t o) {
  static ssize_t (*real)(int, const void *, size_t, off_t);
  if (!real) real = next("pwrite");
  GUARDED("write", d, (ssize_t)n)
  return real(d, b, n, o);
}

ssize_t pwrite64(int d, const void *b, size_t n, off64_t o) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) real = next("pwrite64");
  GUARDED("write", d, (ssize_t)n)
  return real(d, b, n, o);
}

int fsync(int d) {
  static int (*real)(int);
  if (!real) real = next("fsync");
  GUARDED("sync", d, 0)
  return real(d);
}

int fdatasync(int d) {
  static int (*real)(int);
  if (!real) real = next("fdatasync");
  GUARDED("sync", d, 0)
  return real(d);
}

int ftruncate(int d, off_t n) {
  static int (*real)(int, off_t);
  if (!real) real = next("ftruncate");
  GUARDED("truncate", d, 0)
  return real(d, n);
}

int ftruncate64(int d, off64_t n) {
  static int (*real)(int, off64_t);
  if (!real) real = next("ftruncate64");
  GUARDED("truncate", d, 0)
  return real(d, n);
}

int rename(const char *from, const char *to) {
  static int (*real)(const char *, const char *);
  if (!real) real = next("rename");
  int found = getenv("FAULT_CALLS") ? fault_at("rename", to) : 0;
  if (found > 0) { errno = found; return -1; }
  return real(from, to);
}

static int opened(const char *name, const char *path, int flags, mode_t mode) {
  int (*real)(const char *, int, ...) = next(name);
  int kept = errno;
  int found = getenv("FAULT_CALLS") ? fault_at("open", path) : 0;
  errno = kept;
  if (found > 0) { errno = found; return -1; }
  return real(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return opened("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return opened("open64", path, flags, mode);
}

static long clock_offset(void) {
  const char *file = getenv("FAULT_CLOCK");
  if (!file) return 0;
  int kept = errno;
  static int (*real_open)(const char *, int, ...);
  if (!real_open) real_open = next("open");
  char text[32] = "";
  int descriptor = real_open(file, O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0) {
    if (read(descriptor, text, sizeof text - 1) < 0) text[0] = 0;
    close(descriptor);
  }
  errno = kept;
  return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = next("clock_gettime");
  int result = real(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    time->tv_sec += clock_offset();
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  static int (*real)(struct timeval *, void *);
  if (!real) real = next("gettimeofday");
  int result = real(time, zone);
  if (result == 0 && time) time->tv_sec += clock_offset();
  return result;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}
