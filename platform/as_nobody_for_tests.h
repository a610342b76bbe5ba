#pragma once
// For tests of what permissions forbid: root passes everywhere.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

namespace benchgate::platform {

inline constexpr unsigned nobody = 65534;

/// What `action` returns in a process of its own, which is nobody's where this one is root's; -1: it could not become
/// so, or has died. A test gives nobody the folders first.
inline int status_as_nobody(const std::function<int()>& action) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (::geteuid() == 0 && (::setresgid(nobody, nobody, nobody) != 0 || ::setresuid(nobody, nobody, nobody) != 0))
            ::abort();
        ::_exit(action());
    }
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace benchgate::platform
