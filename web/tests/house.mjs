// A daycare of the real program, and what is asked of it by a page that lies there.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { DIST } from '../tools/serve.mjs';

/** The program, with `serve`. */
export const program = process.env.EGGTOOTH;
const PASSWORD = 'a horse in the hallway';

/** An empty data folder, a free port, and the program: `origin`, `setup` (a token) and `end()`. */
export async function open() {
    assert.ok(program, 'EGGTOOTH must name the program');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    const folder = await mkdtemp(join(tmpdir(), 'eggtooth-play-'));
    const child = spawn(program, ['serve', '--listen', `127.0.0.1:${port}`, '--data-dir', folder,
        '--web-dir', DIST, '--metrics', 'off'], { stdio: ['ignore', 'pipe', 'pipe'] });
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
    const setup = /#setup=(\w+)/.exec(url)?.[1];
    assert.ok(setup, url);
    return {
        origin: new URL(url).origin,
        setup,
        async end() {
            if (child.exitCode === null && child.signalCode === null) {
                child.kill('SIGKILL');
                await once(child, 'exit');
            }
            await rm(folder, { recursive: true, force: true });
        },
    };
}

/** A request as the daycare's own page makes it: what is answered. */
export const ask = (page, method, path, body) => page.evaluate(async ([method, path, body]) => {
    const headers = { 'X-Eggtooth': '1', 'Content-Type': 'application/json' };
    const answer = await fetch('/api/v1' + path, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
}, [method, path, body]);

/** The first account, which is signed in from then on; the page lies at the daycare. */
export async function settle(page, { origin, setup }) {
    await page.goto(origin);
    await ask(page, 'POST', '/setup', { token: setup, name: 'Kim', password: PASSWORD });
}
