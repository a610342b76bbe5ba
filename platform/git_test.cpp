#include "platform/git.h"

#include <chrono>
#include <fstream>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/files.h"
#include "platform/process.h"

namespace benchgate::platform {
namespace {

namespace fs = std::filesystem;

/// Runs a shell line in a directory with an identity for commits and no configuration of the user; its output.
std::string sh(const fs::path& directory, const std::string& line) {
    SpawnOptions options;
    options.argv = {"/bin/sh", "-ec", line};
    options.directory = directory;
    options.environment = std::vector<std::string>{"PATH=/usr/bin:/bin",
                                                   "HOME=/nonexistent",
                                                   "GIT_CONFIG_NOSYSTEM=1",
                                                   "GIT_AUTHOR_NAME=Ann",
                                                   "GIT_AUTHOR_EMAIL=ann@example.org",
                                                   "GIT_COMMITTER_NAME=Ann",
                                                   "GIT_COMMITTER_EMAIL=ann@example.org",
                                                   "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z",
                                                   "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z"};
    const auto outcome = run(options).value();
    EXPECT_TRUE(outcome.ok()) << line << "\n" << outcome.err.text();
    std::string text = outcome.out.text();
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

/// main: one -> two; topic from one, with a change and a new file.
class Git : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directory(work);
        sh(work,
           "git init -qb main; mkdir -p src; echo a > src/a; printf '#!/bin/sh\\n' > run; chmod +x run;"
           "ln -s src/a link; ln -s /etc/passwd out; echo ignored > .gitignore; git add -A; git commit -qm one;"
           "git branch topic; echo b > src/b; git add -A; git commit -qm two; git checkout -q topic;"
           "echo changed > src/a; git mv run start; git commit -qam 'Subject line\n\nBody';"
           "git update-ref refs/pull/7/head topic; git checkout -q main");
        one = sh(work, "git rev-parse main~1");
        two = sh(work, "git rev-parse main");
        topic = sh(work, "git rev-parse topic");
    }

    Mirror mirror() {
        auto made = Mirror::open_or_create(dir.path() / "mirrors/a.git", work.string());
        EXPECT_TRUE(made) << made.error().message;
        FetchOptions options;
        options.refspecs = {"+refs/heads/*:refs/heads/*", "+refs/pull/*/head:refs/pull/*/head"};
        auto fetched = made->fetch(options);
        EXPECT_TRUE(fetched) << fetched.error().message;
        return std::move(*made);
    }

