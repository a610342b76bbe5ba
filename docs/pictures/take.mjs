// Takes the pictures of docs/: the comment as GitHub would render it, folded and opened, wide and on a phone, and the
// page of a pull request. Marked and GitHub's own style sheet stand in for GitHub's renderer. Chromium is the system's.
//
//   take_pictures({ comment: MARKDOWN, page: URL, folder: DIR })
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { marked } from 'marked';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const style = fs.readFileSync(require.resolve('github-markdown-css/github-markdown-light.css'), 'utf8');
const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
const wide = { width: 980, height: 700 };
const phone = { width: 400, height: 800 };

export async function take_pictures({ comment, page, folder }) {
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-background-networking'],
  });
  try {
    const shot = async (name, size, open, prepare) => {
      const tab = await browser.newPage({ viewport: size, deviceScaleFactor: 1.5 });
      await open(tab);
      await prepare?.(tab);
      await tab.screenshot({ path: path.join(folder, name), fullPage: true });
      await tab.close();
    };
    const show_comment = (tab) => tab.setContent(document_of(comment));
    const unfold = (tab) => tab.$$eval('details', (all) => all.forEach((one) => (one.open = true)));
    await shot('comment.png', wide, show_comment);
    await shot('comment-open.png', wide, show_comment, unfold);
    await shot('comment-phone.png', phone, show_comment);
    await shot('pull-request-page.png', { width: 1100, height: 700 }, (tab) => tab.goto(page));
  } finally {
    await browser.close();
  }
}

function document_of(markdown) {
  const box = 'box-sizing:border-box;max-width:980px;margin:0;padding:20px;border:1px solid #d0d7de;border-radius:6px';
  return `<!doctype html><meta charset="utf-8"><style>${style}</style>
<body style="margin:12px"><article class="markdown-body" style="${box}">${marked.parse(markdown)}</article>`;
}
