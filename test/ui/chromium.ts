import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the machine's Chromium (or the one that CHROMIUM_PATH names) without a window. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), headless: true, args: ARGUMENTS });
}

function findChromium(): string {
  const found = [process.env.CHROMIUM_PATH, ...PLACES].find((path) => path !== undefined && canRun(path));
  return found ?? installed();
}

/** As root on Debian the package is installed; elsewhere a person has to. */
function installed(): string {
  const place = '/usr/bin/chromium';
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    execFileSync('apt-get', ['update'], { stdio: 'ignore' });
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], {
      stdio: 'ignore',
    });
    if (canRun(place)) return place;
  }
  throw new Error('The tests of the interface need Chromium: install it, or name it in CHROMIUM_PATH.');
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
