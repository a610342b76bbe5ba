#include "runners/sandbox/memory_watch.h"

#include <charconv>
#include <condition_variable>
#include <mutex>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "platform/files.h"

namespace benchgate::sandbox {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds average_every{10};
constexpr std::size_t most_processes = 4'096;
constexpr std::size_t most_proc_bytes = 1 << 16;

std::optional<double> pss_of(pid_t process, const fs::path& proc) {
    const auto text = platform::read_file(proc / std::to_string(process) / "smaps_rollup", most_proc_bytes);
    if (!text) return std::nullopt;
    const auto at = text->find("\nPss:");
    if (at == std::string::npos) return std::nullopt;
    return 1024 * std::strtod(text->c_str() + at + 5, nullptr);
}

void add_children(pid_t process, const fs::path& proc, std::vector<pid_t>& tree) {
    std::error_code ended;
    for (fs::directory_iterator task(proc / std::to_string(process) / "task", ended), end; !ended && task != end;
         task.increment(ended)) {
        std::istringstream children(platform::read_file(task->path() / "children", most_proc_bytes).value_or(""));
        for (pid_t child = 0; children >> child && tree.size() < most_processes;) tree.push_back(child);
    }
}

/// The number in a file that is kept open: one system call a look.
std::optional<double> number_in(int fd) {
    char text[32];
    const ssize_t count = ::pread(fd, text, sizeof text, 0);
    std::uint64_t value = 0;
    if (count <= 0 || std::from_chars(text, text + count, value).ec != std::errc{}) return std::nullopt;
    return static_cast<double>(value);
}

}

std::optional<double> proportional_bytes(const std::vector<pid_t>& processes, const fs::path& proc) {
    std::optional<double> sum;
    for (const pid_t process : processes)
        if (const auto bytes = pss_of(process, proc)) sum = sum.value_or(0) + *bytes;
    return sum;
}

std::vector<pid_t> tree_of(pid_t process, const fs::path& proc) {
    std::vector<pid_t> tree{process};
    for (std::size_t next = 0; next < tree.size() && tree.size() < most_processes; ++next)
        add_children(tree[next], proc, tree);
    return tree;
}

struct MemoryWatch::State {
    Look look;
    std::chrono::milliseconds every;
    std::mutex mutex;
    std::condition_variable_any wake;
    std::vector<MemorySample> samples;
    std::jthread thread;

    void run(const std::stop_token& stop) {
        const auto start = std::chrono::steady_clock::now();
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            const auto at = std::chrono::steady_clock::now();
            if (const auto bytes = look())
                samples.push_back({std::chrono::duration<double>(at - start).count(), *bytes});
            if (samples.size() > most_memory_samples) {
                std::size_t kept = 0;
                for (std::size_t i = 0; i < samples.size(); i += 2) samples[kept++] = samples[i];
                samples.resize(kept);
                every *= 2;
            }
            wake.wait_until(lock, stop, at + every, [] { return false; });
        }
    }
};

MemoryWatch::MemoryWatch(Look look, std::chrono::milliseconds every) : state_(std::make_unique<State>()) {
    state_->look = std::move(look);
    state_->every = every;
    state_->thread = std::jthread([state = state_.get()](const std::stop_token& stop) { state->run(stop); });
}

MemoryWatch::~MemoryWatch() = default;

std::vector<MemorySample> MemoryWatch::stop() {
    state_->thread.request_stop();
    if (state_->thread.joinable()) state_->thread.join();
    return std::move(state_->samples);
}

MemoryWatches::MemoryWatches(const Command& command, const RunCgroup& group, pid_t root)
    : wants_average_(command.figures.contains(Figure::average_memory)) {
    if (const auto now = group.memory_now(); wants_average_ && now) {
        const auto fd = std::make_shared<platform::Fd>(::open(now->first.c_str(), O_RDONLY | O_CLOEXEC));
        average_source_ = now->second;
        if (*fd) average_ = std::make_unique<MemoryWatch>([fd] { return number_in(fd->get()); }, average_every);
    }
    if (command.memory_every.count() > 0)
        growth_ = std::make_unique<MemoryWatch>(
            [&group, root] {
                auto processes = group.processes();
                if (processes.empty()) processes = tree_of(root, "/proc");
                return proportional_bytes(processes, "/proc");
            },
            command.memory_every);
}

void MemoryWatches::add_to(Result& result) {
    if (growth_) result.memory = growth_->stop();
    if (!wants_average_) return;
    if (!average_) {
        result.missing[Figure::average_memory] = "no control group counts memory here";
        return;
    }
    const auto samples = average_->stop();
    if (samples.size() < least_memory_looks) {
        result.missing[Figure::average_memory] =
            fmt::format("the command ended after {} looks at its memory, and an average takes {}", samples.size(),
                        least_memory_looks);
        return;
    }
    double sum = 0;
    for (const auto& sample : samples) sum += sample.bytes;
    result.figures[Figure::average_memory] = {sum / static_cast<double>(samples.size()), average_source_};
}

}
