#pragma once
// Owns a list of facts in the making, and the ways to look below a root where anything may be absent. Private to this
// room: one file of facts_*.cpp a topic fills it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/host.h"
#include "runners/host/facts.h"

namespace benchgate::host {

/// One way to be wrong, and what a person can do about it.
struct Expected {
    std::string wanted;
    std::string fix;
    model::FactStatus otherwise = model::FactStatus::warn;  ///< measuring still works
};

class FactList {
  public:
    explicit FactList(const FactOptions& options) : options_(options) {}
    const FactOptions& options() const { return options_; }
    /// CPUs that trials run on: the plan's, or all that are online.
    std::vector<int> bench() const;

    /// Trimmed, at most a megabyte; absent where the file is, or cannot be read.
    std::optional<std::string> text(const std::filesystem::path& path) const;
    std::optional<double> number(const std::filesystem::path& path) const;
    /// Names in a directory, sorted, at most 100,000.
    std::vector<std::string> names(const std::filesystem::path& path) const;
    /// Of "key: value" or "key value" lines.
    std::optional<std::string> field(const std::filesystem::path& path, std::string_view key) const;

    /// What is so, and could not be better or worse.
    void say(std::string id, const std::optional<std::string>& observed);
    /// `observed` absent: unknown.
    void expect(std::string id, const std::optional<std::string>& observed, bool good, const Expected& expected);
    /// A file with one word that should be `expected.wanted`.
    void expect_word(const std::string& id, const std::filesystem::path& path, const Expected& expected);
    std::vector<model::HostFact> take();

  private:
    const FactOptions& options_;
    std::vector<model::HostFact> facts_;
};

std::string trimmed(std::string text);

void add_cpu_facts(FactList& facts);
void add_frequency_facts(FactList& facts);
void add_memory_facts(FactList& facts);
void add_kernel_facts(FactList& facts);
void add_isolation_facts(FactList& facts);
void add_load_facts(FactList& facts);
void add_interrupt_facts(FactList& facts);
void add_disk_facts(FactList& facts);

}  // namespace benchgate::host
