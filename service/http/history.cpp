#include "service/http/history.h"

#include "core/history/changes.h"
#include "core/json/json.h"
#include "core/reporting/page.h"
#include "service/http/addressed.h"
#include "service/http/admin.h"
#include "service/reports/history_report.h"
#include "service/store/changes.h"
#include "service/store/history.h"

namespace benchgate::http {
namespace {

constexpr std::size_t longest_who = 100, longest_note = 500;

using Render = std::function<std::optional<std::string>(store::Tx&, const store::RepositoryRow&, const Request&)>;

void send_history(const History& history, const Request& request, Response& response, const Render& render) {
    auto html = history.pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
        const auto repository = repository_in(tx, request);
        return repository ? render(tx, *repository, request) : std::nullopt;
    });
    if (!html) {
        response.status = 404;
        html = reporting::render_message("Not found", "This service knows no such history.");
    }
    response.set_header("Cache-Control", "no-cache");
    response.set_content(*html, "text/html; charset=utf-8");
}

void send_history_json(const History& history, const Request& request, Response& response, const Render& render) {
    const auto document = history.pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
        const auto repository = repository_in(tx, request);
        return repository ? render(tx, *repository, request) : std::nullopt;
    });
    if (!document) return answer_error(response, 404, "not_found", "No such repository, or no such series.");
    response.set_content(*document, "application/json");
}

/// What somebody says of a change.
struct Word {
    std::optional<history::Handling> handling;
    bool measure = false;  ///< an undecided change is measured once more
    std::string by;
    std::string note;
};

tl::expected<Word, std::string> read_word(const std::string& body) {
    const auto document = json::parse(body);
    if (!document || !document->is_object()) return tl::unexpected(std::string("The body is no JSON object."));
    for (const auto& [key, value] : document->items())
        if (key != "handling" && key != "measure" && key != "by" && key != "note")
            return tl::unexpected(std::string("Unknown key; known are handling, measure, by, note."));
    Word word;
    word.by = json::text(*document, "by").value_or("");
    word.note = json::text(*document, "note").value_or("");
    if (word.by.empty() || word.by.size() > longest_who || word.note.size() > longest_note)
        return tl::unexpected(std::string("\"by\" says who, in 1 to 100 bytes; \"note\" has at most 500."));
    if (document->contains("handling")) {
        word.handling = history::handling_from(json::text(*document, "handling").value_or(""));
        if (!word.handling)
            return tl::unexpected(std::string("\"handling\" is one of open, acknowledged, fixed, reverted, expected."));
    }
    word.measure = document->contains("measure") && document->at("measure") == json::Json(true);
    if (word.measure == word.handling.has_value())
        return tl::unexpected(std::string("Either \"handling\" or \"measure\": true."));
    return word;
}

/// Empty: done.
std::string take_word(store::Tx& tx, const Word& word, store::ChangeRow& change, store::Time now) {
    std::string_view what = "measure";
    if (word.measure) {
        if (change.state != history::ChangeState::undecided) return "Only an undecided change is measured once more.";
        change.state = history::ChangeState::found;
        change.reason.clear();
    } else {
        change.handling = *word.handling;
        change.handled_by = word.by;
        change.handled_at = now;
        change.note = word.note;
        what = to_string(*word.handling);
    }
    change.updated_at = now;
    store::update_change(tx, change);
    store::add_change_event(tx, change, {now, word.by, std::string(what), word.note});
    return "";
}

void handle_change(const History& history, const Request& request, Response& response) {
    if (!is_admin(request, history.admin_token_hash))
        return answer_error(response, 401, "unauthorised", "The admin token is needed.");
    const auto word = read_word(request.body);
    if (!word) return answer_error(response, 422, "invalid", word.error());
    bool known = false;
    const auto problem = history.pool.transaction([&](store::Tx& tx) -> std::string {
        const auto repository = repository_in(tx, request);
        auto change =
            repository ? store::lock_change(tx, repository->repository_id, request.matches[3].str()) : std::nullopt;
        known = change.has_value();
        return known ? take_word(tx, *word, *change, history.now()) : "";
    });
    if (!known) return answer_error(response, 404, "not_found", "No such change.");
    if (!problem.empty()) return answer_error(response, 409, "conflict", problem);
    response.set_content("{\"accepted\":true}\n", "application/json");
}

/// Every stored bundle of a push to the default branch is read once more.
void rebuild(const History& history, const Request& request, Response& response) {
    if (!is_admin(request, history.admin_token_hash))
        return answer_error(response, 401, "unauthorised", "The admin token is needed.");
    const auto jobs = history.pool.transaction([&](store::Tx& tx) -> std::optional<std::int64_t> {
        const auto repository = repository_in(tx, request);
        if (!repository) return std::nullopt;
        return store::rebuild_history(tx, repository->repository_id, history.now());
    });
    if (!jobs) return answer_error(response, 404, "not_found", "No such repository.");
    response.set_content(json::dump(json::Json{{"jobs", *jobs}}), "application/json");
}

}  // namespace

void serve_history(Edge& edge, History history) {
    const auto get = [&](const std::string& path, auto send, Render render) {
        edge.get(path, Reads::in_turn(
                           history.reads, edge,
                           [history, send, render = std::move(render)](const Request& request, Response& response) {
                               send(history, request, response, render);
                           }));
    };
    const auto place = [addresses = history.addresses](const store::RepositoryRow& repository) {
        return reports::history_place(repository, addresses);
    };
    using Row = store::RepositoryRow;
    get("/{}/{}/changes", send_history, [place](store::Tx& tx, const Row& row, const Request&) {
        return reporting::render_changes(place(row), reports::changes_of_main(tx, row.repository_id));
    });
    get("/{}/{}/benchmarks", send_history, [place](store::Tx& tx, const Row& row, const Request&) {
        return reporting::render_series_list(place(row), reports::series_of_main(tx, row.repository_id));
    });
    get("/{}/{}/benchmarks/{}", send_history,
        [place, now = history.now](store::Tx& tx, const Row& row,
                                   const Request& request) -> std::optional<std::string> {
            const auto series = reports::series_of_main(tx, row.repository_id, request.matches[3].str(), now());
            if (!series) return std::nullopt;
            return reporting::render_series(place(row), *series);
        });
    const std::string api = "/api/v1/repositories/{}/{}";
    get(api + "/changes", send_history_json, [place](store::Tx& tx, const Row& row, const Request&) {
        return json::dump(reporting::changes_json(place(row), reports::changes_of_main(tx, row.repository_id)));
    });
    get(api + "/series", send_history_json, [place](store::Tx& tx, const Row& row, const Request&) {
        return json::dump(reporting::series_list_json(place(row), reports::series_of_main(tx, row.repository_id)));
    });
    get(api + "/series/{}", send_history_json,
        [place, now = history.now](store::Tx& tx, const Row& row,
                                   const Request& request) -> std::optional<std::string> {
            const auto series = reports::series_of_main(tx, row.repository_id, request.matches[3].str(), now());
            if (!series) return std::nullopt;
            return json::dump(reporting::series_json(place(row), *series));
        });
    edge.post(api + "/series",
              [history](const Request& request, Response& response) { rebuild(history, request, response); });
    edge.post(api + "/changes/{}",
              [history](const Request& request, Response& response) { handle_change(history, request, response); });
}

}  // namespace benchgate::http
