#include "tests/apps/process.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace twofold::tests {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

[[noreturn]] void execute(const std::vector<std::string>& arguments) {
    // What the shell that started the tests has us ignore, as for jobs in the background, would be inherited.
    for (const int signal : {SIGHUP, SIGINT, SIGPIPE, SIGTERM}) std::signal(signal, SIG_DFL);
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    execvp(pointers[0], pointers.data());
    _exit(127);
}

Ran collect(pid_t pid, double start) {
    Ran ran;
    int status = 0;
    rusage usage{};
    if (wait4(pid, &status, 0, &usage) != pid) throw std::runtime_error("the command got lost");
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ran.seconds = now() - start;
    ran.peak_bytes = usage.ru_maxrss * 1024;
    return ran;
}

// Reads what is there; closes the descriptor at its end.
void drain(pollfd* poller, std::string* text) {
    if ((poller->revents & (POLLIN | POLLHUP | POLLERR)) == 0) return;
    char block[4096];
    const ssize_t got = read(poller->fd, block, sizeof block);
    if (got > 0) {
        text->append(block, static_cast<std::size_t>(got));
    } else {
        close(poller->fd);
        poller->fd = -1;
    }
}

void feed(pollfd* poller, const std::string& input, std::size_t* sent) {
    if (poller->fd < 0 || poller->revents == 0) return;
    if (*sent < input.size()) {
        const ssize_t put = write(poller->fd, input.data() + *sent, std::min<std::size_t>(input.size() - *sent, 4096));
        if (put > 0) *sent += static_cast<std::size_t>(put);
        if (put > 0 && *sent < input.size()) return;
    }
    close(poller->fd);
    poller->fd = -1;
}

}  // namespace

Ran run_program(std::vector<std::string> arguments, const std::string& input) {
    int in[2], out[2], err[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
        throw std::runtime_error("no pipes");
    }
    std::signal(SIGPIPE, SIG_IGN);
    const double start = now();
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(err[1], 2);
        execute(arguments);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    std::string texts[2];
    std::size_t sent = 0;
    pollfd pollers[3] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}, {in[1], POLLOUT, 0}};
    while (pollers[0].fd >= 0 || pollers[1].fd >= 0) {
        poll(pollers, 3, -1);
        for (int i = 0; i < 2; ++i) {
            if (pollers[i].fd >= 0) drain(&pollers[i], &texts[i]);
        }
        feed(&pollers[2], input, &sent);
    }
    if (pollers[2].fd >= 0) close(pollers[2].fd);
    Ran ran = collect(pid, start);
    ran.out = texts[0];
    ran.err = texts[1];
    return ran;
}

Ran run(std::vector<std::string> arguments, const std::string& input) {
    arguments.insert(arguments.begin(), std::string(TWOFOLD_COMMAND));
    return run_program(std::move(arguments), input);
}

Running::Running(std::vector<std::string> arguments) : since_(now()) {
    arguments.insert(arguments.begin(), std::string(TWOFOLD_COMMAND));
    pid_ = fork();
    if (pid_ == 0) {
        const int nowhere = open("/dev/null", O_RDWR);
        for (int fd = 0; fd < 3; ++fd) dup2(nowhere, fd);
        execute(arguments);
    }
}

int Running::nice() const { return getpriority(PRIO_PROCESS, static_cast<id_t>(pid_)); }

void Running::send(int signal) const {
    since_ = now();
    kill(pid_, signal);
}

Ran Running::wait() const { return collect(pid_, since_); }

Ran run_on_terminal(std::vector<std::string> arguments, unsigned short columns) {
    arguments.insert(arguments.begin(), std::string(TWOFOLD_COMMAND));
    winsize size{};
    size.ws_col = columns;
    size.ws_row = 24;
    int terminal = -1;
    const double start = now();
    const pid_t pid = forkpty(&terminal, nullptr, nullptr, &size);
    if (pid == 0) {
        setenv("TERM", "xterm", 1);
        execute(arguments);
    }
    std::string text;
    char block[4096];
    for (ssize_t got = 0; (got = read(terminal, block, sizeof block)) > 0;) {
        text.append(block, static_cast<std::size_t>(got));
    }
    close(terminal);
    Ran ran = collect(pid, start);
    ran.out = text;
    return ran;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

bool exists(const std::string& path) { return std::filesystem::exists(path); }

}  // namespace twofold::tests
