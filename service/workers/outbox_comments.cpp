// Comments: the live one of a pull request, former ones that are folded away, answers to commands.

#include <fmt/format.h>

#include "core/json/json.h"
#include "core/reporting/comment.h"
#include "service/store/pull_requests.h"
#include "service/workers/outbox.h"
#include "service/workers/outbox_items.h"

namespace benchgate::workers {

OutboxWorker::Outcome OutboxWorker::send_comment(github::Rest& rest, const Known& known, const store::OutboxItem& item,
                                                 std::stop_token stop) {
    const auto wanted = comment_item_from(item.body_json);
    const auto number = number_in(item.target);
    auto id = id_of_object(item).value_or(0);
    if (item.attempts > 0) {
        // An earlier sending may have made a second comment and lost the answer; then that one is the live one.
        const auto found = rest.find_comment(known.repository, number, wanted.marker, stop);
        if (!found) return tl::unexpected(found.error());
        if (*found) id = (*found)->id;
    }
    const bool turns_red = wanted.gate && known.live && known.live->comment_id == id &&
                           reporting::needs_new_comment(known.live->gate, *wanted.gate);
    auto sent = turns_red ? rest.create_comment(known.repository, number, wanted.markdown, stop)
                          : rest.put_comment(known.repository, {number, id, wanted.marker, wanted.markdown}, stop);
    if (!sent) return tl::unexpected(sent.error());
    return Sent{std::to_string(sent->id), sent->html_url};
}

OutboxWorker::Outcome OutboxWorker::send_fold(github::Rest& rest, const Known& known, const store::OutboxItem& item,
                                              std::stop_token stop) {
    const auto wanted = fold_item_from(item.body_json);
    // The newer one was deleted meanwhile, and this one took its place.
    if (known.live && known.live->comment_id == wanted.comment_id) return Sent{};
    const auto sent = rest.update_comment(known.repository, wanted.comment_id, wanted.markdown, stop);
    // Deleted by somebody: it is out of the way.
    if (!sent && sent.error().status != 404 && sent.error().status != 410) return tl::unexpected(sent.error());
    return Sent{};
}

OutboxWorker::Outcome OutboxWorker::send_reply(github::Rest& rest, const github::Repository& repository,
                                               const store::OutboxItem& item, std::stop_token stop) {
    const auto body = json::parse(item.body_json).value_or(json::Json::object());
    // The marker makes a repeated sending find what the first one made.
    const auto marker = fmt::format("<!-- benchgate:{} -->", item.kind);
    const auto markdown = json::text(body, "markdown").value_or("") + "\n" + marker;
    const auto id = id_of_object(item).value_or(0);
    auto sent = rest.put_comment(repository, {number_in(item.target), id, marker, markdown}, stop);
    if (!sent) return tl::unexpected(sent.error());
    return Sent{std::to_string(sent->id), sent->html_url};
}

void OutboxWorker::remember_comment(store::Tx& tx, const store::OutboxItem& item, const Sent& sent) {
    const auto number = number_in(item.target);
    const auto now = timing_.now();
    const auto wanted = comment_item_from(item.body_json);
    const auto id = std::stoll(sent.remote_id.value_or("0"));
    store::set_comment_id(tx, item.repository_id, number, id);
    const auto former = store::find_sticky_comment(tx, item.repository_id, number);
    if (former && former->comment_id != id) {
        const FoldItem fold{former->comment_id, reporting::fold_comment({former->title, former->markdown}, sent.url)};
        store::put_outbox(
            tx, {item.repository_id, item.target, fmt::format("fold:{}", fold.comment_id), to_body(fold), now}, now);
    }
    if (wanted.gate)
        store::put_sticky_comment(tx, {item.repository_id, number, id, *wanted.gate, wanted.title, wanted.markdown},
                                  now);
}

}  // namespace benchgate::workers
