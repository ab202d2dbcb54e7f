// One pet's story in one browser: each step needs the ones before it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { serve } from '../tools/serve.mjs';
import { awake, cover, clocks, DESKTOP, drop, kept, observe, picture, play, profile, state, until } from './browser.mjs';

/** A quarter of a minute after its egg has opened. */
const HATCHED = 60 * 32768;
const EARLIER = new URL('../../assets/firmware/pip/earlier/pip-1.rom', import.meta.url);
const SPEED = 64;

let server, context, page, fresh, begun = false;

const step = (name, act) => test(name, () => {
    assert.ok(begun, 'there is no pet to test');
    return act();
});
const ticks = async () => (await state(page)).tick;
const lit = async () => (await state(page)).icons;
/** The icons are bits; the first is food, the last that it calls. */
const isFood = icons => (icons & 1) === 1;
const isHome = icons => (icons & 0x7f) === 0;

/** No icon is lit: the pet is at home. */
async function home() {
    await until('C leads home', async () => {
        if (isHome(await lit())) return true;
        await page.getByRole('button', { name: 'C', exact: true }).click({ delay: 200 });
        return false;
    });
}

/** The pet's screen in the first picture, as a picture of its own, and how many of its pixels are dark. */
async function glimpse() {
    await page.waitForFunction(() => performance.getEntriesByName('glimpse').length);
    return page.evaluate(() => {
        const { width, height } = document.querySelector('#glimpse');
        const { data } = document.querySelector('#glimpse').getContext('2d').getImageData(0, 0, width, height);
        let dark = 0;
        for (let at = 0; at < data.length; at += 4) if (data[at] < 0x60) dark++;
        return { dark: dark / (width * height), bytes: data.join() };
    });
}

/** Files that the page has stored. */
const stored = () => page.evaluate(() => new Promise((done, failed) => {
    const opening = indexedDB.open('eggtooth');
    opening.onerror = failed;
    opening.onsuccess = () => {
        const counting = opening.result.transaction('files').objectStore('files').count();
        counting.onerror = failed;
        counting.onsuccess = () => { opening.result.close(); done(counting.result); };
    };
}));

/** Presses until food is chosen: a press may fall into what the pet is doing. */
const food = press => until('food is chosen', async () => {
    if (isFood(await lit())) return true;
    await press();
    await page.waitForTimeout(700);
    return isFood(await lit());
});

test('load and start, without a complaint', async () => {
    server = await serve();
    context = await profile(DESKTOP);
    await context.addInitScript(clocks);
    page = observe(await context.newPage());
    await page.goto(server.page);
    await page.getByRole('button', { name: 'Wake the egg' }).waitFor();
    fresh = await glimpse();
    assert.ok(fresh.dark > 0.02 && fresh.dark < 0.5, `there is an egg on the glass: ${fresh.dark}`);
    assert.equal(await stored(), 0, 'looking at it keeps nothing');
    await picture(page, 'first');
    await page.getByRole('button', { name: 'Wake the egg' }).click();
    const is = await awake(page);
    assert.equal(is.pet, 'Pip');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'game', 'the keyboard is with the canvas');
    assert.deepEqual(page.complaints, []);
    begun = true;
});

step('the pet lives', async () => {
    const before = await ticks();
    await until('time passes', async () => await ticks() > before);
    assert.match(await page.locator('#said').textContent(), /^Pip .*\.$/);
    await picture(page, 'egg');
});

step('it hatches at speed', async () => {
    await kept(page);
    await page.goto(`${server.page}?start&mute&speed=${SPEED}`);
    assert.equal((await awake(page)).speed, SPEED);
    await until('it is hatched', async () => await ticks() > HATCHED);
    await kept(page);
    await page.goto(server.page);
    const hatched = await glimpse();
    assert.ok(hatched.dark > 0.02 && hatched.bytes !== fresh.bytes, 'the first picture has the pet as it was');
    await page.reload();
    assert.equal((await glimpse()).bytes, hatched.bytes, 'nothing became of the look');
    await picture(page, 'hatched first');
    await play(page, `${server.page}?start`);
    await picture(page, 'hatched');
});

step('it is fed by the buttons of the page', async () => {
    await home();
    await food(() => page.getByRole('button', { name: 'A', exact: true }).click({ delay: 200 }));
    const { fullness } = await state(page);
    await page.getByRole('button', { name: 'B', exact: true }).click({ delay: 200 });
    await page.waitForTimeout(1000);
    await page.getByRole('button', { name: 'B', exact: true }).click({ delay: 200 });
    await until('it is fuller', async () => (await state(page)).fullness > fullness);
    await picture(page, 'fed');
    // Without a pointer: as a keyboard and a screen reader do it.
    await home();
    await page.getByRole('button', { name: 'A', exact: true }).focus();
    await food(() => page.keyboard.press('Enter'));
});

