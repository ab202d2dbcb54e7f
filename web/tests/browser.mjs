// Chromium, and what the tests do with a page in it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
    '--ignore-gpu-blocklist'];
/** Software draws slowly, and slower where other checks run at the same time. */
const PATIENCE = Number(process.env.PATIENCE ?? 120) * 1000;

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
export const SIDEWAYS = { viewport: { width: 844, height: 390 }, isMobile: true, hasTouch: true };
export const DESKTOP = { viewport: { width: 1280, height: 720 } };

const how = () => ({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: FLAGS,
    // The sandbox does not work as root.
    chromiumSandbox: process.getuid?.() !== 0,
});

/** A browser; `CHROMIUM` names another program than Debian's. */
export const launch = () => chromium.launch(how());

/** A browser of its own with a profile on disk, which is removed by `context.clear()`. */
export async function profile(options) {
    const folder = await mkdtemp(join(tmpdir(), 'eggtooth-browser-'));
    const context = await chromium.launchPersistentContext(folder, { ...how(), ...options });
    context.clear = async () => {
        await context.close();
        await rm(folder, { recursive: true, force: true });
    };
    return context;
}

/** Notes what a page complains about. `page.complaints` must stay empty, but for what a test expects. */
export function observe(page) {
    page.setDefaultTimeout(PATIENCE);
    page.complaints = [];
    page.on('pageerror', error => page.complaints.push(String(error)));
    page.on('console', message => {
        if (message.type() === 'error') page.complaints.push(message.text());
    });
    return page;
}

/** Asks again and again until the answer is true. */
export async function until(what, ask, patience = PATIENCE) {
    const end = Date.now() + patience;
    for (;;) {
        const answer = await ask();
        if (answer) return answer;
        if (Date.now() > end) throw Error(`waited ${patience / 1000} s in vain: ${what}`);
        await new Promise(done => setTimeout(done, 100));
    }
}

/** What the game says about itself. */
export const state = page => page.evaluate(() => JSON.parse(globalThis.eggtooth.state()));

/** Opens the page and waits until the pet is to be seen. */
export async function play(page, url) {
    await page.goto(url);
    await awake(page);
}

/** The pet is to be seen, and the program runs. Whoever came late is asked about that, and lets it live. */
export async function awake(page) {
    await page.waitForFunction(() => globalThis.eggtooth && !document.querySelector('#splash'));
    if ((await state(page)).away) await live(page);
    return state(page);
}

/** Answers the question about an absence, as from the keyboard, and waits until it is lived. */
export async function live(page) {
    const button = page.getByRole('button', { name: 'Live it' });
    if (await button.count()) {
        await button.focus();
        await page.keyboard.press('Enter');
    }
    await until('the absence is lived', async () => !(await state(page)).away);
}

/** What has the focus in the game's menu, as it is read out. */
const focused = page => page.locator('#focused').textContent();

/** The game has looked at its input so many times since it had done so `since` times; or what is asked is true already. */
async function looked(page, since, times, already = () => false) {
    await until('the game goes on', async () => {
        // Where nothing moves it sleeps.
        await page.evaluate(() => globalThis.eggtooth.hidden(false));
        return await already() || (await state(page)).updates >= since + times;
    });
}

/** Presses a key, and waits until the game has taken it and shows what became of that; or what is asked is true. */
async function press(page, key, already) {
    const { updates } = await state(page);
    await page.keyboard.press(key, { delay: 30 });
    await looked(page, updates, 4, already);
}

/** Opens the menu, from the keyboard. */
export async function menu(page) {
    await page.locator('#game').focus();
    await press(page, 'Escape');
}

/** Moves the focus through the menu until it lies on what is called so, as who does not see it would. */
export async function find(page, name, most = 90) {
    const seen = [];
    for (let n = 0; n < most; n++) {
        const before = await focused(page);
        if (name.test(before) && n > 0) return before;
        await press(page, 'Tab', async () => await focused(page) !== before);
        seen.push(await focused(page));
    }
    throw Error(`nothing in the menu is called ${name}: ${[...new Set(seen)].join(' | ')}`);
}

/** The same, and presses it. */
export async function use(page, name) {
    await find(page, name);
    await press(page, 'Enter');
}

/** Waits until nothing of the shelf is unwritten. */
export const kept = page => page.evaluate(async () => {
    globalThis.eggtooth.hidden(true);
    globalThis.eggtooth.hidden(false);
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return globalThis.eggtooth.shelf.idle();
});

/** The page becomes hidden or visible, as when another tab is chosen. */
export const cover = (page, hidden) => page.evaluate(hidden => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => hidden ? 'hidden' : 'visible' });
    document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

/** Runs in the page before all else: `skip(ms)` sets both of its clocks forward. */
export function clocks() {
    let ahead = 0;
    const wall = Date.now.bind(Date), steady = performance.now.bind(performance);
    Date.now = () => wall() + ahead;
    performance.now = () => steady() + ahead;
    globalThis.skip = ms => { ahead += ms; };
}

/** Lets a file go over the page. */
export const drop = (page, name, bytes) => page.evaluate(([name, bytes]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
    for (const kind of ['dragenter', 'dragover', 'drop'])
        document.querySelector('#game').dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
}, [name, [...bytes]]);

/** A picture, where `PICTURES` names a folder for them. */
export async function picture(page, name) {
    if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, `${name}.png`) });
}
