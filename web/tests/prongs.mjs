// A real toy from the page: the game's own panel, and a simulated toy behind a `navigator.serial` of the test.
//
//     SERIAL=FOLDER node tests/prongs.mjs
//
// FOLDER has the simulated toy as a module; serial.mjs says how it is made.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { serve } from '../tools/serve.mjs';
import { launch, menu, observe, picture, play, until, use } from './browser.mjs';

const SECRET = 'prong-dev-secret-A';
const folder = process.env.SERIAL;
const mock = new URL('serial-mock.js', import.meta.url);

let server, browser, page;

/** The mock's files, as if the page's server had them. */
async function lend(page) {
    const files = { 'serial-mock.js': mock, 'page.js': join(folder, 'page.js'), 'page_bg.wasm': join(folder, 'page_bg.wasm') };
    for (const [name, file] of Object.entries(files)) {
        const contentType = name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
        await page.route(`**/lent/${name}`, async route => route.fulfill({ contentType, body: await readFile(file) }));
    }
}

test('a page with the game', async () => {
    assert.ok(folder, 'SERIAL must name the folder of the simulated toy');
    server = await serve();
    browser = await launch();
    const context = await browser.newContext({ serviceWorkers: 'block', viewport: { width: 1280, height: 720 } });
    page = observe(await context.newPage());
});

test('a browser without Web Serial says which browsers have it', async () => {
    await page.addInitScript(() => { delete Navigator.prototype.serial; });
    await play(page, `${server.page}?start&mute`);
    await menu(page);
    await use(page, /^Link…/);
    await use(page, /^Real toy/);
    await picture(page, 'no-serial');
});

test('the game sends an item to a toy at a port', async () => {
    await lend(page);
    await page.evaluate(async secret => {
        const [{ MockPort, MockSerial }, wasm] = await Promise.all([import('/lent/serial-mock.js'), import('/lent/page.js')]);
        await wasm.default({ module_or_path: '/lent/page_bg.wasm' });
        const serial = new MockSerial();
        const toy = new wasm.Toy(new TextEncoder().encode(secret));
        serial.choice = new MockPort(serial, toy, [0x0403, 0x6001]);
        serial.install();
        globalThis.bench = { serial, toy, port: serial.choice, item: wasm.item(16_000) };
    }, SECRET);
    const item = Buffer.from(await page.evaluate(() => [...globalThis.bench.item]));
    const give = async (button, name, bytes) => {
        const asked = page.waitForEvent('filechooser');
        await use(page, button);
        await (await asked).setFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
        await page.waitForTimeout(300);
    };
    // The panel was open at a page that had no ports.
    await use(page, /^Real toy/);
    await give(/^Choose…/, 'secret.key', new TextEncoder().encode(SECRET));
    await use(page, /^Connect/);
    await until('the port is open', () => page.evaluate(() => globalThis.bench.port.isOpen));
    const [, open, signals] = await page.evaluate(() => globalThis.bench.serial.log.map(({ port, ...entry }) => entry));
    assert.ok(open.bufferSize >= 65_536 && open.baudRate === 460_800, JSON.stringify(open));
    assert.deepEqual([signals.dataTerminalReady, signals.requestToSend], [false, false]);
    await give(/^Choose…/, 'hat.arc2', item);
    await use(page, /^Send the item/);
    await until('the toy has the item', () => page.evaluate(() => /^Ok\(Item/.test(globalThis.bench.toy.last() ?? '')));
    await picture(page, 'serial-sent');
    await use(page, /^Disconnect/);
    await until('the port is free again', () => page.evaluate(() => !globalThis.bench.port.isOpen));
    assert.deepEqual(page.complaints, []);
});

// Here and not in the end: whatever is open takes time from the tests of other files.
test('it is put away', async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
});
