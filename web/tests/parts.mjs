// Where only the pet's screen changes, only that is drawn: what is seen must be as if all of it had been.

import assert from 'node:assert/strict';
import test from 'node:test';
import { serve } from '../tools/serve.mjs';
import { awake, DESKTOP, launch, menu, observe, state, until } from './browser.mjs';

let server, browser, page;

/** Runs in the page: the box [x, y, width, height] in which the canvas differs from the last time, and its size. */
function changes() {
    const canvas = document.querySelector('#game');
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    const now = new Uint32Array(copy.getImageData(0, 0, width, height).data.buffer);
    const last = globalThis.seen ?? now;
    globalThis.seen = now;
    let [left, top, right, bottom] = [width, height, 0, 0];
    now.forEach((pixel, n) => {
        if (pixel === last[n]) return;
        const x = n % width, y = Math.floor(n / width);
        [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
    });
    return { box: [left, top, Math.max(right - left, 0), Math.max(bottom - top, 0)], width, height };
}

/** What differs after so many more pictures. */
async function after(pictures) {
    await page.evaluate(changes);
    const { drawn } = await state(page);
    await until('it is drawn', async () => (await state(page)).drawn >= drawn + pictures);
    return page.evaluate(changes);
}

test('the parts have a server and a browser', async () => {
    server = await serve();
    browser = await launch();
});

// By itself the quality rises when the first picture has been seen for a while, and falls where the computer is slow; with that
// all of the picture changes.
for (const quality of ['low', 'medium']) {
    test(`a pet that lives quickly: ${quality}`, async () => {
        page = observe(await (await browser.newContext({ ...DESKTOP, serviceWorkers: 'block' })).newPage());
        await page.goto(`${server.page}?start&mute&speed=64&quality=${quality}`);
        await awake(page);
        // The keys are shown at the first start, and the menu's handle at each.
        await until('the interface is gone', async () => (await state(page)).clear);
        await after(10);
    });

    test(`between its pictures nothing changes but the screen: ${quality}`, async () => {
        const { box: [x, y, w, h], width, height } = await after(30);
        assert.ok(w > 20 && h > 20, `the screen changes: ${w} × ${h}`);
        assert.ok(w * h < width * height / 6, `${w} × ${h} at ${x}, ${y} of ${width} × ${height}`);
        // In the middle, and not upside down: the screen lies above the buttons.
        assert.ok(x > width * 0.3 && x + w < width * 0.7 && y > height * 0.25 && y + h < height * 0.75, `${y} to ${y + h}`);
    });

    test(`the menu changes more, and leaves nothing behind: ${quality}`, async () => {
        await page.evaluate(changes);
        await menu(page);
        const { box: [, , w, h], width, height } = await page.evaluate(changes);
        assert.ok(w * h > width * height / 6, `${w} × ${h}`);
        await page.keyboard.press('Escape');
        await until('the interface is gone', async () => (await state(page)).clear);
        await after(10);
        const left = await after(30);
        assert.ok(left.box[2] * left.box[3] < width * height / 6, `${left.box}`);
        assert.deepEqual(page.complaints, []);
        await page.context().close();
    });
}

// Here and not in the end: whatever is open takes time from the tests of other files.
test('it is put away', async () => {
    await browser?.close();
    server?.close();
});