    TempDir dir;
    fs::path work = dir.path() / "origin";
    std::string one, two, topic;
};

TEST_F(Git, AMirrorAnswersWhatGitAnswers) {
    const Mirror repository = mirror();
    EXPECT_EQ(repository.resolve("main").value(), two);
    EXPECT_EQ(repository.resolve("refs/pull/7/head").value(), topic);
    EXPECT_EQ(repository.resolve("main~1").value(), one);
    EXPECT_EQ(repository.resolve(two.substr(0, 12)).value(), two);
    EXPECT_EQ(repository.resolve("no-such").error().kind, GitErrorKind::not_found);
    EXPECT_EQ(repository.resolve("").error().kind, GitErrorKind::invalid_argument);
    EXPECT_EQ(repository.merge_base(two, topic).value(), one);
    EXPECT_TRUE(repository.is_ancestor(one, two).value());
    EXPECT_FALSE(repository.is_ancestor(two, topic).value());
    EXPECT_TRUE(repository.has_commit(one));
    EXPECT_FALSE(repository.has_commit(std::string(40, 'a')));
    EXPECT_EQ(repository.tree_id(two).value(), sh(work, "git rev-parse main^{tree}"));
    EXPECT_EQ(repository.object_id(two, "src").value(), sh(work, "git rev-parse main:src"));
    EXPECT_EQ(repository.first_parents({one, two}, 10).value(), std::vector<std::string>{two});
    EXPECT_EQ(repository.first_parents({"", two}, 10).value(), (std::vector<std::string>{two, one}));
    EXPECT_EQ(repository.refs("refs/pull/").value().size(), 1u);
}

TEST_F(Git, HistoryIsFollowedAlongFirstParents) {
    sh(work, "git merge -qm merge topic; git commit -qm three --allow-empty; git tag -am v1 v1 main~1");
    const auto merge = sh(work, "git rev-parse main~1"), three = sh(work, "git rev-parse main");
    const Mirror repository = mirror();
    using Shas = std::vector<std::string>;
    EXPECT_EQ(repository.first_parent_path({one, three}, 10).value(), (Shas{two, merge, three}));
    EXPECT_EQ(repository.first_parent_path({one, three}, 2).value(), (Shas{merge, three})) << "the newest of them";
    EXPECT_EQ(repository.first_parent_path({three, three}, 10).value(), Shas{});
    EXPECT_EQ(repository.first_parent_path({"", two}, 10).value(), (Shas{one, two}));
    EXPECT_EQ(repository.first_parent_path({topic, three}, 10).error().kind, GitErrorKind::not_found)
        << "it came in by a merge";
    EXPECT_EQ(repository.first_parent_path({three, one}, 10).error().kind, GitErrorKind::not_found);
    EXPECT_TRUE(repository.is_reachable(topic, {three}).value());
    EXPECT_TRUE(repository.is_reachable(two, {topic, two}).value()) << "a tip is reached";
    EXPECT_FALSE(repository.is_reachable(two, {topic, one}).value());
    EXPECT_FALSE(repository.is_reachable(two, {std::string(40, 'a')}).value()) << "a commit that is not there";
    EXPECT_FALSE(repository.is_reachable(std::string(40, 'a'), {two}));
}

TEST_F(Git, PruningForgetsWhatTheServerHasNoMore) {
    Mirror repository = mirror();
    sh(work, "git branch -D topic; git tag v2 main");
    FetchOptions options;
    options.refspecs = {"+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"};
    ASSERT_TRUE(repository.fetch(options));
    EXPECT_EQ(repository.refs("refs/heads/").value().size(), 2u) << "not unless asked to";
    options.prune = true;
    ASSERT_TRUE(repository.fetch(options));
    EXPECT_EQ(repository.refs("refs/heads/").value().size(), 1u);
    EXPECT_EQ(repository.refs("refs/tags/").value().size(), 1u);
    EXPECT_EQ(repository.refs("refs/pull/").value().size(), 1u) << "other refs are not looked at";
}

TEST_F(Git, AMirrorThatStandsInItsOwnWayIsMadeAnew) {
    const auto fetched = [&](const std::string& refspec) {
        auto made = Mirror::open_or_create(dir.path() / "mirrors/a.git", work.string());
        if (!made) return made.error().message;
        FetchOptions options;
        options.refspecs = {refspec};
        const auto done = made->fetch(options);
        return done ? made->resolve(refspec.substr(refspec.find(':') + 1)).value_or("no ref") : done.error().message;
    };
    const fs::path ref = dir.path() / "mirrors/a.git/refs/heads/main";
    EXPECT_EQ(fetched("+refs/heads/main:refs/heads/main"), two);
    EXPECT_EQ(fs::status(dir.path() / "mirrors/a.git").permissions(), fs::perms(0700)) << "others may not read it";
    // A branch that was a folder: the mirror still has the old one.
    EXPECT_EQ(fetched("+refs/heads/topic:refs/heads/topic"), topic);
    sh(work, "git branch -D topic; git branch topic/next main");
    EXPECT_EQ(fetched("+refs/heads/topic/next:refs/heads/topic/next"), two);
    sh(work, "git branch -D topic/next; git branch topic main~1");
    EXPECT_EQ(fetched("+refs/heads/topic:refs/heads/topic"), one);
    // What a process leaves that is killed in the middle.
    EXPECT_EQ(fetched("+refs/heads/main:refs/heads/main"), two);
    sh(work, "git commit -q --allow-empty -m three");
    const auto three = sh(work, "git rev-parse main");
    std::ofstream(ref.string() + ".lock") << "";
    EXPECT_EQ(fetched("+refs/heads/main:refs/heads/main"), three);
    // What a power cut leaves.
    fs::resize_file(ref, 0);
    EXPECT_EQ(fetched("+refs/heads/main:refs/heads/main"), three);
    fs::resize_file(dir.path() / "mirrors/a.git/HEAD", 0);
    EXPECT_EQ(fetched("+refs/heads/main:refs/heads/main"), three);
    fs::resize_file(dir.path() / "mirrors/a.git/config", 3);
    EXPECT_EQ(fetched("+refs/heads/main:refs/heads/main"), three);
    fs::remove_all(dir.path() / "mirrors/a.git/objects");
    EXPECT_EQ(fetched("+refs/heads/main:refs/heads/main"), three);
    // What is the server's fault is not the mirror's.
    EXPECT_NE(fetched("+refs/heads/absent:refs/heads/absent"), three);
    EXPECT_TRUE(fs::exists(ref));
}

TEST_F(Git, AMirrorIsFetchedFromItsAddressWhateverTheConfigurationSays) {
    { const Mirror made = mirror(); }
    sh(dir.path() / "mirrors/a.git",
       "git config url.file:///nowhere.insteadOf '" + work.string() + "'; git config other.line kept");
    sh(work, "git commit -q --allow-empty -m three");
    EXPECT_EQ(mirror().resolve("main").value(), sh(work, "git rev-parse main"));
}

TEST_F(Git, ChangesAndFilesAreBounded) {
    const Mirror repository = mirror();
    const auto changed = repository.changed_paths(one, topic, 10).value();
    EXPECT_EQ(changed.paths, (std::vector<std::string>{"run", "src/a", "start"}));
    EXPECT_FALSE(changed.truncated);
    EXPECT_TRUE(repository.changed_paths(one, topic, 1).value().truncated);
    EXPECT_EQ(repository.read_file(topic, "src/a", 100).value(), "changed\n");
    EXPECT_EQ(repository.read_file(topic, "src/a", 3).error().kind, GitErrorKind::too_large);
    EXPECT_EQ(repository.read_file(topic, "src", 100).error().kind, GitErrorKind::not_found);
    EXPECT_EQ(repository.read_file(topic, "none", 100).error().kind, GitErrorKind::not_found);
    EXPECT_EQ(repository.read_file("main", "src/a", 100).error().kind, GitErrorKind::invalid_argument);

    const auto info = repository.commit_info(topic).value();
    EXPECT_EQ(info.subject, "Subject line");
    EXPECT_EQ(info.author_name, "Ann");
    EXPECT_EQ(info.parents, std::vector<std::string>{one});
    EXPECT_EQ(std::chrono::system_clock::to_time_t(info.authored), 1767323045);
}

TEST_F(Git, HistoriesWithoutACommonAncestorSaySo) {
    sh(work, "git checkout -q --orphan other; git commit -qm other; git checkout -qf main");
    const auto other = sh(work, "git rev-parse other");
    const Mirror repository = mirror();
    EXPECT_EQ(repository.merge_base(two, other).error().kind, GitErrorKind::unrelated);
    EXPECT_FALSE(repository.is_ancestor(two, other).value());
}

TEST_F(Git, ACheckoutIsThePlainTreeAndFollowsNoLink) {
    const Mirror repository = mirror();
    const fs::path to = dir.path() / "job";
    const auto summary = repository.checkout(two, to).value();
    EXPECT_EQ(platform::read_file(to / "src/b", 100).value(), "b\n");
    EXPECT_FALSE(fs::exists(to / ".git"));
    EXPECT_EQ(fs::read_symlink(to / "out"), "/etc/passwd");
    EXPECT_EQ(fs::status(to / "run").permissions() & fs::perms::owner_exec, fs::perms::owner_exec);
    EXPECT_EQ(summary.files, 7u);  // six files and links, one directory
    EXPECT_EQ(repository.checkout(two, to).error().kind, GitErrorKind::invalid_argument);
    CheckoutLimits small;
    small.bytes = 10;
    EXPECT_EQ(repository.checkout(two, dir.path() / "x", small).error().kind, GitErrorKind::too_large);
    small = {};
    small.files = 3;
    EXPECT_EQ(repository.checkout(two, dir.path() / "y", small).error().kind, GitErrorKind::too_large);
}

TEST_F(Git, ATreeWithAHostileNameIsRefused) {
    const auto blob = sh(work, "git hash-object -w src/a");
    for (const std::string name : {"..", ".git", ".GIT", "."}) {
        // mktree refuses such names; written by hand, they reach us as from a hostile server.
        const auto tree = sh(work, "{ printf '100644 " + name + "\\0'; echo " + blob +
                                       " | sed 's/../\\\\x&/g' | xargs -0 printf '%b' | head -c 20; } > ../raw;"
                                       "git hash-object --literally -t tree -w ../raw");
        sh(work, "git update-ref refs/heads/evil $(git commit-tree -m evil " + tree + ")");
        auto repository = LocalRepository::discover(work).value();
        const auto evil = repository.resolve("evil").value();
        const fs::path to = dir.path() / ("evil" + std::to_string(name.size()) + name.substr(1, 1));
        fs::remove_all(to);
        const auto refused = repository.checkout(evil, to);
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().kind, GitErrorKind::unsafe) << name << ": " << refused.error().message;
        EXPECT_TRUE(fs::is_empty(to)) << name;
    }
}