step('its buttons in the picture can be clicked', async () => {
    await home();
    const box = await page.locator('#game').boundingBox();
    // Where A is depends on the camera: a row of places below the screen is tried, left of the middle.
    const places = [];
    for (const down of [0.7, 0.74, 0.78, 0.66, 0.82])
        for (const left of [0.42, 0.44, 0.4, 0.38, 0.46]) places.push([box.x + box.width * left, box.y + box.height * down]);
    for (const [x, y] of places) {
        await page.mouse.move(x, y);
        await page.mouse.down();
        await page.waitForTimeout(250);
        await page.mouse.up();
        const chosen = await until('food is chosen', async () => isFood(await lit()), 1500).catch(() => false);
        if (chosen) return;
    }
    assert.fail('no click below the screen met button A');
});

step('a gamepad plays', async () => {
    await home();
    await page.evaluate(() => {
        const buttons = Array.from({ length: 17 }, () => ({ pressed: false, touched: false, value: 0 }));
        globalThis.pad = { id: 'Pad', index: 0, connected: true, mapping: 'standard', timestamp: 0, axes: [0, 0, 0, 0], buttons };
        navigator.getGamepads = () => [globalThis.pad, null, null, null];
    });
    // The left one of the four that lie like a cross.
    const hold = pressed => page.evaluate(pressed => {
        Object.assign(globalThis.pad.buttons[2], { pressed, touched: pressed, value: Number(pressed) });
        globalThis.pad.timestamp = performance.now();
    }, pressed);
    await food(async () => {
        await hold(true);
        await page.waitForTimeout(250);
        await hold(false);
    });
    await page.evaluate(() => { globalThis.pad.connected = false; delete navigator.getGamepads; });
});

step('the keyboard plays, and Tab leads out of the picture', async () => {
    await home();
    await page.locator('#game').focus();
    await food(() => page.keyboard.press('z', { delay: 200 }));
    await page.keyboard.press('Tab');
    assert.notEqual(await page.evaluate(() => document.activeElement.id), 'game');
});

step('reloading finds the same pet', async () => {
    const before = await state(page);
    assert.ok(await kept(page), 'everything is written');
    await page.reload();
    const after = await awake(page);
    assert.equal(after.slug, before.slug);
    assert.ok(after.tick >= before.tick, `${after.tick} is before ${before.tick}`);
});

step('a second tab says that the first one has the pets', async () => {
    const second = observe(await context.newPage());
    await play(second, `${server.page}?start&mute`);
    await second.getByText('in use by another tab').first().waitFor();
    assert.equal((await state(second)).slug, (await state(page)).slug);
    await second.close();
    await page.bringToFront();
});

step('hidden for an hour it is not forgotten', async () => {
    await kept(page);
    const before = await ticks();
    await cover(page, true);
    await page.evaluate(() => globalThis.skip(3_600_000));
    await cover(page, false);
    const lived = 3600 * 32768;
    await until('the hour is asked about, or lived', async () => {
        const { away, tick } = await state(page);
        return away || tick - before >= lived;
    });
    await picture(page, 'hour');
});

step('a pet in a hidden page lives on', async () => {
    await play(page, `${server.page}?start&mute`);
    await cover(page, true);
    // Real frames no longer come to what asked for one: only the worker's timer calls.
    const before = await ticks();
    await until('it lives in the dark', async () => (await state(page)).away || await ticks() > before + 32768);
    await cover(page, false);
});

step('without a network it starts all the same', async () => {
    await until('the service worker has it all', () => page.evaluate(async () =>
        (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'
        && navigator.serviceWorker.controller !== null));
    await kept(page);
    const { slug } = await state(page);
    await context.setOffline(true);
    server.closeAllConnections();
    await page.reload();
    assert.equal((await awake(page)).slug, slug);
    await context.setOffline(false);
});

step('a ROM that is dropped is played', async () => {
    const before = await state(page);
    await drop(page, 'pip-1.rom', await readFile(EARLIER));
    await until('it is asked about, or played', async () => (await state(page)).rom !== before.rom
        || await page.locator('#card[open]').count());
    await picture(page, 'dropped');
});

step('a copy of a pet is saved, and comes back beside it', async () => {
    const { pet, slug } = await state(page);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save a copy of the pet' }).click();
    const file = await saved;
    assert.equal(file.suggestedFilename(), `${pet}.egg`);
    await drop(page, file.suggestedFilename(), await readFile(await file.path()));
    await until('another pet is on the desk', async () => (await state(page)).slug !== slug);
    assert.equal((await state(page)).pet, `${pet} 2`);
});

step('nothing was complained about', () => assert.deepEqual(page.complaints, []));

// Here and not in the end: whatever is open takes time from the tests of other files.
test('it is put away', async () => {
    await context?.clear();
    server?.close();
});
