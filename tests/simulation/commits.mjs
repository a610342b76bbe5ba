// Owns the git side of the storm: one store with every commit, made at once, and for each repository a bare one that
// borrows its objects and has refs of its own. Repositories of the storm are alike, so that thousands of pull requests
// cost one import; what differs between them is where their refs point at a moment.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export const pulls_of_repository = 4;
export const revisions_of_pull = 12;
export const pushes_of_main = 6;

const config = `host_class: [storm]
suites:
  micro:
    on: { pull_request: {}, push: { branches: [main] }, merge_group: quick }
    run: "bin/bench"
    format: google-benchmark
    artifacts: ["bin/bench"]
    trials: { max: 8 }
  extra:
    on: { pull_request: { paths: ["extra/**"] } }
    run: "bin/extra"
    format: google-benchmark
    artifacts: ["bin/extra"]
    trials: { max: 8 }
`;

const environment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

export class Commits {
  #folder;
  #shas = new Map();

  /// `folder` becomes what a git front serves: OWNER/NAME.git.
  constructor(folder) {
    this.#folder = folder;
    const store = path.join(folder, 'store.git');
    git(['init', '--quiet', '--bare', store]);
    git(['-C', store, 'fast-import', '--quiet', `--export-marks=${store}/marks`], import_stream(this.#shas));
    const by_mark = new Map(
      fs
        .readFileSync(`${store}/marks`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    );
    for (const [name, mark] of this.#shas) this.#shas.set(name, by_mark.get(`:${mark}`));
    git(['-C', store, 'gc', '--quiet']);
    this.objects = path.join(store, 'objects');
  }

  /// "base", "main/2", "pull/3/7", "group/3/7"
  sha(name) {
    const sha = this.#shas.get(name);
    if (!sha) throw new Error(`no commit ${name}`);
    return sha;
  }

  add_repository(full_name) {
    const bare = path.join(this.#folder, `${full_name}.git`);
    fs.mkdirSync(path.join(bare, 'objects/info'), { recursive: true });
    fs.mkdirSync(path.join(bare, 'refs/heads'), { recursive: true });
    fs.writeFileSync(path.join(bare, 'HEAD'), 'ref: refs/heads/main\n');
    fs.writeFileSync(path.join(bare, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
    fs.writeFileSync(path.join(bare, 'objects/info/alternates'), `${this.objects}\n`);
    this.set_ref(full_name, 'refs/heads/main', this.sha('base'));
  }

  set_ref(full_name, ref, sha) {
    const file = path.join(this.#folder, `${full_name}.git`, ref);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.new`, `${sha}\n`);
    fs.renameSync(`${file}.new`, file); // a fetch must never see half of it
  }
}

function git(words, input) {
  execFileSync('git', words, { env: environment, input, stdio: ['pipe', 'ignore', 'inherit'] });
}

/// Every third revision of a pull request is pushed by force: the former ones can be reached no more.
function import_stream(marks) {
  const parts = [];
  let mark = 0;
  const commit = (name, parent, file, text) => {
    marks.set(name, ++mark);
    const committer = `Storm <storm@example.org> ${1767225600 + mark} +0000`;
    parts.push(`commit refs/store/${name}\nmark :${mark}\ncommitter ${committer}\n`);
    parts.push(`data ${Buffer.byteLength(name)}\n${name}\n`);
    if (parent) parts.push(`from :${marks.get(parent)}\n`);
    parts.push(`M 100644 inline ${file}\ndata ${Buffer.byteLength(text)}\n${text}\n`);
  };
  commit('base', undefined, '.benchgate.yml', config);
  for (let i = 1; i <= pushes_of_main; ++i) commit(`main/${i}`, i > 1 ? `main/${i - 1}` : 'base', 'main.txt', `${i}`);
  for (let n = 1; n <= pulls_of_repository; ++n) {
    for (let r = 0; r < revisions_of_pull; ++r) {
      const file = r % 5 === 4 ? 'extra/change.txt' : 'change.txt';
      commit(`pull/${n}/${r}`, r % 3 === 0 ? 'base' : `pull/${n}/${r - 1}`, file, `${n}.${r}`);
      commit(`group/${n}/${r}`, `pull/${n}/${r}`, 'change.txt', r % 2 ? `${n}.${r}` : `merged ${n}.${r}`);
    }
  }
  return parts.join('');
}
