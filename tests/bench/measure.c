/* bench_measure FILE COMMAND...: runs the command and writes "seconds KiB" into the file: how long it took by a clock that
 * nobody sets, and the most memory it held at once. Exits as the command does.
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char** argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: bench_measure FILE COMMAND...\n");
        return 2;
    }
    const double started = now_s();
    const pid_t child = fork();
    if (child < 0) {
        perror("error: fork");
        return 1;
    }
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    int status;
    struct rusage used;
    if (wait4(child, &status, 0, &used) != child) {
        perror("error: wait4");
        return 1;
    }
    FILE* const out = fopen(argv[1], "w");
    if (!out || fprintf(out, "%.3f %ld\n", now_s() - started, used.ru_maxrss) < 0 || fclose(out) != 0) {
        perror(argv[1]);
        return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
