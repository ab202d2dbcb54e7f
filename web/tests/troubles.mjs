// What goes wrong is said in words, with what to do; and what the server does is right.

import assert from 'node:assert/strict';
import { request } from 'node:http';
import test from 'node:test';
import { serve } from '../tools/serve.mjs';
import { awake, launch, observe, picture, play } from './browser.mjs';

let server, browser;

/** A page before which `script` has run; `arrange(context)` may do more. */
async function withPage(act, script, arrange = () => {}) {
    const context = await browser.newContext({ viewport: { width: 800, height: 600 }, serviceWorkers: 'block' });
    if (script) await context.addInitScript(script);
    await arrange(context);
    const page = observe(await context.newPage());
    await act(page).finally(() => context.close());
}

async function card(page, title, what) {
    await page.getByRole('heading', { name: title }).waitFor();
    const text = await page.locator('#card p').textContent();
    assert.match(text, what);
    assert.ok(await page.locator('#card button').count(), 'there is something to press');
    await picture(page, `card-${title.replace(/\W+/g, '-').toLowerCase()}`);
}

test('the troubles have a server and a browser', async () => {
    server = await serve({ under: '/play/' });
    browser = await launch();
});

test('no WebGL 2', () => withPage(async page => {
    await page.goto(server.page);
    await card(page, 'This browser cannot draw the egg', /hardware acceleration/);
}, () => {
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        return kind === 'webgl2' ? null : real.call(this, kind, ...more);
    };
}));

test('no WebAssembly', () => withPage(async page => {
    await page.goto(server.page);
    await card(page, 'This browser cannot run the program', /allow it for this page/);
}, () => { delete globalThis.WebAssembly; }));

test('the program cannot be fetched', async () => {
    for (const answer of [route => route.abort(), route => route.fulfill({ status: 503, body: '' })])
        await withPage(async page => {
            await page.goto(server.page);
            await card(page, 'The program could not be fetched', /start again/);
        }, null, context => context.route(/\.wasm$/, answer));
});

test('the program is not understood', () => withPage(async page => {
    await page.goto(server.page);
    await card(page, 'This browser is too old for the program', /Update/);
}, null, context => context.route(/\.wasm$/, route => route.fulfill({ contentType: 'application/wasm', body: 'no' }))));

test('nothing can be kept: it plays, and says so', () => withPage(async page => {
    await page.addInitScript(() => {
        IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError'); };
    });
    await play(page, `${server.page}?start&mute`);
    assert.equal(await page.evaluate(() => globalThis.eggtooth.shelf.keeps), false);
    const before = (await page.evaluate(() => JSON.parse(globalThis.eggtooth.state()))).tick;
    await page.waitForFunction(before => JSON.parse(globalThis.eggtooth.state()).tick > before, before);
    await picture(page, 'nothing-kept');
}));

test('the shelf: in order, newest of each, told once, tried again', () => withPage(async page => {
    await page.goto(`${server.page}icons/egg.svg`);
    await page.goto(server.page);
    const outcome = await page.evaluate(async () => {
        const { Shelf } = await import('./shelf.js');
        const told = [], stored = [];
        const bytes = (...list) => Uint8Array.from(list);
        const shelf = new Shelf(text => told.push(text), number => stored.push(number));
        await shelf.open();
        shelf.store([['a', bytes(1)], ['b', bytes(2)]], 1);
        shelf.store([['a', bytes(3)], ['b', null]], 2);
        const whole = await shelf.idle();
        const real = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function () {
            this.transaction.abort();
            throw new DOMException('full', 'QuotaExceededError');
        };
        shelf.store([['a', bytes(4)], ['c', bytes(5)]], 3);
        const failed = await shelf.idle();
        shelf.store([['a', bytes(6)]], 4);
        await shelf.idle();
        const times = told.length;
        IDBObjectStore.prototype.put = real;
        const mended = await shelf.idle();
        const again = new Shelf(() => {}, () => {});
        const files = (await again.open()).map(([path, bytes]) => [path, ...bytes]);
        return { whole, failed, mended, files, times, told, last: stored.at(-1) };
    });
    assert.deepEqual(outcome.files, [['a', 6], ['c', 5]]);
    assert.deepEqual([outcome.whole, outcome.failed, outcome.mended, outcome.times, outcome.last],
        [true, false, true, 1, 4]);
    assert.match(outcome.told[1], /works again/);
}));

test('the graphics are taken away', () => withPage(async page => {
    await play(page, `${server.page}?start&mute`);
    await page.evaluate(() => document.querySelector('#game').getContext('webgl2').getExtension('WEBGL_lose_context')
        .loseContext());
    await card(page, 'The browser took the graphics away', /start again/);
    await page.getByRole('button', { name: 'Start again' }).click();
    await awake(page);
}));

test('the program crashes', () => withPage(async page => {
    await play(page, `${server.page}?start&mute`);
    // A second game beside the first is what the program has no answer to but to stop.
    await page.evaluate(() => setTimeout(() => globalThis.eggtooth.boot({}, [], {})));
    await card(page, 'The program has crashed', /as they were saved last/);
    assert.match(await page.locator('#card pre').textContent(), /panicked at/);
    await page.getByRole('button', { name: 'Start again' }).click();
    await awake(page);
}));

test('the server: types, packed answers, ETags, security, nothing else', async () => {
    const get = (path, headers = {}, method = 'GET') => new Promise((done, failed) => {
        const { port } = server.address();
        request({ port, host: '127.0.0.1', path, method, headers: { host: `localhost:${port}`, ...headers } }, answer => {
            let bytes = 0;
            answer.on('data', data => { bytes += data.length; });
            answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, bytes }));
        }).on('error', failed).end();
    });
    const wasm = await get('/play/eggtooth_bg.wasm', { 'accept-encoding': 'gzip, br' });
    assert.equal(wasm.headers['content-type'], 'application/wasm');
    assert.equal(wasm.headers['content-encoding'], 'br');
    const zipped = await get('/play/eggtooth_bg.wasm', { 'accept-encoding': 'gzip, br;q=0' });
    assert.equal(zipped.headers['content-encoding'], 'gzip');
    assert.notEqual(zipped.headers.etag, wasm.headers.etag);
    const plain = await get('/play/eggtooth_bg.wasm');
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.ok(plain.bytes > zipped.bytes && plain.headers.vary === 'Accept-Encoding');
    const same = await get('/play/eggtooth_bg.wasm', { 'accept-encoding': 'br', 'if-none-match': wasm.headers.etag });
    assert.deepEqual([same.status, same.bytes], [304, 0]);
    const page = await get('/play/?start');
    assert.equal(page.status, 200);
    assert.match(page.headers['content-security-policy'], /script-src 'self' 'wasm-unsafe-eval';/);
    assert.equal(page.headers['cache-control'], 'no-cache');
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    assert.equal((await get('/play/', {}, 'HEAD')).bytes, 0);
    assert.equal((await get('/play/', {}, 'POST')).status, 405);
    assert.equal((await get('/play/', { host: 'evil.example' })).status, 421);
    for (const path of ['/play/../package.json', '/play/%2e%2e/package.json', '/play//etc/passwd', '/play/sw.js.br',
        '/api/v1/hello', '/package.json'])
        assert.equal((await get(path)).status, 404, path);
    assert.equal((await get('/play')).headers.location, '/play/');
});

// Here and not in the end: whatever is open takes time from the tests of other files.
test('it is put away', async () => {
    await browser?.close();
    server?.close();
});
