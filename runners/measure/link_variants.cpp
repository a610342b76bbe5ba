#include "runners/measure/link_variants.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>

#include "platform/files.h"
#include "runners/measure/full_disk.h"
#include "runners/measure/schedule.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes longest_tree_copy{10};
constexpr std::uint64_t most_tree_entries = 2'000'000;

JobFailure fault_of_host(std::string reason) {
    return {model::JobPhase::build, std::nullopt, std::move(reason), true, false};
}

fs::path source_of(const Sides& sides, model::Side side) {
    return sides.of(side).string() + ".source";
}

/// As the user that jobs run as, so that nothing which a job has written is opened by us.
tl::expected<void, JobFailure> copy_tree(sandbox::Sandbox& sandbox, const fs::path& from, const fs::path& to,
                                         const sandbox::Limits& limits, std::stop_token stop) {
    std::error_code code;
    fs::create_directory(to, code);
    if (code) return tl::unexpected(fault_of_host(fmt::format("{}: {}", to.string(), code.message())));
    if (const auto prepared = sandbox.prepare(to); !prepared)
        return tl::unexpected(fault_of_host("sandbox: " + prepared.error().message));
    sandbox::Command command;
    command.argv = {"/bin/cp", "-a", "--reflink=auto", from.string() + "/.", "."};
    command.job_directory = to;
    command.read_only = {from};
    command.limits = limits;
    command.limits.wall = longest_tree_copy;
    const auto copied = sandbox.run(command, std::move(stop));
    if (!copied) return tl::unexpected(fault_of_host("sandbox: " + copied.error().message));
    if (copied->stopped)
        return tl::unexpected(JobFailure{model::JobPhase::build, std::nullopt, "cancelled", false, true});
    if (copied->ok()) return {};
    auto words = copied->err.text();
    if (words.size() > 200) words.resize(200);
    return tl::unexpected(
        blame_full_disk({model::JobPhase::build, std::nullopt,
                         fmt::format("the checkout cannot be copied: cp {}: {}", copied->describe(), words),
                         copied->host_was_short, false},
                        to));
}

}  // namespace

tl::expected<LinkOrder, JobFailure> make_linkers(sandbox::Sandbox& sandbox, const fs::path& directory) {
    auto made = LinkOrder::create(directory);
    if (!made) return tl::unexpected(fault_of_host("the linkers: " + made.error()));
    if (const auto prepared = sandbox.prepare(made->directory()); !prepared)
        return tl::unexpected(fault_of_host("sandbox: " + prepared.error().message));
    return std::move(*made);
}

tl::expected<void, JobFailure> LinkVariants::keep_source(model::Side side, std::stop_token stop) {
    if (!are_asked_for()) return {};
    return copy_tree(sandbox_, input_.sides.of(side), source_of(input_.sides, side), input_.limits, std::move(stop));
}

tl::expected<int, JobFailure> LinkVariants::room() {
    std::uint64_t both = 0;
    for (const auto side : {model::Side::base, model::Side::head}) {
        const auto size = platform::tree_size(input_.sides.of(side), most_tree_entries);
        // One that its build has closed to us is no fault of the host, and may be as large as one that has no end.
        both += !size || size->cut || size->closed ? input_.limits.disk_bytes : size->bytes;
    }
    struct statvfs status {};
    if (::statvfs(input_.sides.base.c_str(), &status) != 0) return input_.orders;
    // Half of what is free stays free: results, logs and mirrors need room as well.
    const auto free = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize / 2;
    int orders = input_.orders;
    // One more of each side than that, for the fresh ones of a confirmation.
    while (orders > 1 && static_cast<std::uint64_t>(orders) * both > free) orders /= 2;
    return orders;
}

tl::expected<void, JobFailure> LinkVariants::link_both(int order, std::stop_token stop) {
    const auto begin = clock_.steady();
    for (const auto side : {model::Side::base, model::Side::head}) {
        BuildRequest request{side, input_.sides.of(side, order), input_.suite, input_.limits};
        request.link_order = input_.linkers;
        request.link_seed = link_seed(input_.seed, side, order);
        request.cpus = input_.cpus;
        request.compilers = input_.compilers->of(side);
        if (auto copied = copy_tree(sandbox_, source_of(input_.sides, side), request.directory, input_.limits, stop);
            !copied)
            return copied;
        log_(fmt::format("[{}] linked in another order, {}:\n", model::to_string(side), order));
        if (auto built = build(sandbox_, request, log_, stop); !built) return built;
        links_[int(side)] += LinkOrder::take_count(request.directory);
        input_.compilers->count(side);
    }
    one_order_ = std::max<std::chrono::nanoseconds>(one_order_, clock_.steady() - begin);
    return {};
}

void LinkVariants::remove(int order) {
    for (const auto side : {model::Side::base, model::Side::head})
        if (order > 0) static_cast<void>(platform::remove_tree(input_.sides.of(side, order)));
}

std::string LinkVariants::words() const {
    return fmt::format(
        "{} orders a side, {}{}; {} links of base and {} of head were shuffled", orders_,
        input_.first_is_shuffled ? "all shuffled" : fmt::format("the build's own and {} shuffled", orders_ - 1),
        fresh_ > 0 ? fmt::format(", and {} fresh ones to confirm", fresh_) : "", links_[0], links_[1]);
}

tl::expected<int, JobFailure> LinkVariants::link(std::stop_token stop) {
    const int asked = input_.orders;
    fact_ = {"build.link_order", model::FactStatus::unknown, "", fmt::format("{} orders a side", asked), ""};
    if (!are_asked_for()) {
        fact_.observed = "one order: nothing is built";
        return 1;
    }
    const auto fits = room();
    if (!fits) return fits;
    if (*fits == 1) {
        fact_.status = model::FactStatus::warn;
        fact_.observed = "one order: the disk has no room for another";
        fact_.fix = "make room under the work directory";
        return 1;
    }
    for (int order = 1; order < *fits; ++order) {
        if (auto linked = link_both(order, stop); !linked) return tl::unexpected(linked.error());
        if (links_[0] > 0 || links_[1] > 0) continue;
        remove(order);
        fact_.observed = "one order: this build linked nothing that could be shuffled";
        fact_.fix = "let gcc or clang link several object files";
        return 1;
    }
    orders_ = *fits;
    const bool is_less = orders_ < asked;
    fact_.status = is_less ? model::FactStatus::warn : model::FactStatus::ok;
    fact_.observed = words() + (is_less ? "; the disk has no room for more" : "");
    if (is_less) fact_.fix = "make room under the work directory";
    return orders_;
}

tl::expected<bool, JobFailure> LinkVariants::link_anew(std::chrono::steady_clock::time_point deadline,
                                                       std::stop_token stop) {
    if (clock_.steady() + orders_ * one_order_ > deadline) return false;
    for (int order = 1; order < orders_; ++order) remove(order);
    for (int order = orders_; order < 2 * orders_; ++order)
        if (auto linked = link_both(order, stop); !linked) return tl::unexpected(linked.error());
    fresh_ = orders_;
    fact_.observed = words();
    return true;
}

}  // namespace benchgate::measure
