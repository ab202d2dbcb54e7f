// What comes unasked: the pet calls while nobody looks, and a new version of the page has been fetched.

import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { DIST, serve } from '../tools/serve.mjs';
import { awake, cover, DESKTOP, kept, observe, picture, play, profile, state, until } from './browser.mjs';

let folder, server, context, page;

const end = async server => {
    server.closeAllConnections();
    await new Promise(done => server.close(done));
};

/** Runs in the page: notes what notices are shown. */
function notes() {
    globalThis.notices = [];
    const show = ServiceWorkerRegistration.prototype.showNotification;
    ServiceWorkerRegistration.prototype.showNotification = function (title, options) {
        globalThis.notices.push({ title, ...options });
        return show.call(this, title, options);
    };
}

test('a page that may send notices', async () => {
    folder = await mkdtemp(join(tmpdir(), 'eggtooth-page-'));
    await cp(DIST, folder, { recursive: true });
    server = await serve({ folder });
    context = await profile(DESKTOP);
    await context.grantPermissions(['notifications'], { origin: server.origin });
    await context.addInitScript(notes);
    page = observe(await context.newPage());
});

test('a hidden page says that the pet calls, and a seen one does not', async () => {
    await play(page, `${server.page}?start&mute&speed=64`);
    const bell = page.getByRole('button', { name: 'Notices when the pet calls' });
    assert.equal(await bell.getAttribute('aria-pressed'), 'true');
    assert.deepEqual(await page.evaluate(() => globalThis.notices), []);
    await cover(page, true);
    const [notice] = await until('a notice', () => page.evaluate(() => globalThis.notices.length && globalThis.notices));
    assert.equal(notice.title, 'Pip');
    assert.match(notice.body, /^Pip .*calls/);
    await cover(page, false);
    await bell.click();
    assert.equal(await bell.getAttribute('aria-pressed'), 'false');
});

test('a new version is offered quietly, and used when the player says so', async () => {
    await until('the page is kept for offline play', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
    await kept(page);
    const { slug } = await state(page);
    const { port } = server.address();
    await end(server);
    await appendFile(join(folder, 'sw.js'), '// Newer.\n');
    // Compressed it is still the old one.
    for (const packed of ['sw.js.br', 'sw.js.gz']) await rm(join(folder, packed), { force: true });
    server = await serve({ folder, port });
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
    await page.getByText('A new version is ready.').waitFor();
    await picture(page, 'update');
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Use it now' }).click()]);
    const is = await awake(page);
    assert.equal(is.slug, slug, 'the same pet');
    assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).waiting), null);
    assert.deepEqual(page.complaints.filter(text => !/net::ERR_CONNECTION_REFUSED/.test(text)), []);
});

// Here and not in the end: whatever is open takes time from the tests of other files.
test('it is put away', async () => {
    await context?.clear();
    if (server) await end(server);
    if (folder) await rm(folder, { recursive: true, force: true });
});
