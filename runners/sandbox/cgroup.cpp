#include "runners/sandbox/cgroup.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/files.h"
#include "platform/ids.h"

namespace benchgate::sandbox {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_bytes = 1 << 20;
constexpr const char* leaf_name = "benchgate-self";

std::string read_text(const fs::path& file) {
    return platform::read_file(file, most_bytes).value_or("");
}

bool write_text(const fs::path& file, std::string_view text) {
    const platform::Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
    return parts;
}

bool has(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

std::vector<std::string> controllers(const fs::path& group) {
    std::string text = read_text(group / "cgroup.controllers");
    std::replace(text.begin(), text.end(), '\n', ' ');
    return split(text, ' ');
}

/// The value behind a key in "key value" lines.
std::optional<double> keyed(const fs::path& file, std::string_view key) {
    std::istringstream lines(read_text(file));
    std::string name;
    double value = 0;
    while (lines >> name >> value)
        if (name == key) return value;
    return std::nullopt;
}

std::optional<double> number(const fs::path& file) {
    std::istringstream text(read_text(file));
    double value = 0;
    return text >> value ? std::optional(value) : std::nullopt;
}

/// "8:0 Read 4096" lines of one file; none without a device's line: newer kernels count only where a limit is set, and
/// then show a total of 0 whatever was read.
std::optional<std::pair<double, double>> read_and_write(const fs::path& file) {
    bool counts = false;
    double read = 0, written = 0;
    for (const auto& line : split(read_text(file), '\n')) {
        const auto words = split(line, ' ');
        if (words.size() != 3) continue;
        counts = true;
        const double value = std::strtod(words[2].c_str(), nullptr);
        if (words[1] == "Read") read += value;
        if (words[1] == "Write") written += value;
    }
    return counts ? std::optional(std::pair(read, written)) : std::nullopt;
}

/// Where our own group of one hierarchy is mounted; `controller` empty: version 2.
std::optional<fs::path> own_group(const fs::path& root, const std::string& controller) {
    std::string own;
    for (const auto& line : split(read_text(root / "proc/self/cgroup"), '\n')) {
        const auto first = line.find(':'), second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string names = line.substr(first + 1, second - first - 1);
        if (controller.empty() ? names.empty() : has(split(names, ','), controller)) own = line.substr(second + 1);
    }
    if (own.empty()) return std::nullopt;
    for (const auto& line : split(read_text(root / "proc/self/mountinfo"), '\n')) {
        const auto fields = split(line, ' ');
        const auto dash = std::find(fields.begin(), fields.end(), "-");
        if (fields.size() < 6 || fields.end() - dash < 4) continue;
        if (dash[1] != (controller.empty() ? "cgroup2" : "cgroup")) continue;
        if (!controller.empty() && !has(split(dash[3], ','), controller)) continue;
        std::string below = own;
        if (fields[3] != "/" && below.starts_with(fields[3])) below.erase(0, fields[3].size());
        return root / fs::path(fields[4]).relative_path() / fs::path(below).relative_path();
    }
    return std::nullopt;
}

/// A place where a group can be made and removed.
bool usable(const fs::path& place, std::vector<std::string>* controllers_inside = nullptr) {
    const fs::path probe = place / ("benchgate-probe-" + platform::random_uuid());
    if (::mkdir(probe.c_str(), 0755) != 0) return false;
    if (controllers_inside != nullptr) *controllers_inside = controllers(probe);
    return ::rmdir(probe.c_str()) == 0;
}

/// Groups that a runner made and did not live to remove. Those in use cannot be removed, and a fresh one may be about
/// to be used.
void remove_stale(const fs::path& place) {
    constexpr time_t fresh_s = 60;
    constexpr int most = 10'000;
    std::error_code error;
    int seen = 0;
    for (fs::directory_iterator at(place, error), end; !error && at != end && seen < most;
         at.increment(error), ++seen) {
        const auto name = at->path().filename().string();
        struct stat status {};
        if (!name.starts_with("benchgate-") || name == leaf_name || ::lstat(at->path().c_str(), &status) != 0 ||
            !S_ISDIR(status.st_mode) || ::time(nullptr) - status.st_mtime < fresh_s)
            continue;
        ::rmdir(at->path().c_str());
    }
}

/// Version 2 lets a group with processes of its own give no controllers to its children. Where this process is alone
/// in a group that was delegated to it, it moves into a leaf, which frees the group.
void enable_controllers(const fs::path& place) {
    const auto available = controllers(place);
    std::string wanted;
    for (const char* name : {"cpu", "memory", "pids", "io"})
        if (has(available, name)) wanted += (wanted.empty() ? "+" : " +") + std::string(name);
    if (wanted.empty() || write_text(place / "cgroup.subtree_control", wanted)) return;
    if (read_text(place / "cgroup.procs") != std::to_string(::getpid()) + "\n") return;
    const fs::path leaf = place / leaf_name;
    if (::mkdir(leaf.c_str(), 0755) != 0 && errno != EEXIST) return;
    if (write_text(leaf / "cgroup.procs", "0")) write_text(place / "cgroup.subtree_control", wanted);
}

}

CgroupPlaces find_cgroups(const CgroupSource& source) {
    CgroupPlaces places;
    std::vector<std::string> inside;
    if (auto place = own_group(source.root, ""); place && usable(*place, &inside)) {
        if (!has(inside, "memory") || !has(inside, "pids") || !has(inside, "io")) {
            enable_controllers(*place);
            // After a move into a leaf the groups stand beside it, in the place found before.
            if (!usable(*place, &inside)) inside.clear();
        }
        places.unified = place;
        places.unified_memory = has(inside, "memory");
        places.unified_pids = has(inside, "pids");
        places.unified_io = has(inside, "io");
    }
    const auto version1 = [&](const std::string& controller) -> std::optional<fs::path> {
        const auto place = own_group(source.root, controller);
        return place && usable(*place) ? place : std::nullopt;
    };
    if (!places.unified_memory) places.memory_v1 = version1("memory");
    if (!places.unified_pids) places.pids_v1 = version1("pids");
    if (!places.unified) places.cpuacct_v1 = version1("cpuacct");
    // Joining a group takes time in every trial: not for one that counts nothing.
    if (!places.unified_io)
        if (auto place = version1("blkio"); place && read_and_write(*place / "blkio.throttle.io_service_bytes"))
            places.blkio_v1 = std::move(place);
    for (const auto* place :
         {&places.unified, &places.memory_v1, &places.pids_v1, &places.cpuacct_v1, &places.blkio_v1})
        if (*place) remove_stale(**place);
    if (!places.can_limit_memory())
        places.notes.push_back("no limit on memory: no memory control group can be written");
    if (!places.can_limit_processes())
        places.notes.push_back("no control group counts processes: a limit of the user, not of the tree, holds");
    if (!places.unified && !places.cpuacct_v1)
        places.notes.push_back("no control group counts CPU time of a whole tree");
    return places;
}

tl::expected<RunCgroup, std::string> RunCgroup::make(const CgroupPlaces& places, const std::string& name,
                                                     const CgroupLimits& limits) {
    RunCgroup group;
    const auto add = [&](const std::optional<fs::path>& place, std::optional<fs::path>& made) {
        if (!place) return true;
        const fs::path path = *place / name;
        if (::mkdir(path.c_str(), 0755) != 0) return false;
        made = path;
        return true;
    };
    if (!add(places.unified, group.unified_) || !add(places.memory_v1, group.memory_v1_) ||
        !add(places.pids_v1, group.pids_v1_) || !add(places.cpuacct_v1, group.cpuacct_v1_) ||
        (limits.count_io && !add(places.blkio_v1, group.blkio_v1_)))
        return tl::unexpected("cannot make a control group: " + std::string(std::strerror(errno)));
    group.unified_memory_ = places.unified_memory;
    group.unified_pids_ = places.unified_pids;
    group.unified_io_ = places.unified_io && limits.count_io;

    bool limited = true;
    const std::string memory = std::to_string(limits.memory_bytes), processes = std::to_string(limits.processes);
    if (limits.memory_bytes > 0 && places.unified_memory) {
        limited = write_text(*group.unified_ / "memory.max", memory);
        // Absent without swap accounting; then memory.max alone holds.
        write_text(*group.unified_ / "memory.swap.max", "0");
        write_text(*group.unified_ / "memory.oom.group", "1");
    } else if (limits.memory_bytes > 0 && group.memory_v1_) {
        limited = write_text(*group.memory_v1_ / "memory.limit_in_bytes", memory);
        write_text(*group.memory_v1_ / "memory.memsw.limit_in_bytes", memory);
    }
    if (limits.processes > 0 && places.unified_pids)
        limited = write_text(*group.unified_ / "pids.max", processes) && limited;
    else if (limits.processes > 0 && group.pids_v1_)
        limited = write_text(*group.pids_v1_ / "pids.max", processes) && limited;
    if (!limited)
        return tl::unexpected("cannot set the limits of a control group: " + std::string(std::strerror(errno)));
    return group;
}

RunCgroup::RunCgroup(RunCgroup&& other) noexcept
    : unified_(std::exchange(other.unified_, std::nullopt)),
      memory_v1_(std::exchange(other.memory_v1_, std::nullopt)),
      pids_v1_(std::exchange(other.pids_v1_, std::nullopt)),
      cpuacct_v1_(std::exchange(other.cpuacct_v1_, std::nullopt)),
      blkio_v1_(std::exchange(other.blkio_v1_, std::nullopt)),
      unified_memory_(other.unified_memory_),
      unified_pids_(other.unified_pids_),
      unified_io_(other.unified_io_),
      most_memory_seen_(other.most_memory_seen_) {}

namespace {

std::vector<pid_t> members(const std::optional<fs::path>& group) {
    std::vector<pid_t> list;
    if (!group) return list;
    std::istringstream text(read_text(*group / "cgroup.procs"));
    for (pid_t pid = 0; text >> pid;)
        if (pid > 1) list.push_back(pid);
    return list;
}

/// The kernel keeps a group busy for a moment after its last process was waited for.
void remove_group(const std::optional<fs::path>& group) {
    if (!group) return;
    for (int i = 0; i < 500 && ::rmdir(group->c_str()) != 0 && errno == EBUSY; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}

RunCgroup::~RunCgroup() {
    kill_all();
    for (const auto* group : groups()) remove_group(*group);
}

std::vector<std::string> RunCgroup::join_files() const {
    std::vector<std::string> files;
    for (const auto* group : groups())
        if (*group) files.push_back((**group / "cgroup.procs").string());
    return files;
}

bool RunCgroup::empty() const {
    for (const auto* group : groups())
        if (!members(*group).empty()) return false;
    return true;
}

std::vector<pid_t> RunCgroup::processes() const {
    for (const auto* group : groups())
        if (*group) return members(*group);  // all groups of a run hold the same processes
    return {};
}

void RunCgroup::signal_all(int signal) {
    for (const pid_t pid : processes()) ::kill(pid, signal);
}

std::optional<std::pair<fs::path, std::string_view>> RunCgroup::memory_now() const {
    if (unified_memory_) return std::pair(*unified_ / "memory.current", std::string_view("cgroup2"));
    if (memory_v1_) return std::pair(*memory_v1_ / "memory.usage_in_bytes", std::string_view("cgroup1"));
    return std::nullopt;
}

void RunCgroup::note_memory() {
    std::error_code code;
    if (!unified_memory_ || fs::exists(*unified_ / "memory.peak", code)) return;
    most_memory_seen_ = std::max(most_memory_seen_, number(*unified_ / "memory.current").value_or(0));
}

void RunCgroup::kill_all() {
    for (int i = 0; i < 1000 && !empty(); ++i) {
        // Version 1, and kernels before 5.14, know no cgroup.kill.
        if (!unified_ || !write_text(*unified_ / "cgroup.kill", "1")) signal_all(SIGKILL);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

namespace {

/// "8:0 rbytes=1 wbytes=2 rios=3 wios=4 ...", a line a device; no line: no device was used.
void read_io_v2(const fs::path& file, CgroupReading& reading) {
    const auto text = platform::read_file(file, most_bytes);
    if (!text) return;
    double sums[4] = {};
    constexpr std::string_view keys[4] = {"rbytes=", "wbytes=", "rios=", "wios="};
    for (const auto& line : split(*text, '\n'))
        for (const auto& word : split(line, ' '))
            for (int i = 0; i < 4; ++i)
                if (word.starts_with(keys[i])) sums[i] += std::strtod(word.c_str() + keys[i].size(), nullptr);
    reading.read_bytes = sums[0];
    reading.written_bytes = sums[1];
    reading.read_operations = sums[2];
    reading.write_operations = sums[3];
    reading.io_source = "cgroup2";
}

void read_io_v1(const fs::path& group, CgroupReading& reading) {
    if (const auto bytes = read_and_write(group / "blkio.throttle.io_service_bytes")) {
        reading.read_bytes = bytes->first;
        reading.written_bytes = bytes->second;
        reading.io_source = "cgroup1";
    }
    if (const auto operations = read_and_write(group / "blkio.throttle.io_serviced")) {
        reading.read_operations = operations->first;
        reading.write_operations = operations->second;
        reading.io_source = "cgroup1";
    }
}

/// "some avg10=0.00 avg60=0.00 avg300=0.00 total=12345", then a line for "full".
std::optional<double> pressure_total(const fs::path& file) {
    constexpr std::string_view key = "total=";
    const auto text = read_text(file);
    const auto at = text.find(key);
    if (!text.starts_with("some") || at == std::string::npos) return std::nullopt;
    return std::strtod(text.c_str() + at + key.size(), nullptr);
}

/// Of version 1 some kernels count no failed charge where memory and swap have one limit (6.18): then the peak tells
/// it.
bool has_met_limit_v1(const fs::path& group, const std::optional<double>& peak) {
    for (const char* name : {"memory.failcnt", "memory.memsw.failcnt"})
        if (number(group / name).value_or(0) > 0) return true;
    constexpr double nearly = 0.95;  // pages are charged in batches
    const auto limit = number(group / "memory.limit_in_bytes");
    return peak && limit && *peak >= nearly * *limit;
}

/// Whoever has taken more is no bystander: code cannot lay its own hunger on the host. Of a limit that is none (version
/// 1 writes it as a number that no memory reaches) everything is below half.
bool is_below_half(double peak, const std::optional<double>& limit) {
    constexpr double no_limit = 1e18;
    return limit && *limit < no_limit && 2 * peak < *limit;
}

}

CgroupReading RunCgroup::read() const {
    CgroupReading reading;
    constexpr double micro = 1e-6, nano = 1e-9;
    if (unified_) {
        const auto file = *unified_ / "cpu.stat";
        const auto scaled = [&](std::string_view key) {
            const auto value = keyed(file, key);
            return value ? std::optional(*value * micro) : std::nullopt;
        };
        reading.cpu_seconds = scaled("usage_usec");
        reading.user_seconds = scaled("user_usec");
        reading.system_seconds = scaled("system_usec");
        if (reading.cpu_seconds) reading.cpu_source = "cgroup2";
    }
    if (!reading.cpu_seconds && cpuacct_v1_) {
        const double tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
        if (const auto used = number(*cpuacct_v1_ / "cpuacct.usage")) reading.cpu_seconds = *used * nano;
        if (const auto user = keyed(*cpuacct_v1_ / "cpuacct.stat", "user")) reading.user_seconds = *user * tick;
        if (const auto system = keyed(*cpuacct_v1_ / "cpuacct.stat", "system")) reading.system_seconds = *system * tick;
        if (reading.cpu_seconds) reading.cpu_source = "cgroup1";
    }
    if (unified_memory_) {
        reading.peak_memory_bytes = number(*unified_ / "memory.peak");
        reading.memory_source = "cgroup2";
        const auto events = *unified_ / "memory.events";
        // Who stays below its own limit waits for the host's sake.
        if (keyed(events, "max").value_or(0) > 0)
            reading.memory_wait_seconds = pressure_total(*unified_ / "memory.pressure").value_or(0) * micro;
        reading.oom_killed = keyed(events, "oom_kill").value_or(0) > 0;
        reading.met_own_limit = keyed(events, "oom").value_or(0) > 0;
        reading.host_was_short =
            reading.oom_killed && !reading.met_own_limit &&
            is_below_half(reading.peak_memory_bytes.value_or(most_memory_seen_), number(*unified_ / "memory.max"));
    } else if (memory_v1_) {
        reading.peak_memory_bytes = number(*memory_v1_ / "memory.max_usage_in_bytes");
        reading.memory_source = "cgroup1";
        reading.oom_killed = keyed(*memory_v1_ / "memory.oom_control", "oom_kill").value_or(0) > 0;
        reading.met_own_limit = has_met_limit_v1(*memory_v1_, reading.peak_memory_bytes);
        reading.host_was_short =
            reading.oom_killed && !reading.met_own_limit && reading.peak_memory_bytes &&
            is_below_half(*reading.peak_memory_bytes, number(*memory_v1_ / "memory.limit_in_bytes"));
    }
    if (unified_io_)
        read_io_v2(*unified_ / "io.stat", reading);
    else if (blkio_v1_)
        read_io_v1(*blkio_v1_, reading);
    const auto& pids = unified_pids_ ? unified_ : pids_v1_;
    reading.process_limit_hit = pids && keyed(*pids / "pids.events", "max").value_or(0) > 0;
    return reading;
}

}
