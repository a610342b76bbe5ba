#pragma once
// Owns what passes between a trial and its supervisor inside the sandbox (inside.h): the script that it is started
// with, and the events that it prints, one JSON document a line. Whatever comes out of a sandbox is hostile: events
// are read with bounds, and one that cannot be read is an error of the trial.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/load.h"

namespace benchgate::load {

struct ScriptStage {
    std::string name;
    std::chrono::milliseconds length{0};
    std::vector<std::string> lines;  ///< shell lines that run at a time; {port} is replaced
};

struct Script {
    model::ServiceUnderTest service;
    std::vector<int> service_cpus, generator_cpus;  ///< empty: any
    std::vector<ScriptStage> stages;
    std::vector<model::Fault> faults;
};

/// As words of a command line, none longer than Linux passes one; read_script takes them put together again. None:
/// longer than most_script_bytes.
std::vector<std::string> to_words(const Script& script);
tl::expected<Script, std::string> read_script(std::string_view text);

/// A script is no longer than this, and an event's line no longer than that.
inline constexpr std::size_t most_script_bytes = 1 << 20;
inline constexpr std::size_t most_event_bytes = 24 << 20;

enum class EventKind {
    started,      ///< before anything else: faults outside of the sandbox are to be tried now
    begin,        ///< a fault begins
    end,          ///< a fault ends
    recovered,    ///< the service answers again after a fault
    unsupported,  ///< a fault cannot be done here
    call,         ///< one call of a tool is over
    failed,       ///< the trial is over, and why
    done          ///< the trial is over
};

struct Event {
    EventKind kind = EventKind::done;
    int index = 0;  ///< of the stage, or of the fault
    int call = 0;   ///< within the stage
    int exit_code = 0;
    double seconds = 0;             ///< wall time of a call, or until the service had recovered
    double cpu_seconds = 0;         ///< of a call's whole tree
    std::string out, err;           ///< of a call; of a failure: what the service said last
    std::string words;              ///< why it failed or is unsupported
    bool is_services_fault = true;  ///< failed: false where this host lacks something
};

std::string to_line(const Event& event);
tl::expected<Event, std::string> read_event(std::string_view line);

}  // namespace benchgate::load
