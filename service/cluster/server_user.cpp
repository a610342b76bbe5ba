#include "service/cluster/server_user.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "service/cluster/private_cluster.h"

namespace benchgate::cluster {
namespace fs = std::filesystem;
namespace {

struct PasswordEntry {
    std::string name;
    uid_t uid;
    gid_t gid;
};

template <class Look>
std::optional<PasswordEntry> look_up(Look look) {
    std::vector<char> buffer(16 * 1024);
    passwd entry{};
    passwd* found = nullptr;
    if (look(&entry, buffer.data(), buffer.size(), &found) != 0 || !found) return std::nullopt;
    return PasswordEntry{entry.pw_name, entry.pw_uid, entry.pw_gid};
}

std::optional<PasswordEntry> by_id(uid_t uid) {
    return look_up([&](auto... rest) { return ::getpwuid_r(uid, rest...); });
}

std::vector<gid_t> groups_of(const PasswordEntry& entry) {
    int count = 64;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    if (::getgrouplist(entry.name.c_str(), entry.gid, groups.data(), &count) < 0) {
        groups.resize(static_cast<std::size_t>(count));
        ::getgrouplist(entry.name.c_str(), entry.gid, groups.data(), &count);
    }
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

/// Between fork and exec: only calls that are safe in a program with threads. Ends with exec or exit.
[[noreturn]] void become(char* const* arguments, const ServerUser& user, int log, pid_t parent) {
    ::setsid();
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    ::dup2(log, 1);
    ::dup2(log, 2);
    ::close_range(3, ~0U, 0);
    for (const int number : {SIGINT, SIGTERM, SIGQUIT, SIGPIPE, SIGCHLD, SIGHUP, SIGUSR1, SIGUSR2})
        ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (user.change && (::setgroups(user.groups.size(), user.groups.data()) != 0 || ::setgid(user.gid) != 0 ||
                        ::setuid(user.uid) != 0))
        ::_exit(126);
    // After the change of user, which clears it.
    ::prctl(PR_SET_PDEATHSIG, SIGINT);
    if (::getppid() != parent) ::_exit(125);
    // PostgreSQL complains when it may not enter the folder it was started in.
    if (::chdir("/") != 0) ::_exit(124);
    // Not ours: it holds the service's secrets, and the server's user may read it in /proc.
    char path[] = "PATH=/usr/bin:/bin";
    char* environment[] = {path, nullptr};
    ::execve(arguments[0], arguments, environment);
    ::_exit(127);
}

bool may_enter(const struct stat& folder, const ServerUser& user) {
    if (folder.st_uid == user.uid) return folder.st_mode & S_IXUSR;
    if (std::ranges::find(user.groups, folder.st_gid) != user.groups.end()) return folder.st_mode & S_IXGRP;
    return folder.st_mode & S_IXOTH;
}

}

ServerUser server_user(const std::string& run_as) {
    const uid_t self = ::geteuid();
    const auto entry =
        self != 0 ? by_id(self) : look_up([&](auto... rest) { return ::getpwnam_r(run_as.c_str(), rest...); });
    if (!entry && self != 0)
        throw ClusterError("user id " + std::to_string(self) +
                           " has no name, and PostgreSQL needs one: add the user to " +
                           "/etc/passwd, or set BENCHGATE_DATABASE_URL");
    if (!entry || entry->uid == 0)
        throw ClusterError("PostgreSQL does not run as root, and there is no other user " + run_as);
    return {.change = self == 0, .uid = entry->uid, .gid = entry->gid, .groups = groups_of(*entry)};
}

std::string current_user_name() {
    const auto entry = by_id(::geteuid());
    if (!entry) throw ClusterError("user id " + std::to_string(::geteuid()) + " has no name");
    return entry->name;
}

void hand_over(const fs::path& folder, const ServerUser& user) {
    if (user.change && ::chown(folder.c_str(), user.uid, user.gid) != 0)
        throw ClusterError("cannot give " + folder.string() + " to the server's user: " + std::strerror(errno));
}

void make_private_folder(const fs::path& folder, const ServerUser& user) {
    const bool made = ::mkdir(folder.c_str(), 0700) == 0;
    // By descriptor: between a look by name and a change by name somebody could put a link there.
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat found {};
    const bool own = fd >= 0 && (!made || !user.change || ::fchown(fd, user.uid, user.gid) == 0) &&
                     ::fstat(fd, &found) == 0 && found.st_uid == user.uid && ::fchmod(fd, 0700) == 0;
    if (fd >= 0) ::close(fd);
    if (!own)
        throw ClusterError("the folder " + folder.string() + " is not the server's own; remove it and start again");
}

void write_file(const fs::path& file, const std::string& text) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (!written) throw ClusterError("cannot write " + file.string() + ": " + std::strerror(error));
}

void check_reachable(const fs::path& directory, const ServerUser& user) {
    for (fs::path folder = fs::absolute(directory).parent_path(); folder.has_relative_path();
         folder = folder.parent_path()) {
        struct stat found {};
        if (::stat(folder.c_str(), &found) == 0 && !may_enter(found, user))
            throw ClusterError("PostgreSQL's user (id " + std::to_string(user.uid) + ") may not enter " +
                               folder.string() + ": choose another BENCHGATE_STATE_DIR, or do not run as root");
    }
}

pid_t spawn(const std::vector<std::string>& command, const ServerUser& user, const fs::path& log) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (output < 0) throw ClusterError("cannot open " + log.string() + ": " + std::strerror(errno));
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) become(arguments.data(), user, output, parent);
    const int error = errno;
    ::close(output);
    if (child < 0) throw ClusterError(std::string("cannot start a process: ") + std::strerror(error));
    return child;
}

int wait_exit(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return 128;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

}