TEST_F(Git, ATreeWithTwoEntriesOfOneNameIsTheTreesFaultAndNotTheDisks) {
    const auto id = [&](const std::string& what) {
        return "echo " + what + " | sed 's/../\\\\x&/g' | xargs -0 printf '%b' | head -c 20";
    };
    const auto file = id(sh(work, "git hash-object -w src/a")), folder = id(sh(work, "git rev-parse main:src"));
    const auto target = id(sh(work, "printf / | git hash-object -w --stdin"));
    int number = 0;
    for (const std::string& entries : {"printf '100644 a\\0'; " + file + "; printf '100644 a\\0'; " + file,
                                       "printf '120000 a\\0'; " + target + "; printf '40000 a\\0'; " + folder,
                                       "printf '100644 a\\0'; " + file + "; printf '40000 a\\0'; " + folder}) {
        const auto tree = sh(work, "{ " + entries + "; } > ../raw; git hash-object --literally -t tree -w ../raw");
        sh(work, "git update-ref refs/heads/evil $(git commit-tree -m evil " + tree + ")");
        auto repository = LocalRepository::discover(work).value();
        const auto refused =
            repository.checkout(repository.resolve("evil").value(), dir.path() / ("twice" + std::to_string(number++)));
        ASSERT_FALSE(refused) << entries;
        EXPECT_EQ(refused.error().kind, GitErrorKind::unsafe) << refused.error().message;
    }
}

