#pragma once
// Whom the server runs as, what that user may enter, and how a program is started as that user. Internal to the room.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace benchgate::cluster {

/// A user to become; `change` is false where the process stays who it is.
struct ServerUser {
    bool change = false;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
};

/// As root: `run_as`, since PostgreSQL refuses root. Others: themselves. Throws ClusterError when there is no such
/// user, or the own one has no name (initdb needs one).
ServerUser server_user(const std::string& run_as);

/// What PostgreSQL's peer authentication calls the user of this process.
std::string current_user_name();

/// Gives a folder to the server's user. Follows a link: only for a folder whose parent is not the server's.
void hand_over(const std::filesystem::path& folder, const ServerUser& user);

/// Makes a folder that only this user may enter, in a place that others may write to; refuses a link and one of
/// somebody else.
void make_private_folder(const std::filesystem::path& folder, const ServerUser& user);

/// Writes a file in a folder of the server's: as root, a link put there must not be followed. Throws ClusterError.
void write_file(const std::filesystem::path& file, const std::string& text);

/// Throws ClusterError naming the folder above `directory` that the user may not enter.
void check_reachable(const std::filesystem::path& directory, const ServerUser& user);

/// Starts command[0] in a session of its own, with nothing open but the log as output and nothing of our environment.
/// It gets SIGINT when the calling thread ends. Throws ClusterError; a program that cannot be executed exits with 127.
pid_t spawn(const std::vector<std::string>& command, const ServerUser& user, const std::filesystem::path& log);

/// Waits for the end: the exit status, or 128 for a signal.
int wait_exit(pid_t child);

}
