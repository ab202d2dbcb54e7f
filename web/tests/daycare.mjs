// The whole game in Chromium on the page of a real daycare, as `eggtooth serve` serves it:
//
//     EGGTOOTH=PROGRAM node tests/daycare.mjs
//
// PROGRAM is `eggtooth` with `serve`. One story; each step needs the ones before it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { DIST } from '../tools/serve.mjs';
import { awake, kept, launch, observe, state, until } from './browser.mjs';

const program = process.env.EGGTOOTH;
const PASSWORD = 'a horse in the hallway';
/** The first bytes of messages: the version, and what they are (LIVELINK.md). */
const [FRAME, ACK, KEYS] = [0x02, 0x05, 0x42];

const daycare = {};
let browser, page, toy;

/** An empty data folder, a free port, and the program; where it is to be set up. */
async function open() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    daycare.folder = await mkdtemp(join(tmpdir(), 'eggtooth-play-'));
    const child = spawn(program, ['serve', '--listen', `127.0.0.1:${port}`, '--data-dir', daycare.folder,
        '--web-dir', DIST, '--metrics', 'off'], { stdio: ['ignore', 'pipe', 'pipe'] });
    daycare.child = child;
    let said = '', complained = '';
    child.stderr.on('data', data => { complained = (complained + data).slice(-20_000); });
    const url = await new Promise((found, failed) => {
        child.on('error', failed);
        child.on('exit', code => failed(Error(`the program ended with ${code}: ${complained}`)));
        child.stdout.on('data', data => {
            said += data;
            const url = /^ {2}(https:\/\/\S+)\n/m.exec(said)?.[1];
            if (url) found(url);
        });
    });
    daycare.origin = new URL(url).origin;
    return url;
}

/** Runs in the page: notes what goes over live sockets. */
function notes() {
    const log = globalThis.notes = { sent: [], got: [] };
    const Real = WebSocket;
    globalThis.WebSocket = class extends Real {
        constructor(...how) {
            super(...how);
            this.addEventListener('message', event => log.got.push([...new Uint8Array(event.data).slice(0, 2)]));
        }
        send(data) {
            log.sent.push([...data].slice(0, 7));
            super.send(data);
        }
    };
}

/** A request as the daycare's own page makes it: what is answered. */
const ask = (method, path, body) => page.evaluate(async ([method, path, body]) => {
    const headers = { 'X-Eggtooth': '1', 'Content-Type': 'application/json' };
    const answer = await fetch('/api/v1' + path, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
}, [method, path, body]);

const count = (list, kind) => page.evaluate(([list, kind]) =>
    globalThis.notes[list].filter(message => message[1] === kind).length, [list, kind]);

test.after(async () => {
    await browser?.close();
    if (daycare.child && daycare.child.exitCode === null && daycare.child.signalCode === null) {
        daycare.child.kill('SIGKILL');
        await once(daycare.child, 'exit');
    }
    if (daycare.folder) await rm(daycare.folder, { recursive: true, force: true });
});

test('a daycare, an account, and a pet that lives there', async () => {
    assert.ok(program, 'EGGTOOTH must name the program');
    const url = await open();
    browser = await launch();
    const context = await browser.newContext({ ignoreHTTPSErrors: true, serviceWorkers: 'block',
        viewport: { width: 1280, height: 720 } });
    await context.addInitScript(notes);
    page = observe(await context.newPage());
    await page.goto(daycare.origin);
    const token = /#setup=(\w+)/.exec(url)?.[1];
    assert.ok(token, url);
    await ask('POST', '/setup', { token, name: 'Kim', password: PASSWORD });
    toy = (await ask('POST', '/toys', { name: 'Pop' })).id;
});

test('the game attaches to it with the session that the browser has', async () => {
    await page.goto(`${daycare.origin}/play/?start&mute&there=Pop`);
    await awake(page);
    await until('the toy there is on the desk', async () => (await state(page)).elsewhere);
    assert.equal((await state(page)).pet, 'Pop');
    assert.ok(await count('got', FRAME) > 0, 'its picture came');
});

test('a button of the page presses it there', async () => {
    const [pressed, answered] = [await count('sent', KEYS), await count('got', ACK)];
    const button = page.locator('#keys').getByRole('button', { name: /^A\b/ }).first();
    await button.click({ delay: 200 });
    await until('both changes are durable', async () => await count('got', ACK) >= answered + 2);
    assert.ok(await count('sent', KEYS) >= pressed + 2);
});

test('what breaks comes back by itself', async () => {
    const frames = await count('got', FRAME);
    await page.context().setOffline(true);
    await until('the link is noticed to be gone', async () => !(await state(page)).elsewhere);
    await page.context().setOffline(false);
    await until('it is there again', async () => (await state(page)).elsewhere);
    assert.ok(await count('got', FRAME) > frames);
});

test('the pets of the browser are its own', async () => {
    await page.goto(`${daycare.origin}/play/?start&mute`);
    await awake(page);
    await kept(page);
    const there = await ask('GET', '/toys');
    assert.deepEqual(there.map(row => row.id), [toy]);
    assert.deepEqual(page.complaints.filter(text => !/net::ERR_INTERNET_DISCONNECTED|WebSocket/.test(text)), []);
});
