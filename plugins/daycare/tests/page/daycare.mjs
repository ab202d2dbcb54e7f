// The real program, started as a person would, on a port that is free, with a data folder of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

async function freePort() {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address();
	server.close();
	await once(server, 'close');
	return port;
}

export class Daycare {
	constructor(program) {
		this.program = program;
	}

	/** An empty data folder and a port; nothing is started. */
	async prepare() {
		this.folder = await mkdtemp(join(tmpdir(), 'eggtooth-page-'));
		this.port = await freePort();
	}

	/** Starts the program and waits for the address that it prints; returns it. */
	async start() {
		const args = ['serve', '--listen', `127.0.0.1:${this.port}`, '--data-dir', this.folder, '--metrics', 'off'];
		const child = spawn(this.program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
		this.child = child;
		this.ended = once(child, 'exit');
		let said = '', complained = '';
		child.stderr.on('data', data => { complained = (complained + data).slice(-20_000); });
		return await new Promise((found, failed) => {
			child.on('error', failed);
			child.on('exit', code => failed(Error(`the program ended with ${code}: ${complained}`)));
			child.stdout.on('data', data => {
				said += data;
				const url = /^ {2}(https:\/\/\S+)\n/m.exec(said)?.[1];
				if (!url) return;
				this.origin = new URL(url).origin;
				found(url);
			});
		});
	}

	/** Ends the program; returns its exit code, or the signal's name. */
	async stop(signal = 'SIGTERM') {
		this.child.kill(signal);
		const [code, by] = await this.ended;
		return code ?? by;
	}

	async clear() {
		if (this.child && this.child.exitCode === null && this.child.signalCode === null) await this.stop('SIGKILL');
		await rm(this.folder, { recursive: true, force: true });
	}
}
