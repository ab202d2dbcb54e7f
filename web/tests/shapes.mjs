// Phones, desktops, zoom: everything is inside the window, and nothing lies on something else.

import assert from 'node:assert/strict';
import test from 'node:test';
import { serve } from '../tools/serve.mjs';
import { awake, DESKTOP, launch, observe, PHONE, picture, SIDEWAYS } from './browser.mjs';

let server, browser;
const SHAPES = {
    phone: PHONE, sideways: SIDEWAYS, desktop: DESKTOP,
    small: { viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true },
    dark: { ...PHONE, colorScheme: 'dark', reducedMotion: 'reduce' },
    contrast: { ...PHONE, forcedColors: 'active' },
};
const FINGER = 44;

const boxes = page => page.evaluate(() => [...document.querySelectorAll('#game, #bar button:not([hidden]), #said')]
    .map(node => ({ name: node.id || node.textContent.trim(), button: node.tagName === 'BUTTON', cut:
        node.scrollWidth > node.clientWidth + 1, ...node.getBoundingClientRect().toJSON() })));

function check(list, { width, height }) {
    for (const box of list) {
        assert.ok(box.left >= 0 && box.top >= 0 && box.right <= width + .5 && box.bottom <= height + .5,
            `${box.name} is outside: ${JSON.stringify(box)}`);
        if (box.button) {
            assert.ok(box.width >= FINGER && box.height >= FINGER, `${box.name} is too small for a finger`);
            assert.ok(!box.cut, `${box.name} is cut`);
        }
    }
    for (const [at, one] of list.entries())
        for (const other of list.slice(at + 1))
            assert.ok(one.right <= other.left + .5 || other.right <= one.left + .5 || one.bottom <= other.top + .5
                || other.bottom <= one.top + .5, `${one.name} and ${other.name} overlap`);
}

test('the shapes have a server and a browser', async () => {
    server = await serve();
    browser = await launch();
});

for (const [name, options] of Object.entries(SHAPES))
    test(`the first picture fits: ${name}`, async () => {
        const page = observe(await browser.newPage(options));
        await page.goto(server.page);
        await page.waitForFunction(() => document.querySelector('#progress').value === 1);
        const wake = await page.locator('#wake').boundingBox();
        const { width, height } = options.viewport;
        assert.ok(wake.x >= 0 && wake.x + wake.width <= width && wake.y + wake.height <= height, JSON.stringify(wake));
        check((await boxes(page)), options.viewport);
        await picture(page, `first-${name}`);
        await page.context().close();
    });

for (const name of ['phone', 'sideways', 'desktop'])
    test(`the game fits: ${name}`, async () => {
        const page = observe(await browser.newPage(SHAPES[name]));
        await page.goto(`${server.page}?start&mute`);
        await awake(page);
        // The longest that the game says.
        await page.evaluate(() => { document.querySelector('#said').textContent
            = 'Pip sleeps, is ill, is hungry, has made a mess and calls for you.'; });
        check(await boxes(page), SHAPES[name].viewport);
        const [canvas] = await boxes(page);
        assert.ok(canvas.width * canvas.height > SHAPES[name].viewport.width * SHAPES[name].viewport.height / 2,
            'the picture has most of the window');
        await picture(page, `game-${name}`);
        await page.context().close();
    });

test('fingers: two buttons at once, and a finger that slides off', async () => {
    const page = observe(await browser.newPage(PHONE));
    await page.goto(server.page);
    await page.evaluate(async () => {
        const { connect } = await import('./keys.js');
        globalThis.pressed = [];
        document.querySelector('#keys').replaceWith(Object.assign(document.querySelector('#keys').cloneNode(true)));
        connect(document.querySelector('#keys'), (name, down) => globalThis.pressed.push(name + (down ? '↓' : '↑')));
    });
    const point = async (name, id) => {
        const box = await page.getByRole('button', { name, exact: true }).boundingBox();
        return { id, x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    const pressed = () => page.evaluate(() => globalThis.pressed.splice(0));
    const touch = await page.context().newCDPSession(page);
    const fingers = (type, touchPoints) => touch.send('Input.dispatchTouchEvent', { type, touchPoints });
    const [a, c] = [await point('A', 0), await point('C', 1)];
    await fingers('touchStart', [a, c]);
    await fingers('touchEnd', []);
    assert.deepEqual(await pressed(), ['A↓', 'C↓', 'A↑', 'C↑']);
    await fingers('touchStart', [a]);
    await fingers('touchMove', [{ ...a, y: a.y - 300 }]);
    assert.deepEqual(await pressed(), ['A↓', 'A↑'], 'it slid off');
    await fingers('touchEnd', []);
    assert.deepEqual(await pressed(), []);
    await page.getByRole('button', { name: 'A+C' }).focus();
    await page.keyboard.press('Space');
    await page.waitForFunction(() => globalThis.pressed.length === 4);
    assert.deepEqual(await pressed(), ['A↓', 'C↓', 'A↑', 'C↑']);
    await page.context().close();
});

test('at four times the size everything can be reached', async () => {
    const page = observe(await browser.newPage({ viewport: { width: 320, height: 180 } }));
    await page.goto(server.page);
    for (const name of ['Wake the egg', 'A', 'A+C', 'Open a ROM or pet']) {
        const button = page.getByRole('button', { name, exact: true });
        await button.scrollIntoViewIfNeeded();
        const box = await button.boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= 321 && box.y >= 0 && box.y + box.height <= 181, name);
    }
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), 'no scrolling sideways');
    await page.context().close();
});

// Here and not in the end: whatever is open takes time from the tests of other files.
/** The layers that the browser lays on each other for a picture, lowest first, and why each is one. */
async function layers(page) {
    const session = await page.context().newCDPSession(page);
    const come = new Promise(done => session.on('LayerTree.layerTreeDidChange', ({ layers }) => layers && done(layers)));
    await session.send('DOM.enable');
    await session.send('LayerTree.enable');
    return Promise.all((await come).filter(layer => layer.drawsContent).map(async ({ layerId, width, height }) => {
        const { compositingReasonIds } = await session.send('LayerTree.compositingReasons', { layerId });
        return { area: width * height, canvas: compositingReasonIds.includes('Canvas') };
    }));
}

test('the focus is seen around the picture, and nothing as large as the picture is laid over it', async () => {
    const page = observe(await browser.newPage(DESKTOP));
    await page.goto(`${server.page}?start&mute`);
    await awake(page);
    const bars = page.locator('#ring i');
    await page.locator('#bell').focus();
    assert.equal(await bars.locator('visible=true').count(), 0);
    await page.keyboard.press('Shift+Tab');
    await page.locator('#game').focus();
    const [canvas] = await boxes(page);
    const sides = await bars.evaluateAll(nodes => nodes.map(node => node.getBoundingClientRect().toJSON()));
    assert.deepEqual([Math.min(...sides.map(box => box.left)), Math.min(...sides.map(box => box.top)),
        Math.max(...sides.map(box => box.right)), Math.max(...sides.map(box => box.bottom))],
    [canvas.left, canvas.top, canvas.right, canvas.bottom], 'it goes all around');
    assert.ok(sides.every(box => Math.min(box.width, box.height) >= 2));
    // Without a graphics card each of these costs as much as the picture itself.
    const all = await layers(page);
    const above = all.slice(all.findIndex(layer => layer.canvas) + 1);
    assert.ok(all.length > above.length, 'the canvas is one of the layers');
    assert.deepEqual(above.filter(layer => layer.area > canvas.width * canvas.height / 20), []);
    await page.context().close();
});

test('it is put away', async () => {
    await browser?.close();
    server?.close();
});
