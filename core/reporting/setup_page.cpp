#include "core/reporting/setup_page.h"

#include "core/reporting/escape.h"
#include "core/reporting/html_view.h"

namespace benchgate::reporting {
namespace {

using kainjow::mustache::data;

constexpr std::size_t longest_sentence = 600;

void set_sentence(data& root, const char* key, const std::string& sentence) {
    if (!sentence.empty()) root.set(key, data("sentence", shortened(one_line(sentence), longest_sentence)));
}

}  // namespace

std::string render_setup_offer(const SetupOffer& offer) {
    data root("action", safe_address(offer.action));
    root.set("manifest", offer.manifest);
    root.set("organisation", shortened(one_line(offer.organisation)));
    if (!offer.organisation.empty()) root.set("for", data("organisation", shortened(one_line(offer.organisation))));
    root.set("webhook", shortened(one_line(offer.webhook_url), longest_sentence));
    root.set("local", offer.is_local);
    set_sentence(root, "problem", offer.problem);
    return render_html_template("setup_offer", std::move(root), "Set up the GitHub App", Style::linked);
}

std::string render_setup_state(const SetupState& state) {
    data root("name", shortened(one_line(state.name)));
    root.set("id", std::to_string(state.app_id));
    if (!state.app_url.empty()) root.set("app", data("url", safe_address(state.app_url)));
    if (!state.install_url.empty()) root.set("install", data("url", safe_address(state.install_url)));
    root.set("fresh", state.fresh);
    root.set("from_settings", state.from_settings);
    root.set("rotating", state.rotating);
    set_sentence(root, "problem", state.problem);
    set_sentence(root, "done", state.done);
    return render_html_template("setup_state", std::move(root), "GitHub App", Style::linked);
}

std::string render_setup_next_steps(const std::string& public_url) {
    data root("public_url", safe_address(public_url));
    return render_html_template("setup_next_steps", std::move(root), "Next steps", Style::linked);
}

}  // namespace benchgate::reporting
