// Owns what a program writes about itself on standard error: format, level, and what must never stand there. Every
// line passes redaction (tokens, keys) and has its control characters escaped, so that no event's text can forge a
// line or steer a terminal. After set_up_log, use spdlog::info(...) and its siblings directly. Does not own the logs
// of jobs: those are the captured output of a process (process.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace benchgate::platform {

enum class LogFormat { text, json_lines };

struct LogOptions {
    LogFormat format = LogFormat::text;
    std::string level = "info";  ///< trace, debug, info, warn, error, critical, off
    std::string program{};       ///< stands in each JSON line
};

/// Makes the default logger of spdlog. Throws std::invalid_argument for a level that does not exist.
void set_up_log(const LogOptions& options);

/// The same logger, writing to a file descriptor of the caller's choice: for tests.
void set_up_log_to(const LogOptions& options, int fd);

/// Replaces what looks like a secret by "[redacted]": GitHub tokens (ghp_, gho_, ghu_, ghs_, ghr_, github_pat_),
/// benchgate's own (bgr_, bgj_, bga_), signed tokens (a JWT), what follows Bearer, Basic, Authorization: or
/// x-access-token:, user:password@ in an address, PEM private keys.
std::string redact(std::string_view text);

/// Control characters, DEL and the C1 range become \n, \t, \x1b, ...; bytes that are not UTF-8 become \xNN.
std::string escape_control(std::string_view text);

/// One object a line: {"time", "level", "program", "message"}; the text is escaped, not redacted.
std::string json_log_line(std::string_view time, std::string_view level, std::string_view program,
                          std::string_view message);

}