TEST_F(Git, TheSnapshotIsTheWorkingTreeAndTouchesNothing) {
    sh(work,
       "echo dirty > src/a; echo new > src/untracked; echo x > ignored; rm src/b; git rm -q --cached run;"
       "mkdir deep deep/er; echo staged > deep/er/s; git add deep");
    const auto index_before = sh(work, "sha256sum .git/index; git status --porcelain");
    const auto repository = LocalRepository::discover(work / "src").value();
    EXPECT_EQ(fs::canonical(repository.root()), fs::canonical(work));
    EXPECT_EQ(repository.branch(), "main");
    EXPECT_EQ(repository.default_branch().value(), "main");
    const fs::path to = dir.path() / "snap";
    const auto snapshot = repository.snapshot(to).value();
    EXPECT_EQ(snapshot.head, two);
    EXPECT_TRUE(snapshot.dirty);
    EXPECT_EQ(platform::read_file(to / "src/a", 100).value(), "dirty\n");
    EXPECT_EQ(platform::read_file(to / "src/untracked", 100).value(), "new\n");
    EXPECT_EQ(platform::read_file(to / "deep/er/s", 100).value(), "staged\n");
    EXPECT_TRUE(fs::exists(to / "run"));  // untracked now, still there
    EXPECT_TRUE(fs::is_symlink(to / "out"));
    EXPECT_FALSE(fs::exists(to / "ignored"));
    EXPECT_FALSE(fs::exists(to / "src/b"));
    EXPECT_FALSE(fs::exists(to / ".git"));
    EXPECT_EQ(sh(work, "sha256sum .git/index; git status --porcelain"), index_before);
}

TEST_F(Git, ARepositoryOfAnotherUserSaysWhatToDo) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a repository away";
    sh(work, "chown -R 65534:65534 .");
    const auto found = LocalRepository::discover(work);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, GitErrorKind::ownership) << found.error().message;
    EXPECT_NE(found.error().message.find("belongs to another user"), std::string::npos) << found.error().message;
    EXPECT_EQ(LocalRepository::discover("/").error().kind, GitErrorKind::not_found);
}

TEST_F(Git, MistakesOfAddressHaveTheirOwnErrors) {
    EXPECT_EQ(LocalRepository::discover(dir.path()).error().kind, GitErrorKind::not_found);
    auto with_password = Mirror::open_or_create(dir.path() / "m", "https://x:secret@example.org/a");
    ASSERT_FALSE(with_password);
    EXPECT_EQ(with_password.error().message.find("secret"), std::string::npos);
    // GitHub takes a token in the place of the user as well.
    EXPECT_FALSE(Mirror::open_or_create(dir.path() / "m", "https://opaque-token@example.org/a"));
    EXPECT_TRUE(Mirror::open_or_create(dir.path() / "m", "https://example.org/a@b"));
    auto nowhere = Mirror::open_or_create(dir.path() / "n", (dir.path() / "none").string()).value();
    EXPECT_FALSE(nowhere.fetch({}));
}

/// A listener on loopback that accepts nobody: connections wait in its queue for ever.
struct SilentServer {
    Fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::string url;
    SilentServer() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size);
        ::listen(fd.get(), 8);
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
        url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/a.git";
    }
};

