// What a visitor waits for, and what it costs: `node tools/measure.mjs [--repeat N]`, after `cargo xtask web`.
//
// Headless Chromium on this computer's processors, from navigation to the pet, each time with an empty cache.

import { serve } from './serve.mjs';
import { DESKTOP, launch, observe, PHONE, state } from '../tests/browser.mjs';

const args = process.argv.slice(2);
const repeat = args[0] === '--repeat' ? Number(args[1]) : 3;
if (!Number.isInteger(repeat) || repeat < 1) throw Error('node tools/measure.mjs [--repeat N]');
/** How long pictures are counted, ms. */
const COUNTED = 10_000;
const mega = bytes => `${(bytes / 1e6).toFixed(2)} MB`;

/** Bytes that came over the network, headers and all, as DevTools count them. */
async function network(page) {
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Performance.enable');
    const sum = { bytes: 0, answers: 0 };
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
        sum.bytes += encodedDataLength;
        sum.answers++;
    });
    return [sum, session];
}

async function once(browser, name, options) {
    const context = await browser.newContext({ ...options, serviceWorkers: 'block' });
    const page = observe(await context.newPage());
    const [sum, session] = await network(page);
    await page.goto(`${server.page}?start&mute`);
    await page.waitForFunction(() => !document.querySelector('#splash'));
    // The page's own clock; it begins with the navigation.
    const ready = await page.evaluate(() => performance.getEntriesByName('ready')[0].startTime);
    const { bytes, answers } = sum;
    const before = await state(page);
    const passed = await page.evaluate(ms => new Promise(done => {
        const start = performance.now();
        setTimeout(() => done(performance.now() - start), ms);
    }), COUNTED);
    const after = await state(page);
    const { metrics } = await session.send('Performance.getMetrics');
    const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize').value;
    const frames = (after.drawn - before.drawn) / (passed / 1000);
    console.log(`${name.padEnd(10)} ready ${Math.round(ready)} ms, ${mega(bytes)} in ${answers} answers, program `
        + `${mega(after.wasm_bytes)}, JavaScript ${mega(heap)}, ${frames.toFixed(1)} frames/s at ${after.quality}`);
    await context.close();
}

const server = await serve();
for (const [name, options] of Object.entries({ desktop: DESKTOP, phone: PHONE }))
    for (let n = 0; n < repeat; n++) {
        // A browser of its own each time: what it compiled before it would remember.
        const browser = await launch();
        await once(browser, name, options);
        await browser.close();
    }
server.close();
