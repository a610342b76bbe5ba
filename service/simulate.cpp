#include "service/simulate.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

#include "core/planning/delivery_file.h"
#include "platform/files.h"
#include "service/app_access.h"
#include "service/database.h"
#include "service/workers/intake.h"
#include "service/workers/rehearsal_text.h"
#include "service/workers/supposing.h"

namespace benchgate::service {
namespace {

/// A payload has at most 25 MB; within GitHub's answer it may be written with more blanks.
constexpr std::size_t most_bytes = 40u << 20;
constexpr std::size_t most_config_bytes = 1u << 20;

std::string read_input(const std::filesystem::path& file, std::size_t most) {
    if (file == "-") {
        std::string text;
        for (std::istreambuf_iterator<char> at(std::cin), end; at != end && text.size() <= most; ++at) text += *at;
        if (text.size() > most) throw std::invalid_argument("standard input: too large");
        return text;
    }
    auto text = platform::read_file(file, most);
    if (!text) throw std::invalid_argument(text.error().message);
    return std::move(*text);
}

planning::Permission permission_from(const std::string& word) {
    if (word == "admin") return planning::Permission::admin;
    if (word == "write") return planning::Permission::write;
    return word == "read" ? planning::Permission::read : planning::Permission::none;
}

store::InboxRow row_of(const planning::DeliveryFile& file) {
    store::InboxRow row;
    row.delivery.delivery_id = file.id.empty() ? "simulated" : file.id;
    row.delivery.event = file.event;
    row.delivery.body = json::dump(file.payload);
    return row;
}

workers::Rehearsed rehearse(const workers::Intake::Deed& deed, store::Pool* pool, const reports::Addresses& addresses) {
    const auto now = std::chrono::system_clock::now();
    const auto act = [&](store::Tx* tx) {
        workers::Rehearsal rehearsal(tx, addresses, now);
        deed(rehearsal);
        return std::move(rehearsal.result());
    };
    return pool ? pool->transaction([&](store::Tx& tx) { return act(&tx); }) : act(nullptr);
}

void print(const workers::RehearsalReport& report, const std::string& json_target) {
    if (json_target != "-") std::cout << workers::to_text(report);
    if (json_target.empty()) return;
    const auto document = json::dump(workers::to_json(report), 2) + "\n";
    if (json_target == "-") {
        std::cout << document;
    } else if (auto written = platform::write_file_atomically(json_target, document, 0644); !written) {
        throw std::runtime_error(written.error().message);
    }
}

}  // namespace

int simulate(const Settings& settings, const SimulateOptions& options) {
    const auto file = planning::read_delivery_file(read_input(options.file, most_bytes), options.event);
    if (!file) throw std::invalid_argument(fmt::format("{}: {}", options.file.string(), file.error()));
    const auto event = planning::read_event(file->event, file->payload);
    if (!event)
        throw std::invalid_argument(
            fmt::format("{}: as {}: {}", options.file.string(), file->event, event.error().message));
    workers::Suppositions given{std::nullopt, permission_from(options.permission)};
    if (!options.config.empty()) given.config = read_input(options.config, most_config_bytes);

    workers::RehearsalReport report;
    report.event_name = file->event;
    report.guessed = file->guessed;
    report.event = workers::describe(*event);
    const auto addresses = addresses_of(settings);
    const auto visit = visit_read_only(settings);
    if (!visit.pool) report.suppositions.push_back(visit.why + ": nothing is known of earlier runs");
    const platform::TempDir mirrors_folder("benchgate-simulate-");
    AppAccess github(settings, visit.pool.get(), AppAccess::Calls::reading);
    const bool ask = !options.offline && github.has_app();
    if (!ask)
        report.suppositions.emplace_back(options.offline ? "GitHub is not asked (--offline)"
                                                         : "GitHub is not asked, since no App is set up here");
    workers::Mirrors mirrors({mirrors_folder.path(), git_url_of(settings)}, github.tokens());
    workers::GithubAsking real(visit.pool.get(), github.rest(), mirrors, addresses);
    workers::Supposing asking(given, ask ? &real : nullptr, visit.pool.get(), addresses);
    workers::Intake intake(asking, addresses);
    const auto deed = intake.prepare(row_of(*file), {});
    report.rehearsed = rehearse(deed, visit.pool.get(), addresses);
    for (const auto& one : asking.told()) report.suppositions.push_back(one);
    print(report, options.json);
    return 0;
}

}  // namespace benchgate::service
