// A toy that lives in a daycare goes to a playdate there, seen and led from the game on the page; its friend is
// `eggtooth meet`, another program on this computer.
//
//     EGGTOOTH=PROGRAM node tests/table.mjs

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { awake, find, launch, menu, observe, picture, state, until, use } from './browser.mjs';
import { ask, open, program, settle } from './house.mjs';

let daycare, browser, page;
const friends = [];

/** `eggtooth meet`, whose events are collected. */
async function meet(...args) {
    const folder = await mkdtemp(join(tmpdir(), 'eggtooth-meet-'));
    const child = spawn(program, ['meet', ...args, '--name', 'Bo', '--pet', 'Mimi', '--json', '--commands', '--show', '1',
        '--data-dir', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    const events = [];
    createInterface({ input: child.stdout }).on('line', line => events.push(JSON.parse(line)));
    const friend = {
        events,
        does: line => child.stdin.write(`${line}\n`),
        told: what => until(`Bo is told: ${what}`, () => events.find(({ event }) => event === what)),
        async end() {
            child.kill('SIGKILL');
            if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
            await rm(folder, { recursive: true, force: true });
        },
    };
    friends.push(friend);
    return friend;
}

/** Runs in the page: keeps the invites that the daycare makes, as the player would from the picture. */
function invites() {
    globalThis.invites = [];
    const Real = WebSocket;
    globalThis.WebSocket = class extends Real {
        constructor(...how) {
            super(...how);
            this.addEventListener('message', ({ data }) => {
                const bytes = new Uint8Array(data);
                if (!/table$/.test(this.url) || bytes[1] !== 5) return;
                globalThis.invites.push(new TextDecoder().decode(bytes.slice(4, 4 + bytes[2] + 256 * bytes[3])));
            });
        }
    };
}

const company = async (what, fits) => until(what, async () => {
    const { table } = await state(page);
    return fits(table);
});

test('a daycare, and a toy that lives there', async () => {
    daycare = await open();
    browser = await launch();
    const context = await browser.newContext({ ignoreHTTPSErrors: true, serviceWorkers: 'block',
        viewport: { width: 1280, height: 720 } });
    await context.addInitScript(invites);
    page = observe(await context.newPage());
    await settle(page, daycare);
    await ask(page, 'POST', '/toys', { name: 'Pop' });
});

const attach = async () => {
    await page.goto(`${daycare.origin}/play/?start&mute&there=Pop`);
    await awake(page);
    await until('the toy there is on the desk', async () => (await state(page)).elsewhere);
};

test('a friend\'s invite, typed in the panel, leads it to the friend\'s table', async () => {
    const bo = await meet('host', '--listen', '127.0.0.1:0', '--unseen');
    const { text } = await bo.told('invite');
    await attach();
    assert.equal((await state(page)).table, null);
    await menu(page);
    await use(page, /^Friends…/);
    await find(page, /text edit/);
    await page.keyboard.type(text, { delay: 2 });
    await use(page, /^Sit down/);
    await company('Bo is there', table => table?.includes('Bo'));
    await bo.told('table');
    await until('the page says so', async () =>
        /Pop lives in a daycare, and sits at a table with Bo\./.test(await page.locator('#said').textContent()));
    await picture(page, 'table');
});

test('it makes gestures, goes to the other\'s toy, and they play', async () => {
    const [bo] = friends;
    await use(page, /^heart/i);
    assert.equal((await bo.told('emote')).emote, 'heart');
    await use(page, /^Touch prongs/);
    await bo.told('touched');
    await picture(page, 'table-touch');
    await bo.told('played');
    await use(page, /^Part/);
    await bo.told('parted');
});

test('the page is loaded anew, and it sits there still', async () => {
    await attach();
    await company('Bo is there', table => table?.includes('Bo'));
});

test('it leaves', async () => {
    const [bo] = friends;
    await menu(page);
    await use(page, /^Leave/);
    await company('it sits nowhere', table => table === null);
    await until('Bo sees that', () => {
        const seats = bo.events.filter(({ event }) => event === 'table').at(-1).seats;
        return seats.filter(({ state }) => state === 'here').length < 2;
    });
});

test('it opens a table of its own, and the invite leads a friend there', async () => {
    await use(page, /^Friends…/);
    await use(page, /^Open a table/);
    await company('it sits alone', table => table?.length === 0);
    const invite = await until('an invite', () => page.evaluate(() => globalThis.invites.at(-1)));
    await picture(page, 'table-own');
    const bo = await meet('join', invite, '--visit');
    await company('Bo is there', table => table?.includes('Bo'));
    await bo.told('played');
    await use(page, /^(Close the table|Leave)/);
    assert.match((await bo.told('over')).why, /host/);
    await company('it sits nowhere', table => table === null);
    assert.deepEqual(page.complaints.filter(text => !/WebSocket/.test(text)), []);
});

// Here and not in the end: whatever is open takes time from the tests of other files.
test('it is put away', async () => {
    await browser?.close();
    for (const friend of friends) await friend.end();
    await daycare?.end();
});
