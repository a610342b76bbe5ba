// How many items go out when 1,000 installations are busy at once, and how long one waits that has a single item:
// senders, lanes and pace as in the service, a private PostgreSQL (fsync on), and a stand-in for GitHub on loopback
// that takes its time and writes down when it was written to. Real time, no scaled clock.
//
//   outbox_bench FOLDER KEY.pem [--installations 1000] [--queued 20] [--singles 200] [--long 5] [--long-queued 130]
//                [--answer-ms 5] [--senders 8] [--json FILE]
#include <fmt/format.h>
#include <httplib.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "core/json/json.h"
#include "platform/files.h"
#include "service/cluster/private_cluster.h"
#include "service/store/listener.h"
#include "service/store/migrate.h"
#include "service/store/repositories.h"
#include "service/workers/senders.h"

namespace {

using namespace benchgate;
using Clock = std::chrono::system_clock;

struct Options {
    std::string folder;
    std::string key_file;  ///< any RSA key: the stand-in believes everything
    std::string json_file;
    int installations = 1000;  ///< busy ones
    int queued = 20;           ///< items of each
    int singles = 200;         ///< further installations with one item each, at random moments
    int longs = 5;             ///< of the busy ones: with so many items that the pace of a minute shows
    int long_queued = 130;
    int answer_ms = 5;
    int senders = 8;
};

/// Repository r belongs to installation r; every write to it is one line here.
class StandIn {
  public:
    StandIn(int threads, std::chrono::milliseconds answer) : answer_(answer) {
        server_.new_task_queue = [threads] { return new httplib::ThreadPool(static_cast<std::size_t>(threads)); };
        server_.set_keep_alive_max_count(1'000'000);
        server_.set_tcp_nodelay(true);
        server_.Post("/app/installations/(\\d+)/access_tokens", [](const httplib::Request&, httplib::Response& out) {
            out.status = 201;
            out.set_content(R"({"token": "ghs_bench", "expires_at": "2100-01-01T00:00:00Z"})", "application/json");
        });
        server_.Post("/repos/bench/r(\\d+)/statuses/.*", [this](const httplib::Request& in, httplib::Response& out) {
            const auto now = Clock::now();
            int repository = 0;
            const auto digits = in.matches[1].str();
            std::from_chars(digits.data(), digits.data() + digits.size(), repository);
            {
                const std::lock_guard lock(mutex_);
                writes_[repository].push_back(now);
                ++count_;
            }
            std::this_thread::sleep_for(answer_);
            out.status = 201;
            out.set_content("{}", "application/json");
        });
        port_ = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_.listen_after_bind(); });
        while (!server_.is_running()) std::this_thread::yield();
    }
    ~StandIn() {
        server_.stop();
        thread_.join();
    }
    std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
    int count() const { return count_; }
    std::map<int, std::vector<Clock::time_point>> writes() {
        const std::lock_guard lock(mutex_);
        return writes_;
    }

  private:
    std::chrono::milliseconds answer_;
    httplib::Server server_;
    int port_ = 0;
    std::mutex mutex_;
    std::map<int, std::vector<Clock::time_point>> writes_;
    std::atomic<int> count_{0};
    std::thread thread_;
};

void install(store::Tx& tx, int repository) {
    store::RepositoryRow row;
    row.repository_id = row.installation_id = repository;
    row.owner = "bench";
    row.name = fmt::format("r{}", repository);
    store::upsert_repository(tx, row, Clock::now());
}

void put(store::Tx& tx, int repository, int item) {
    const auto now = Clock::now();
    store::put_outbox(
        tx,
        {repository, fmt::format("sha/{}", item), "status:bench",
         R"({"name": "bench", "head_sha": "abc", "state": "success", "description": "nothing new"})", now},
        now);
}