TEST_F(Git, AServerThatStallsIsGivenUpAndAStopIsHeard) {
    SilentServer server;
    auto silent = Mirror::open_or_create(dir.path() / "s", server.url).value();
    FetchOptions options;
    options.refspecs = {"+refs/heads/*:refs/heads/*"};
    options.stall_limit = std::chrono::milliseconds(50);
    const auto stalled = silent.fetch(options);
    ASSERT_FALSE(stalled);
    EXPECT_EQ(stalled.error().kind, GitErrorKind::network) << stalled.error().message;
    options.total_limit = std::chrono::milliseconds(0);
    const auto late = silent.fetch(options);
    ASSERT_FALSE(late);
    EXPECT_NE(late.error().message.find("longer than allowed"), std::string::npos) << late.error().message;
    options.total_limit = std::chrono::hours(1);
    std::stop_source source;
    source.request_stop();
    options.stop = source.get_token();
    options.stall_limit = std::chrono::hours(1);
    EXPECT_EQ(silent.fetch(options).error().kind, GitErrorKind::cancelled);
}

/// git http-backend behind Basic authentication, on a port of the kernel's choice.
constexpr const char* http_server = R"(
import base64, http.server, os, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def serve(self):
        want = "Basic " + base64.b64encode(b"x-access-token:right-token").decode()
        if self.headers.get("Host").startswith("localhost") and self.headers.get("Authorization"):
            open(sys.argv[1] + "/leaked", "w").close()
        if self.headers.get("Authorization") != want:
            self.send_response(401); self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.send_header("Content-Length", "0"); self.end_headers(); return
        path, _, query = self.path.partition("?")
        if path.startswith("/moved"):
            elsewhere = "http://localhost:%d" % self.server.server_address[1]
            self.send_response(301); self.send_header("Location", elsewhere + self.path.replace("/moved", "/origin"))
            self.send_header("Content-Length", "0"); self.end_headers(); return
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        env = dict(os.environ, GIT_PROJECT_ROOT=sys.argv[1], GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
                   QUERY_STRING=query,
                   REQUEST_METHOD=self.command, CONTENT_TYPE=self.headers.get("Content-Type", ""),
                   CONTENT_LENGTH=str(len(body)), REMOTE_USER="x")
        out = subprocess.run(["git", "http-backend"], input=body, env=env, stdout=subprocess.PIPE).stdout
        head, _, rest = out.partition(b"\r\n\r\n")
        lines = [l.split(": ", 1) for l in head.decode().split("\r\n")]
        self.send_response(int(dict(lines).get("Status", "200 OK").split()[0]))
        for k, v in lines:
            if k != "Status": self.send_header(k, v)
        self.send_header("Content-Length", str(len(rest))); self.end_headers(); self.wfile.write(rest)
    do_GET = do_POST = serve
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(s.server_address[1], flush=True)
s.serve_forever()
)";

TEST_F(Git, OverHttpTheRightTokenFetchesAndAWrongOneIsRefusedOnce) {
    SpawnOptions options;
    options.argv = {"python3", "-c", http_server, dir.path().string()};
    options.err = StreamTo::nothing;
    auto server = Process::spawn(options).value();
    std::string port;
    while (port.empty() || port.back() != '\n') {
        char c;
        if (::read(server.out_fd(), &c, 1) == 1) port += c;
        ASSERT_TRUE(server.running());
    }
    port.pop_back();
    const std::string base = "http://127.0.0.1:" + port;
    auto remote = Mirror::open_or_create(dir.path() / "h", base + "/origin/.git").value();
    int asked = 0;
    std::string token = "wrong-token";
    FetchOptions fetch;
    fetch.refspecs = {"+refs/heads/*:refs/heads/*"};
    fetch.credentials.token = [&] {
        ++asked;
        return token;
    };
    auto refused = remote.fetch(fetch);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, GitErrorKind::authentication) << refused.error().message;
    EXPECT_EQ(refused.error().message.find("wrong-token"), std::string::npos);
    EXPECT_EQ(asked, 1);

    token = "right-token";
    std::uint64_t objects = 0;
    fetch.on_progress = [&](const FetchProgress& now) { objects = now.total_objects; };
    const auto fetched = remote.fetch(fetch);
    ASSERT_TRUE(fetched) << fetched.error().message;
    EXPECT_GT(objects, 0u);
    EXPECT_EQ(remote.resolve("topic").value(), topic);
    EXPECT_EQ(sh(dir.path(), "grep -r right-token h || true"), "");

    auto missing = Mirror::open_or_create(dir.path() / "h2", base + "/none.git").value();
    EXPECT_EQ(missing.fetch(fetch).error().kind, GitErrorKind::not_found);
    auto moved = Mirror::open_or_create(dir.path() / "h3", base + "/moved/.git").value();
    EXPECT_FALSE(moved.fetch(fetch));
    EXPECT_FALSE(fs::exists(dir.path() / "leaked"));
}

}
}
