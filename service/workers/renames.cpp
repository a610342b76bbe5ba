#include "service/workers/renames.h"

#include <spdlog/spdlog.h>

#include "service/store/repositories.h"

namespace benchgate::workers {

namespace {
constexpr std::size_t most_noted = 1000;  // a further one is noticed again at its next redirect
}

void Renames::note(const github::RepositoryInfo& repository) {
    auto noted = noted_.lock();
    if (noted->size() < most_noted || noted->contains(repository.id)) (*noted)[repository.id] = repository;
}

bool Renames::work(std::stop_token) {
    github::RepositoryInfo repository;
    {
        auto noted = noted_.lock();
        if (noted->empty()) return false;
        repository = noted->begin()->second;
    }
    const bool changed = pool_.transaction([&](store::Tx& tx) {
        return store::rename_repository(tx, repository.id, repository.owner, repository.name, now_());
    });
    if (changed) spdlog::info("repository {} is called {}/{} now", repository.id, repository.owner, repository.name);
    auto noted = noted_.lock();
    const auto same = noted->find(repository.id);
    // It may have got yet another name meanwhile.
    if (same != noted->end() && same->second.owner == repository.owner && same->second.name == repository.name)
        noted->erase(same);
    return true;
}

}  // namespace benchgate::workers
