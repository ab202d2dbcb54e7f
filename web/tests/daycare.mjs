// The whole game in Chromium on the page of a real daycare, as `eggtooth serve` serves it:
//
//     EGGTOOTH=PROGRAM node tests/daycare.mjs
//
// PROGRAM is `eggtooth` with `serve`. One story; each step needs the ones before it.

import assert from 'node:assert/strict';
import test from 'node:test';
import { awake, kept, launch, observe, state, until } from './browser.mjs';
import { ask, open, settle } from './house.mjs';

/** The first bytes of messages: the version, and what they are (LIVELINK.md). */
const [FRAME, ACK, KEYS] = [0x02, 0x05, 0x42];

let daycare, browser, page, toy;

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

const count = (list, kind) => page.evaluate(([list, kind]) =>
    globalThis.notes[list].filter(message => message[1] === kind).length, [list, kind]);

test('a daycare, an account, and a pet that lives there', async () => {
    daycare = await open();
    browser = await launch();
    const context = await browser.newContext({ ignoreHTTPSErrors: true, serviceWorkers: 'block',
        viewport: { width: 1280, height: 720 } });
    await context.addInitScript(notes);
    page = observe(await context.newPage());
    await settle(page, daycare);
    toy = (await ask(page, 'POST', '/toys', { name: 'Pop' })).id;
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
    const there = await ask(page, 'GET', '/toys');
    assert.deepEqual(there.map(row => row.id), [toy]);
    assert.deepEqual(page.complaints.filter(text => !/net::ERR_INTERNET_DISCONNECTED|WebSocket/.test(text)), []);
});

// Here and not in the end: whatever is open takes time from the tests of other files.
test('it is put away', async () => {
    await browser?.close();
    await daycare?.end();
});