int most_within_a_minute(const std::vector<Clock::time_point>& times) {
    std::size_t most = 0, from = 0;
    for (std::size_t to = 0; to < times.size(); ++to) {
        while (times[to] - times[from] >= std::chrono::minutes(1)) ++from;
        most = std::max(most, to - from + 1);
    }
    return static_cast<int>(most);
}

double at(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

double seconds(Clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

/// Single items, one an installation, written at random moments of `during`; how long each took to reach GitHub.
std::vector<double> singles(const Options& options, store::Pool& pool, StandIn& github, int first,
                            std::chrono::milliseconds during) {
    std::mt19937 random(7);
    std::vector<std::pair<std::chrono::milliseconds, int>> plan;
    plan.reserve(static_cast<std::size_t>(options.singles));
    for (int k = 0; k < options.singles; ++k)
        plan.emplace_back(random() % static_cast<unsigned>(during.count()), first + k);
    std::sort(plan.begin(), plan.end());
    std::map<int, Clock::time_point> written;
    const auto begin = Clock::now();
    for (const auto& [after, repository] : plan) {
        std::this_thread::sleep_until(begin + after);
        pool.transaction([&, repo = repository](store::Tx& tx) { put(tx, repo, 0); });
        written[repository] = Clock::now();
    }
    const auto end = Clock::now() + std::chrono::minutes(2);
    std::vector<double> waits;
    while (Clock::now() < end && waits.size() < written.size()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        const auto seen = github.writes();
        waits.clear();
        for (const auto& [repository, when] : written)
            if (const auto found = seen.find(repository); found != seen.end())
                waits.push_back(std::max(0.0, 1000 * seconds(found->second.front() - when)));
    }
    return waits;
}

int measure(const Options& options) {
    cluster::ClusterOptions cluster_options;
    cluster_options.directory = options.folder;
    const cluster::PrivateCluster postgres(cluster_options);
    store::Pool pool(
        {.url = postgres.connection_string(), .connections = static_cast<std::size_t>(options.senders) + 4});
    store::migrate(pool, Clock::now());

    StandIn standin(options.senders + 4, std::chrono::milliseconds(options.answer_ms));
    const auto client = platform::make_http_client({.idle_connections = static_cast<std::size_t>(options.senders) + 4});
    const github::Api api({.base_url = standin.url()}, *client, github::real_timing());
    github::Tokens tokens(api);
    const auto pem = platform::read_file(options.key_file, 64u << 10);
    if (!pem) throw std::runtime_error(pem.error().message);
    tokens.set_app({1, platform::RsaPrivateKey::from_pem(*pem).value()});
    github::Rest rest(api, tokens);
    workers::OutboxWorker worker(pool, rest, github::real_timing());

    const int busy = options.installations, calm = busy + 1, disturbed = calm + options.singles;
    for (int from = 1; from < disturbed + options.singles; from += 500)
        pool.transaction([&](store::Tx& tx) {
            for (int r = from; r < std::min(from + 500, disturbed + options.singles); ++r) install(tx, r);
        });

    workers::Senders senders(worker, {options.senders, std::chrono::milliseconds(1000)});
    const store::Listener listener(postgres.connection_string(), [&](store::Channel channel) {
        if (channel == store::Channel::outbox) senders.wake();
    });

    const auto alone = singles(options, pool, standin, calm, std::chrono::milliseconds(50) * options.singles);

    const int before = standin.count();
    int total = 0;
    const auto begin = Clock::now();
    for (int from = 1; from <= busy; from += 100)
        pool.transaction([&](store::Tx& tx) {
            for (int r = from; r < from + 100 && r <= busy; ++r)
                for (int k = 0; k < (r <= options.longs ? options.long_queued : options.queued); ++k, ++total)
                    put(tx, r, k);
        });
    const auto written = seconds(Clock::now() - begin);
    const auto among = singles(options, pool, standin, disturbed, std::chrono::milliseconds(10'000));
    const int short_total = total - options.longs * options.long_queued;
    double short_seconds = 0;
    for (;;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        const auto waiting = pool.transaction([](store::Tx& tx) { return store::outbox_counts(tx).waiting; });
        if (waiting <= options.longs * options.long_queued && short_seconds == 0) {
            const auto seen = standin.writes();
            int done = 0;
            for (int r = options.longs + 1; r <= busy; ++r)
                if (const auto found = seen.find(r); found != seen.end())
                    done += static_cast<int>(found->second.size());
            if (done == short_total) short_seconds = seconds(Clock::now() - begin);
        }
        if (waiting == 0) break;
    }
    const auto all_seconds = seconds(Clock::now() - begin);
    int most = 0, wrong = 0;
    const auto seen = standin.writes();
    for (const auto& [repository, times] : seen) {
        most = std::max(most, most_within_a_minute(times));
        const int wanted = repository > busy ? 1 : repository <= options.longs ? options.long_queued : options.queued;
        wrong += static_cast<int>(times.size()) != wanted;
    }

    fmt::print("{} installations, {} items each ({} of them {}); GitHub answers in {} ms; {} senders\n", busy,
               options.queued, options.longs, options.long_queued, options.answer_ms, options.senders);
    fmt::print("written to the outbox       {:>9.1f} s, {} items\n", written, total);
    fmt::print("sent, all short queues      {:>9.1f} s, {:.0f} writes a second (the pace alone takes {:.1f} s)\n",
               short_seconds,
               (standin.count() - before - options.longs * (options.long_queued - options.queued)) /
                   std::max(0.001, short_seconds),
               1.2 * (options.queued - 5));
    fmt::print("sent, everything            {:>9.1f} s\n", all_seconds);
    fmt::print("wait of a single item, ms   {:>9.1f} p50 {:>9.1f} p99   nobody else writes\n", at(alone, 0.5),
               at(alone, 0.99));
    fmt::print("wait of a single item, ms   {:>9.1f} p50 {:>9.1f} p99   among {} busy ones\n", at(among, 0.5),
               at(among, 0.99), busy);
    fmt::print("most writes in any 60 s     {:>9}      of any installation\n", most);
    fmt::print("installations with a wrong number of writes {}\n", wrong);
    if (!options.json_file.empty())
        std::ofstream(options.json_file) << json::dump(
            json::Json{{"writes_per_second", short_total / std::max(0.001, short_seconds)},
                       {"alone_p50_ms", at(alone, 0.5)},
                       {"alone_p99_ms", at(alone, 0.99)},
                       {"among_p50_ms", at(among, 0.5)},
                       {"among_p99_ms", at(among, 0.99)},
                       {"most_in_a_minute", most}});
    const bool complete = alone.size() == static_cast<std::size_t>(options.singles) && among.size() == alone.size();
    return complete && wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    const std::map<std::string, int*> numbers{{"--installations", &options.installations},
                                              {"--queued", &options.queued},
                                              {"--singles", &options.singles},
                                              {"--long", &options.longs},
                                              {"--long-queued", &options.long_queued},
                                              {"--answer-ms", &options.answer_ms},
                                              {"--senders", &options.senders}};
    if (argc < 3 || argc % 2 != 1) {
        fmt::print(stderr,
                   "usage: outbox_bench FOLDER KEY.pem [--installations N] [--queued N] [--singles N] [--long N]\n"
                   "       [--long-queued N] [--answer-ms N] [--senders N] [--json FILE]\n");
        return 2;
    }
    options.folder = argv[1];
    options.key_file = argv[2];
    for (int k = 3; k + 1 < argc; k += 2) {
        const auto number = numbers.find(argv[k]);
        if (number != numbers.end())
            *number->second = std::max(0, std::atoi(argv[k + 1]));
        else if (std::string(argv[k]) == "--json")
            options.json_file = argv[k + 1];
    }
    try {
        spdlog::set_level(spdlog::level::warn);
        return measure(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "outbox_bench: {}\n", error.what());
        return 1;
    }
}
