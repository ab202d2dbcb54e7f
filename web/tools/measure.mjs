// What a visitor waits for, and what it costs: `node tools/measure.mjs [--repeat N]`, after `cargo xtask web`.
//
// Headless Chromium on this computer's processors, each time with an empty cache, from navigation until the browser has the
// pet's screen in the first picture to draw, until that is on the display, to the game, and until that is drawn; then the
// frames a second at each quality.
// The game draws what has changed, and nothing else: so that each frame has to be drawn, the pet lives as quickly as it can,
// and its LCD changes all the time.

import { serve } from './serve.mjs';
import { DESKTOP, launch, observe, PHONE, state } from '../tests/browser.mjs';

const args = process.argv.slice(2);
const repeat = args[0] === '--repeat' ? Number(args[1]) : 3;
if (!Number.isInteger(repeat) || repeat < 1) throw Error('node tools/measure.mjs [--repeat N]');
/** How long pictures are counted, and waited for before, ms. */
const COUNTED = 10_000;
const SETTLED = 3000;
const mega = bytes => `${(bytes / 1e6).toFixed(2)} MB`;

/** Bytes that came over the network, headers and all, as DevTools count them. */
async function network(page) {
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    const sum = { bytes: 0, answers: 0 };
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
        sum.bytes += encodedDataLength;
        sum.answers++;
    });
    return [sum, session];
}

/** The page of one visitor, whose browser has seen nothing yet; then what is measured there. */
async function visit(size, asked, measured) {
    const browser = await launch();
    const context = await browser.newContext({ ...size, serviceWorkers: 'block' });
    await context.addInitScript(mark);
    const page = observe(await context.newPage());
    const [sum, session] = await network(page);
    await page.goto(`${server.page}?start&mute${asked}`);
    await page.waitForFunction(() => !document.querySelector('#splash'));
    await measured(page, sum, session);
    await browser.close();
}

/** Runs in the page before all else: puts a letter beside the pet's first picture, in the same frame, for browsers tell when
 * text was on the display, and not when a canvas was. */
function mark() {
    const seen = globalThis.seen = [];
    new PerformanceObserver(list => seen.push(...list.getEntries().map(entry => entry.renderTime)))
        .observe({ type: 'element', buffered: true });
    addEventListener('DOMContentLoaded', () => {
        const glimpse = document.querySelector('#glimpse');
        new MutationObserver(() => {
            const letter = Object.assign(document.createElement('p'), { textContent: 'i' });
            letter.setAttribute('elementtiming', 'glimpse');
            letter.style.position = 'absolute';
            glimpse.after(letter);
        }).observe(glimpse, { attributeFilter: ['hidden'] });
    });
}

/** When the graphics process was through with all that it has been told, by the page's own clock, ms. */
const drawn = page => page.evaluate(() => new Promise(done => {
    const gl = document.querySelector('#game').getContext('webgl2');
    const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    const look = () => {
        if (gl.clientWaitSync(sync, 0, 0) === gl.TIMEOUT_EXPIRED) setTimeout(look, 5);
        else done(performance.now());
    };
    look();
}));

async function arrival(name, size) {
    await visit(size, '', async (page, sum, session) => {
        const through = await drawn(page);
        // The page's own clock; it begins with the navigation.
        const { bytes, answers } = sum;
        await page.waitForTimeout(SETTLED);
        const [given, seen, ready] = await page.evaluate(() => [performance.getEntriesByName('glimpse')[0].startTime,
            globalThis.seen[0], performance.getEntriesByName('ready')[0].startTime]);
        const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage');
        const { wasm_bytes: program } = await state(page);
        console.log(`${name.padEnd(8)} glimpse given ${Math.round(given)} ms, seen ${seen ? `${Math.round(seen)} ms` : 'never'}, ready ${Math.round(ready)} ms, `
            + `drawn ${Math.round(through)} ms, ${mega(bytes)} in ${answers} answers; memory: program `
            + `${mega(program)}, JavaScript ${mega(usedSize)}, page ${mega(embedderHeapUsedSize)}, buffers `
            + `${mega(backingStorageSize)}`);
    });
}

async function frames(name, size, quality) {
    await visit(size, `&speed=64&quality=${quality}`, async page => {
        await page.waitForTimeout(SETTLED);
        const before = await state(page);
        const passed = await page.evaluate(ms => new Promise(done => {
            const start = performance.now();
            setTimeout(() => done(performance.now() - start), ms);
        }), COUNTED);
        const after = await state(page);
        const rate = (after.drawn - before.drawn) / (passed / 1000);
        console.log(`${name.padEnd(8)} ${rate.toFixed(1)} frames/s at ${after.quality}`);
    });
}

const server = await serve();
const sizes = Object.entries({ desktop: DESKTOP, phone: PHONE });
for (const [name, size] of sizes)
    for (let n = 0; n < repeat; n++) await arrival(name, size);
for (const [name, size] of sizes)
    for (const quality of ['low', 'medium', 'high']) await frames(name, size, quality);
server.close();
