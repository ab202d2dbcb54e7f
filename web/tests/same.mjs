// The same life in the browser and on this computer: `EGGTOOTH` names the program that records it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { serve } from '../tools/serve.mjs';
import { launch, observe, play } from './browser.mjs';

const ROM = new URL('../../assets/firmware/pip/pip.rom', import.meta.url).pathname;
/** Forty minutes of a pet, with presses of every button at odd ticks. */
const TICKS = 40 * 60 * 32768;
const presses = Array.from({ length: 600 }, (_, n) => {
    const at = 1_000_003 + n * 131_101, button = 'ABC'[n * 7 % 3];
    return `${at} press ${button}\n${at + 4099 + n % 17} release ${button}\n`;
}).join('');

test('a recording ends in the same state', async () => {
    const program = process.env.EGGTOOTH;
    assert.ok(program, 'EGGTOOTH must name the program');
    const folder = await mkdtemp(join(tmpdir(), 'eggtooth-same-'));
    const server = await serve();
    const browser = await launch();
    try {
        const [script, recording] = ['presses', 'life.eggplay'].map(name => join(folder, name));
        await writeFile(script, presses);
        const how = ['run', ROM, '--ticks', String(TICKS), '--script', script, '--record', recording];
        await promisify(execFile)(program, how);
        const page = observe(await browser.newPage());
        await play(page, `${server.page}?start&mute`);
        const bytes = [...await readFile(recording)];
        const there = await page.evaluate(bytes => JSON.parse(globalThis.eggtooth.replay(Uint8Array.from(bytes))), bytes);
        assert.match(there.expected, /^[0-9a-f]{64}$/);
        assert.equal(there.hash, there.expected);
        assert.ok(there.tick >= TICKS);
    } finally {
        await browser.close();
        server.closeAllConnections();
        server.close();
        await rm(folder, { recursive: true, force: true });
    }
});
