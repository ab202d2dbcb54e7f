// A pet of the browser moves to the daycare that the page came from, and home again: all of it in the game's menu.
//
//     EGGTOOTH=PROGRAM node tests/moves.mjs

import assert from 'node:assert/strict';
import test from 'node:test';
import { awake, kept, launch, menu, observe, picture, state, until, use } from './browser.mjs';
import { ask, open, settle } from './house.mjs';

let daycare, browser, page, tick;

const begin = async () => {
    await page.goto(`${daycare.origin}/play/?start&mute`);
    return awake(page);
};

test('a daycare and a pet in the browser', async () => {
    daycare = await open();
    browser = await launch();
    const context = await browser.newContext({ ignoreHTTPSErrors: true, serviceWorkers: 'block',
        viewport: { width: 1280, height: 720 } });
    page = observe(await context.newPage());
    await settle(page, daycare);
});

test('the pet of the browser is carried there, and lives on there', async () => {
    ({ tick } = await begin());
    await menu(page);
    await use(page, /^Daycare…/);
    await use(page, /^Carry there/);
    await until('it lives there', async () => (await state(page)).elsewhere);
    const [there, ...others] = await ask(page, 'GET', '/toys');
    assert.deepEqual([there.name, others], ['Pip', []]);
    assert.ok(there.tick >= tick, `${there.tick} is after ${tick}`);
    await picture(page, 'carried');
});

test('who comes back finds it there', async () => {
    await kept(page);
    await begin();
    await until('it is on the desk', async () => (await state(page)).elsewhere);
    assert.equal((await state(page)).pet, 'Pip');
});

test('it is taken home, and is nowhere else', async () => {
    await menu(page);
    await use(page, /^Daycare…/);
    await use(page, /^Take home/);
    await until('it lives here', async () => (await state(page)).elsewhere === null);
    assert.ok((await state(page)).tick >= tick);
    assert.deepEqual(await ask(page, 'GET', '/toys'), []);
    await kept(page);
    const is = await begin();
    assert.deepEqual([is.pet, is.elsewhere], ['Pip', null]);
    assert.deepEqual(page.complaints, []);
});

// Here and not in the end: whatever is open takes time from the tests of other files.
test('it is put away', async () => {
    await browser?.close();
    await daycare?.end();
});
