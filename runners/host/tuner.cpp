#include "runners/host/tuner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runners/host/tune_processes.h"

namespace benchgate::host {
namespace {

namespace fs = std::filesystem;

std::string boot_of(const fs::path& root) {
    auto id = read_knob(root, "proc/sys/kernel/random/boot_id").value_or("");
    while (!id.empty() && std::isspace(static_cast<unsigned char>(id.back()))) id.pop_back();
    return id;
}

/// One write(2), as the kernel's files want it.
bool write_knob(const fs::path& root, const fs::path& path, const std::string& bytes) {
    const platform::Fd fd(::open((root / path).c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    return fd && ::write(fd.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
}

/// A value may come back other than it was written: a list of CPUs in another way of writing, a frequency rounded.
bool stands(const fs::path& path, const std::string& value, const std::string& bytes) {
    return value_of(path, value) == value_of(path, bytes);
}

class Tuning {
  public:
    Tuning(const TuneOptions& options, const TuneFiles& files, TuneJournal journal)
        : options_(options), files_(files), journal_(std::move(journal)) {}

    /// The error: the journal cannot be written any more.
    tl::expected<void, std::string> run() {
        for (const auto& knob : knobs_of(options_))
            if (auto turned = turn(knob); !turned) return turned;
        if (options_.root != "/") return {};
        for (const auto& balancer : balancers())
            if (auto paused = pause(balancer); !paused) return paused;
        if (!options_.swap_off) return {};
        for (const auto& swap : swaps())
            if (auto off = swap_off(swap); !off) return off;
        return {};
    }

    std::vector<TuneStep> steps;
    std::vector<TuneEntry> entries;
    tl::expected<void, std::string> finish() { return journal_.finish(); }
    TuneJournal take_journal() && { return std::move(journal_); }

  private:
    std::string wanted(const Knob& knob) const {
        if (!knob.wanted.empty()) return knob.wanted;
        return value_of(knob.wanted_from, read_knob(options_.root, knob.wanted_from).value_or(""));
    }

    tl::expected<void, std::string> journaled(const TuneEntry& entry) {
        auto added = journal_.add(entry);
        if (added) entries.push_back(entry);
        if (added) files_.at_each_moment();
        return added;
    }

    tl::expected<void, std::string> turn(const Knob& knob) {
        const std::string name = "/" + knob.path.generic_string();
        const auto old = read_knob(options_.root, knob.path);
        const auto set = wanted(knob);
        if (!old || set.empty()) {
            steps.push_back({TuneOutcome::absent, name, "", ""});
            return {};
        }
        const auto value = value_of(knob.path, *old);
        if (value == value_of(knob.path, set) || std::ranges::find(knob.also, value) != knob.also.end()) {
            steps.push_back({TuneOutcome::already, name, value, value});
            return {};
        }
        if (auto kept = journaled({.path = knob.path.generic_string(), .old = *old, .set = set}); !kept) return kept;
        const bool is_written = write_knob(options_.root, knob.path, set);
        files_.at_each_moment();
        const auto now = read_knob(options_.root, knob.path).value_or("");
        const bool is_set = is_written && stands(knob.path, set, now);
        // What the kernel made of it must be known for the way back.
        if (is_written && !is_set && !stands(knob.path, *old, now))
            if (auto kept = journaled({.path = knob.path.generic_string(), .old = *old, .set = now}); !kept)
                return kept;
        steps.push_back({is_set ? TuneOutcome::set : TuneOutcome::refused, name, value, value_of(knob.path, now)});
        return {};
    }

    tl::expected<void, std::string> pause(const TuneEntry& process) {
        if (auto kept = journaled(process); !kept) return kept;
        const bool done = pause_process(process);
        files_.at_each_moment();
        steps.push_back({done ? TuneOutcome::set : TuneOutcome::refused,
                         fmt::format("irqbalance (process {})", process.process), "running",
                         done ? "paused" : "running"});
        return {};
    }

    tl::expected<void, std::string> swap_off(const TuneEntry& swap) {
        if (auto kept = journaled(swap); !kept) return kept;
        const bool done = take_swap_off(swap);
        files_.at_each_moment();
        steps.push_back(
            {done ? TuneOutcome::set : TuneOutcome::refused, "swap on " + swap.swap, "on", done ? "off" : "on"});
        return {};
    }

    const TuneOptions& options_;
    const TuneFiles& files_;
    TuneJournal journal_;
};

/// What tuning has made of a file, as far as it came to know it.
struct Ours {
    std::vector<std::string> values;
    bool is_whatever_stands = false;  ///< it was killed before it looked what the kernel made of its value
};

TuneStep put_back(const fs::path& root, const TuneEntry& entry, const Ours& ours) {
    const std::string name = "/" + entry.path;
    if (!is_knob(entry.path)) return {TuneOutcome::left, name, "", "not a file that tuning sets"};
    const auto now = read_knob(root, entry.path);
    if (!now) return {TuneOutcome::absent, name, "", ""};
    const auto seen = value_of(entry.path, *now), old = value_of(entry.path, entry.old);
    if (seen == old && *now == entry.old) return {TuneOutcome::restored, name, seen, old};
    const bool is_ours =
        ours.is_whatever_stands || seen == old ||
        std::ranges::any_of(ours.values, [&](const auto& set) { return stands(entry.path, set, *now); });
    if (!is_ours) return {TuneOutcome::left, name, old, seen};
    // The kernel takes one word back, not the list that it shows.
    const bool lists = entry.old.find('[') != std::string::npos;
    const bool done = (seen == old && lists) || write_knob(root, entry.path, lists ? old : entry.old);
    const auto after = value_of(entry.path, read_knob(root, entry.path).value_or(""));
    return {done && after == old ? TuneOutcome::restored : TuneOutcome::refused, name, seen, after};
}

platform::Fd hold_latency(const TuneOptions& options, std::vector<TuneStep>& steps) {
    constexpr const char* path = "dev/cpu_dma_latency";
    platform::Fd fd(::open((options.root / path).c_str(), O_WRONLY | O_CLOEXEC));
    struct stat status {};
    const std::int32_t none = 0;
    // A device: the value counts as long as it is open, so that there is nothing to put back.
    const bool is_device = fd && ::fstat(fd.get(), &status) == 0 && S_ISCHR(status.st_mode);
    const bool done = is_device && ::write(fd.get(), &none, sizeof none) == sizeof none;
    const auto outcome = !is_device ? TuneOutcome::absent : done ? TuneOutcome::set : TuneOutcome::refused;
    steps.push_back({outcome, std::string("/") + path, is_device ? "free" : "", is_device ? "0 us, while tuned" : ""});
    if (!done) fd.reset();
    return fd;
}

}  // namespace

std::string_view to_string(TuneOutcome outcome) {
    switch (outcome) {
        case TuneOutcome::set:
            return "set";
        case TuneOutcome::already:
            return "already";
        case TuneOutcome::absent:
            return "absent";
        case TuneOutcome::refused:
            return "refused";
        case TuneOutcome::restored:
            return "restored";
        case TuneOutcome::left:
            return "left";
    }
    return "";
}

std::string steps_text(const std::vector<TuneStep>& steps) {
    std::string text;
    for (const auto& [outcome, what, was, now] : steps) {
        std::string values = was == now ? now : fmt::format("{} -> {}", was, now);
        if (outcome == TuneOutcome::refused) values = fmt::format("the kernel keeps {}", now);
        if (outcome == TuneOutcome::left && !was.empty())
            values = fmt::format("{}: changed by somebody else meanwhile; before the tuning it was {}", now, was);
        auto line = fmt::format("{:<9} {} {}", to_string(outcome), what, values);
        while (line.ends_with(' ')) line.pop_back();
        text += line + "\n";
    }
    return text;
}

tl::expected<TunedHost, std::string> TunedHost::tune(const TuneOptions& options, const TuneFiles& files) {
    TunedHost host;
    host.file_ = files.journal;
    host.boot_ = boot_of(options.root);
    auto journal = TuneJournal::create(host.file_, host.boot_);
    if (!journal) return tl::unexpected(journal.error());
    std::string problem;
    {
        Tuning tuning(options, files, std::move(*journal));
        auto done = tuning.run();
        if (done) done = tuning.finish();
        if (!done) problem = done.error();
        host.steps_ = std::move(tuning.steps);
        host.entries_ = std::move(tuning.entries);
        if (problem.empty()) host.journal_ = std::move(tuning).take_journal();
    }
    if (problem.empty()) {
        host.latency_ = hold_latency(options, host.steps_);
        return host;
    }
    const auto back = restore_host(options.root, files);
    const bool is_back = back && *back && (*back)->is_complete;
    return tl::unexpected(problem + (is_back ? "; everything was put back" : ""));
}

tl::expected<void, std::string> TunedHost::let_go() && {
    journal_.reset();
    latency_.reset();
    std::error_code error;
    if (fs::exists(fs::symlink_status(file_, error))) return {};
    fs::create_directories(file_.parent_path(), error);
    auto journal = TuneJournal::create(file_, boot_);
    if (!journal) return tl::unexpected(journal.error());
    for (const auto& entry : entries_)
        if (auto added = journal->add(entry); !added) return added;
    return journal->finish();
}

tl::expected<std::optional<Restored>, std::string> restore_host(const fs::path& root, const TuneFiles& files) {
    // Held to the end: another one that puts back by the same journal would remove the next one's.
    const auto record = TuneJournal::read(files.journal);
    if (!record) return tl::unexpected(record.error());
    if (!*record) return std::optional<Restored>();
    Restored restored;
    auto entries = (*record)->entries;
    if (const auto boot = boot_of(root); (*record)->boot != boot && !entries.empty()) {
        restored.note = "the host was restarted since: nothing to put back";
        entries.clear();
    }
    std::vector<std::string> done;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        if (!entry->path.empty()) {
            if (std::ranges::find(done, entry->path) != done.end()) continue;  // what the kernel made of it: told above
            done.push_back(entry->path);
            Ours ours{{}, entry == entries.rbegin() && !(*record)->is_finished};
            for (const auto& one : entries)
                if (one.path == entry->path) ours.values.push_back(one.set);
            restored.steps.push_back(put_back(root, *entry, ours));
        } else if (root == "/") {
            restored.steps.push_back(entry->process > 0 ? let_go_on(*entry) : put_swap_on(*entry));
        }
        files.at_each_moment();
        restored.is_complete &= restored.steps.empty() || restored.steps.back().outcome != TuneOutcome::refused;
    }
    if (!restored.is_complete) return std::optional(std::move(restored));
    if (auto removed = TuneJournal::remove(files.journal); !removed) return tl::unexpected(removed.error());
    return std::optional(std::move(restored));
}

}  // namespace benchgate::host
