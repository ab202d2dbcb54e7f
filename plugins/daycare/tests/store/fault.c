/* Preloaded into a child: makes writes and syncs of the store's files fail, from the n-th on, so many times.
   FAULT_KIND: "sync" (EIO), "torn" (half is written, then EIO), "full" (ENOSPC). FAULT_FROM, FAULT_TIMES: numbers. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long count;

static int of_the_store(int fd) {
    char name[64], target[512];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, target, sizeof target - 1);
    if (length <= 0) return 0;
    target[length] = 0;
    return strstr(target, "/daycare.sqlite") != NULL;
}

static int fails(const char *kind, int fd) {
    const char *wanted = getenv("FAULT_KIND"), *from = getenv("FAULT_FROM"), *times = getenv("FAULT_TIMES");
    if (!wanted || !from || !times || strcmp(wanted, kind) || !of_the_store(fd)) return 0;
    long now = atomic_fetch_add(&count, 1) + 1, first = atol(from);
    return now >= first && now < first + atol(times);
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

int fsync(int fd) {
    REAL(int, "fsync", int);
    if (fails("sync", fd)) { errno = EIO; return -1; }
    return real(fd);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    if (fails("sync", fd)) { errno = EIO; return -1; }
    return real(fd);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (fails("full", fd)) { errno = ENOSPC; return -1; }
    if (fails("torn", fd)) { real(fd, bytes, length / 2); errno = EIO; return -1; }
    return real(fd, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    if (fails("full", fd)) { errno = ENOSPC; return -1; }
    if (fails("torn", fd)) { real(fd, bytes, length / 2, at); errno = EIO; return -1; }
    return real(fd, bytes, length, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    return pwrite64(fd, bytes, length, at);
}
