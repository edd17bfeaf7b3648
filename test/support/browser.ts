import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { chromium, type Browser, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser that is there: CHROMIUM_PATH, else one on the PATH. */
function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') {
    return named;
  }
  return NAMES.map((name) => spawnSync('which', [name], { encoding: 'utf8' }))
    .find(({ status }) => status === 0)
    ?.stdout.trim();
}

/** Installs Debian's browser where there is none and we may. Called before the tests, since it takes a minute. */
export function installChromium(say: (line: string) => void): void {
  const isDebian = spawnSync('which', ['apt-get']).status === 0;
  if (findChromium() !== undefined || process.getuid?.() !== 0 || !isDebian) {
    return;
  }
  say('installing chromium for the browser tests …');
  const options = { stdio: 'ignore', timeout: 600_000 } as const;
  const words = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', words, {
    ...options,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  say(findChromium() === undefined ? 'chromium could not be installed' : 'chromium is there');
}

/** A suite that needs a real browser; without one it is shown as pending, with the reason in its title. */
export function describeWithBrowser(title: string, suite: () => void): void {
  if (findChromium() === undefined) {
    describe.skip(
      `${title} (skipped: no chromium here; apt-get install chromium, or set CHROMIUM_PATH)`,
      suite,
    );
  } else {
    describe(title, suite);
  }
}

export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error('There is no chromium');
  }
  return chromium.launch({
    executablePath,
    // Root may not use the sandbox; containers have a small /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}

/** Keeps what the page shows, as an artefact of the tests; `dist/test-artefacts` or CANDLEWICK_ARTEFACTS. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const folder = resolve(process.env['CANDLEWICK_ARTEFACTS'] ?? 'dist/test-artefacts');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  return path;
}
