// The daycare's page in Chromium, against the real program:
//
//     node run.mjs PROGRAM [--pictures FOLDER]
//
// One story; each step needs the ones before it. A stopwatch runs from starting the program to a pet on a phone.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { connected, launch, lit, noted, press, request, somebody, submit, unfold, until } from './browser.mjs';
import { Daycare } from './daycare.mjs';

const [program, flag, folder] = process.argv.slice(2);
assert.ok(program && (flag === undefined || (flag === '--pictures' && folder)),
	'node run.mjs PROGRAM [--pictures FOLDER]');

/** What the page may weigh, all files together, as they are served. */
const LIMIT = 20_000;
/** The stopwatch's limit (service §1.1). */
const TWO_MINUTES = 120_000;
const PASSWORD = 'a horse in the hallway';
const ROM = new URL('../../../../assets/firmware/pip/pip.rom', import.meta.url);

const daycare = new Daycare(program);
const watch = {};
let browser, owner, carer, viewer, toy;

let begun = false;

/** A step that needs a daycare with a pet in it. */
const step = (name, act) => test(name, () => {
	assert.ok(begun, 'there is no daycare with a pet to test');
	return act();
});
const since = start => `${((performance.now() - start) / 1000).toFixed(1)} s`;

/** A picture for the README, where they are wanted; this machine's name is nobody's business. */
async function picture(page, name) {
	if (!folder) return;
	await page.evaluate(() => { document.querySelector('#name').textContent = 'Kim’s daycare'; });
	await page.screenshot({ path: join(folder, `daycare-${name}.png`) });
}

const here = page => new URL(page.url());

/** The built-in pet's program with one dot of one picture changed: a program that nobody has seen. */
async function changed() {
	const rom = await readFile(ROM);
	const isPicture = at => at + 1 < rom.length && (rom[at] & 15) === 1;
	for (let at = 0; at < rom.length; at += 2)
		if (Array.from({ length: 24 }, (_, n) => at + 2 * n).every(isPicture)) {
			rom[at + 25] ^= 4;
			return rom;
		}
	throw Error('no pictures found in pip.rom');
}

async function invite(role, name) {
	await owner.goto(daycare.origin + '/#house');
	await unfold(owner, 'Invitations');
	owner.said.length = 0;
	await submit(owner, 'Invite', { note: name, role, hours: 1 });
	const { value } = await until('the link is shown', () => owner.said[0]);
	assert.match(value, /#join=\w+/);
	const page = await somebody(browser);
	await page.goto(value);
	await submit(page, 'Join', { name, new: `${PASSWORD} of ${name}` });
	await page.getByRole('heading', { name: 'A new pet' }).waitFor();
	return page;
}

async function share(name, role) {
	await owner.goto(`${daycare.origin}/#toy=${toy}`);
	await unfold(owner, 'Sharing');
	await submit(owner, 'Share', { name, role, hours: 2 });
	await owner.getByText(`${name}: ${role}`).waitFor();
}

// One C too many taps the pet, and then it sees no button for a while.
/** Makes sure that no icon is lit, and gives the pet time to finish what it does. */
async function wentHome(page) {
	const away = async () => /food|light|game|medicine|toilet|status|discipline/.test(await lit(page));
	for (let n = 0; await away(); n++) {
		assert.ok(n < 5, 'C does not lead home');
		await press(page, ['C']);
		await until('it went back', async () => !await away(), 2_000).catch(() => {});
	}
	await page.waitForTimeout(2_000);
}

test('the page weighs less than it may, and needs nobody else', async () => {
	await daycare.prepare();
	watch.start = performance.now();
	watch.url = await daycare.start();
	watch.open = since(watch.start);
	browser = await launch();
	owner = await somebody(browser);
	const hosts = new Set();
	let bytes = 0;
	owner.context().on('request', request => hosts.add(new URL(request.url()).host));
	for (const path of ['/', '/style.css', '/app.js', '/icon.svg']) {
		const answer = await owner.context().request.get(daycare.origin + path,
			{ headers: { 'Accept-Encoding': 'identity' } });
		assert.equal(answer.status(), 200, path);
		assert.match(answer.headers()['content-security-policy'], /default-src 'self'/);
		bytes += (await answer.body()).length;
	}
	assert.ok(bytes <= LIMIT, `${bytes} bytes`);
	console.log(`the page: ${bytes} bytes`);
	owner.hosts = hosts;
});

test('set up, and a pet', async () => {
	await owner.goto(watch.url);
	await owner.getByRole('heading', { name: 'A new daycare' }).waitFor();
	await picture(owner, 'set-up');
	await submit(owner, 'Open it', { name: 'Kim', new: PASSWORD });
	await owner.getByRole('heading', { name: 'A new pet' }).waitFor();
	watch.in = since(watch.start);
	await picture(owner, 'new-pet');
	await submit(owner, 'Hatch it', { name: 'Pip', theme: 'mint' });
	await owner.locator('canvas').waitFor();
	await connected(owner);
	const drawn = message => message[1] === 2 && message.slice(14, 78).some(dots => dots);
	await until('an egg', async () => (await noted(owner)).got.some(drawn));
	watch.egg = since(watch.start);
	await picture(owner, 'egg');
	toy = here(owner).hash.replace('#toy=', '');
	assert.match(toy, /^[0-9a-f]{32}$/);
	begun = true;
});

step('it hatches, and the stopwatch stops', async () => {
	await until('it is hatched', async () => {
		const { body } = await request(owner, 'GET', `/toys/${toy}/diary`);
		return body.some(line => /hatched/.test(line.text));
	}, 100_000);
	const ms = performance.now() - watch.start;
	watch.pet = since(watch.start);
	await picture(owner, 'pet');
	const { open, in: signedIn, egg, pet } = watch;
	console.log(`stopwatch: program open ${open}, signed in ${signedIn}, egg on the phone ${egg}, hatched ${pet}`);
	assert.ok(ms < TWO_MINUTES, watch.pet);
});

step('it is fed by its buttons', async () => {
	await wentHome(owner);
	const before = (await noted(owner)).got.filter(message => message[1] === 5).length;
	await press(owner, ['A']);
	await until('food is chosen', async () => /food/.test(await lit(owner)));
	await press(owner, ['B']);
	await owner.waitForTimeout(700);
	await press(owner, ['B']);
	await owner.waitForTimeout(700);
	const { got, sent } = await noted(owner);
	const keys = sent.filter(message => message[1] === 0x42), acks = got.filter(message => message[1] === 5);
	assert.equal(acks.length - before, 6, 'down and up of three presses');
	assert.equal(new Set(acks.map(String)).size, keys.length, 'each acknowledged once');
	// Long enough for the pet to look for more than a moment, short enough for a tap: what the finger did.
	const ticks = acks.slice(-2).map(message => new DataView(Uint8Array.from(message).buffer).getUint32(6, true));
	const held = (ticks[1] - ticks[0]) / 32.768;
	assert.ok(held > 100 && held < 400, `held for ${held} ms`);
});

step('A and C together, by two fingers, switch its voice', async () => {
	await wentHome(owner);
	await press(owner, ['A', 'C'], 300);
	const { sent } = await noted(owner);
	assert.ok(sent.some(message => message[1] === 0x42 && message[6] === 5), 'both at once');
	await owner.waitForTimeout(500);
	await press(owner, ['A', 'C'], 300);
	await until('a tone is made', async () => (await noted(owner)).tones > 0);
	await owner.getByLabel('Sound').uncheck();
	assert.equal(await owner.evaluate(() => localStorage.mute), '1');
	await owner.getByLabel('Sound').check();
});

step('keys of a keyboard, held without repeating, released when the window loses them', async () => {
	await wentHome(owner);
	const masks = async from => {
		const keys = (await noted(owner)).sent.filter(message => message[1] === 0x42);
		return keys.slice(from).map(message => message[6]);
	};
	const from = (await masks(0)).length;
	for (let n = 0; n < 3; n++) await owner.keyboard.down('x');
	await owner.evaluate(() => dispatchEvent(new Event('blur')));
	await owner.keyboard.up('x');
	assert.deepEqual(await masks(from), [2, 0]);
	await owner.keyboard.press('ArrowRight', { delay: 120 });
	assert.deepEqual(await masks(from), [2, 0, 4, 0]);
	await owner.getByRole('button', { name: 'A', exact: true }).focus();
	await owner.keyboard.press(' ', { delay: 120 });
	assert.deepEqual(await masks(from), [2, 0, 4, 0, 1, 0]);
});

step('a phone shows all of it: nothing sticks out, everything can be hit', async () => {
	for (const page of ['', '#new', `#toy=${toy}`, '#you', '#house']) {
		await owner.goto(daycare.origin + '/' + page);
		await owner.locator('main > *').first().waitFor();
		await owner.waitForTimeout(300);
		for (const summary of await owner.locator('summary').all()) await summary.click();
		await owner.waitForTimeout(500);
		const { wide, small } = await owner.evaluate(() => ({
			wide: document.documentElement.scrollWidth,
			small: [...document.querySelectorAll('button')].map(node => [node.innerText, node.getBoundingClientRect()])
				.filter(([, box]) => box.width < 44 || box.height < 40).map(([text]) => text),
		}));
		assert.equal(wide, 390, `${page} is ${wide} wide`);
		assert.deepEqual(small, [], page);
	}
	const box = await (await owner.goto(`${daycare.origin}/#toy=${toy}`), owner.locator('.key').nth(1)).boundingBox();
	assert.ok(box.y + box.height < 844, 'all three buttons without scrolling');
});

step('every field has a label, and text stands out', async () => {
	for (const page of ['#new', `#toy=${toy}`, '#house']) {
		await owner.goto(daycare.origin + '/' + page);
		await owner.locator('main > *').first().waitFor();
		await owner.waitForTimeout(300);
		const bad = await owner.evaluate(() => {
			const light = colour => {
				const [r, g, b] = colour.match(/[\d.]+/g).map(part => (part /= 255, part <= .04045 ? part / 12.92
					: ((part + .055) / 1.055) ** 2.4));
				return .2126 * r + .7152 * g + .0722 * b;
			};
			const back = node => {
				const colour = getComputedStyle(node).backgroundColor;
				return /, 0\)$/.test(colour) && node.parentElement ? back(node.parentElement) : colour;
			};
			const says = node => [...node.childNodes].some(kid => kid.nodeType === 3 && kid.data.trim());
			const faint = [...document.querySelectorAll('main *, header *')].filter(says)
				.filter(node => node.checkVisibility()).map(node => {
					const [a, b] = [light(getComputedStyle(node).color), light(back(node))].sort((a, b) => b - a);
					return [node.textContent, (a + .05) / (b + .05)];
				}).filter(([, contrast]) => contrast < 4.5);
			const nameless = [...document.querySelectorAll('input, select')].filter(node => !node.labels?.length)
				.map(node => node.outerHTML);
			return { faint, nameless };
		});
		assert.deepEqual(bad, { faint: [], nameless: [] }, page);
	}
});

step('a ROM from a file: told what it is, kept, played', async () => {
	await owner.goto(daycare.origin + '/#new');
	await owner.locator('input[type=file]').waitFor();
	owner.said.length = 0;
	owner.answers.push('My own');
	await owner.locator('input[type=file]').setInputFiles({ name: 'mine.bin', mimeType: '', buffer: await changed() });
	await until('it is kept', () => here(owner).hash.startsWith('#new='));
	assert.match(owner.said[0].text, /not in the list of known toys/);
	// The form that was there stays until the new one has come.
	await until('it is chosen', async () => await owner.locator('[name=rom]')
		.evaluate(node => node.selectedOptions[0]?.text).catch(() => null) === 'My own');
	await submit(owner, 'Hatch it', { name: 'Second' });
	await connected(owner);
	const second = here(owner).hash.replace('#toy=', '');
	const { body } = await request(owner, 'GET', `/toys/${second}`);
	assert.equal(body.rom.name, 'My own');

	// It goes away again by its name and the password.
	await unfold(owner, 'Settings');
	await owner.getByRole('button', { name: 'Pause', exact: true }).click();
	await owner.getByText('Second is paused').waitFor();
	owner.answers.push(undefined, 'Second', undefined, 'Second');
	await owner.getByRole('button', { name: 'Remove', exact: true }).click();
	await until('gone, or the password is asked for', async () => here(owner).hash === ''
		|| await owner.locator('main [name=password]').count());
	if (here(owner).hash !== '') await submit(owner, 'Go on', { password: PASSWORD });
	await until('back on the shelf', () => here(owner).hash === '');
	assert.equal((await request(owner, 'GET', `/toys/${second}`)).status, 404);
	owner.answers.length = 0;
});

step('a file that is dropped is told what it is, and not kept unless wanted', async () => {
	owner.said.length = 0;
	owner.answers.push(false);
	const before = (await request(owner, 'GET', '/roms')).body.length;
	await owner.evaluate(bytes => {
		const dataTransfer = new DataTransfer();
		dataTransfer.items.add(new File([Uint8Array.from(bytes)], 'pip.rom'));
		dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
	}, [...await readFile(ROM)]);
	await until('it is told', () => owner.said.some(said => /12 KiB image/.test(said.text)));
	assert.equal((await request(owner, 'GET', '/roms')).body.length, before);
});

step('a file that is no ROM is refused in words', async () => {
	await owner.goto(daycare.origin + '/#new');
	await owner.locator('input[type=file]').setInputFiles({ name: 'no.bin', mimeType: '',
		buffer: Buffer.from('not a ROM, sorry') });
	await until('it says why', async () => (await owner.locator('#note').textContent()).length > 10);
});

step('a caretaker joins by an invitation and presses', async () => {
	carer = await invite('member', 'Robin');
	await share('Robin', 'caretaker');
	await carer.reload();
	await carer.getByText('you are caretaker').click();
	await connected(carer);
	await press(carer, ['A']);
	await until('it is acknowledged',
		async () => (await noted(carer)).got.filter(message => message[1] === 5).length === 2);
	assert.equal(await carer.getByText('Settings', { exact: true }).count(), 0, 'no settings for a caretaker');
});

step('an invitation works once', async () => {
	await owner.goto(daycare.origin + '/#house');
	const link = owner.said.findLast(said => /#join=/.test(said.value)).value;
	const page = await somebody(browser);
	await page.goto(link);
	await submit(page, 'Join', { name: 'Somebody', new: PASSWORD });
	await until('it says so', async () => /invitation/.test(await page.locator('#note').textContent()));
	await page.context().close();
});

step('a viewer watches, and can press nothing', async () => {
	viewer = await invite('member', 'Sam');
	await share('Sam', 'viewer');
	await viewer.goto(`${daycare.origin}/#toy=${toy}`);
	await connected(viewer);
	await until('a picture', async () => (await noted(viewer)).got.some(message => message[1] === 2));
	for (const name of ['A', 'B', 'C', 'Tap']) assert.ok(await viewer.getByRole('button', { name,
		exact: true }).isDisabled(), name);
	// Nor around the page.
	const press = { buttons: ['A'], client: '0'.repeat(32), seq: 1 };
	assert.equal((await request(viewer, 'POST', `/toys/${toy}/press`, press)).status, 403);
	assert.equal((await request(viewer, 'PATCH', `/toys/${toy}`, { name: 'Mine' })).status, 403);
	assert.equal((await request(viewer, 'GET', `/toys/${toy}/save`)).status, 403);
	const refused = await viewer.evaluate(async toy => {
		const { ticket, path } = await (await fetch(`/api/v1/toys/${toy}/live`, { method: 'POST',
			headers: { 'X-Eggtooth': '1' } })).json();
		const socket = new WebSocket(location.origin.replace('http', 'ws') + path);
		socket.binaryType = 'arraybuffer';
		const heard = new Promise(done => socket.addEventListener('message', ({ data }) => {
			const message = new Uint8Array(data);
			if (message[1] === 1) socket.send(Uint8Array.from([1, 0x42, 1, 0, 0, 0, 1, 255, 255]));
			if (message[1] === 5 || message[1] === 6) done([message[1], message[6]]);
		}));
		socket.onopen = () => socket.send(Uint8Array.from([1, 0x41, ...ticket.match(/../g).map(hex => parseInt(hex, 16)),
			...Array(16).fill(9)]));
		const answer = await heard;
		socket.close();
		return answer;
	}, toy);
	assert.deepEqual(refused, [6, 1], 'refused: may not');
});

step('what is revoked ends at once', async () => {
	await owner.goto(`${daycare.origin}/#toy=${toy}`);
	const sharing = await unfold(owner, 'Sharing');
	const start = performance.now();
	await sharing.locator('li', { hasText: 'Sam' }).getByRole('button', { name: 'Revoke' }).click();
	await until('the socket is closed', async () => (await noted(viewer)).closes.includes(4403), 5_000);
	const took = performance.now() - start;
	console.log(`revoked: the viewer's socket was closed ${Math.round(took)} ms after the click`);
	assert.ok(took < 1_500, `${took} ms`);
	await viewer.getByRole('heading', { name: 'Sorry' }).waitFor();
	assert.equal((await request(viewer, 'POST', `/toys/${toy}/live`)).status, 404);
});

for (const [signal, left] of [['SIGTERM', 0], ['SIGKILL', 'SIGKILL']])
	step(`the program ends by ${signal} while somebody watches, and starts again: a press made meanwhile arrives once`,
		async () => {
		await owner.goto(`${daycare.origin}/#toy=${toy}`);
		await connected(owner);
		await wentHome(owner);
		assert.equal(await daycare.stop(signal), left);
		await until('the page notices', () => owner.locator('.off').count());
		await press(owner, ['A']);
		await owner.waitForTimeout(500);
		const { sent, got } = await noted(owner);
		assert.ok(!(await daycare.start()).includes('setup'), 'it is set up');
		await connected(owner);
		await until('the press took effect', async () => /food/.test(await lit(owner)));
		await until('nothing waits', async () => !/…/.test(await owner.locator('main').innerText()));
		await owner.waitForTimeout(1_000);
		assert.match(await lit(owner), /food/, 'one step, not two');
		const after = await noted(owner);
		const keys = after.sent.slice(sent.length).filter(message => message[1] === 0x42).length;
		const acks = after.got.slice(got.length).filter(message => message[1] === 5).length;
		assert.deepEqual([keys, acks], [2, 2], 'down and up');
	});

step('reloading keeps the session', async () => {
	await owner.reload();
	await connected(owner);
	const cookies = await owner.context().cookies();
	const cookie = cookies.find(cookie => cookie.name === '__Host-egg');
	assert.ok(cookie?.httpOnly && cookie.secure && cookie.sameSite === 'Lax' && cookie.path === '/',
		'the cookie is shut');
	assert.equal(await owner.evaluate(() => document.cookie), '');
});

step('a page of another origin can neither post nor connect', async () => {
	const toys = async () => (await request(owner, 'GET', '/toys')).body.length;
	const before = await toys();
	// The same browser, so that it is signed in; another port of the same host, so that the cookie goes along.
	const page = await owner.context().newPage();
	const elsewhere = `https://localhost:${daycare.port + 1}/`;
	await page.route(elsewhere, route => route.fulfill({ contentType: 'text/html',
		body: '<!doctype html><p>elsewhere' }));
	const console = [];
	page.on('console', message => console.push(message.text()));
	await page.goto(elsewhere);
	const outcome = await page.evaluate(async ({ origin, toy }) => {
		const attempt = (path, how) => fetch(origin + path, { credentials: 'include',
			...how }).then(answer => answer.type + answer.status, () => 'refused');
		const body = JSON.stringify({ name: 'Intruder' });
		const open = await new Promise(done => {
			const socket = new WebSocket(origin.replace('http', 'ws') + '/api/v1/live');
			socket.onopen = () => done('open');
			socket.onerror = () => done('refused');
		});
		return {
			plain: await attempt('/api/v1/toys', { method: 'POST', body, mode: 'no-cors' }),
			json: await attempt('/api/v1/toys', { method: 'POST', body, headers: { 'Content-Type': 'application/json',
				'X-Eggtooth': '1' } }),
			read: await attempt('/api/v1/toys', {}),
			reset: await attempt(`/api/v1/toys/${toy}/pause`, { method: 'POST', mode: 'no-cors' }),
			open,
		};
	}, { origin: daycare.origin, toy });
	assert.deepEqual([...new Set(Object.values(outcome))], ['refused'], JSON.stringify(outcome));
	assert.match(console.join('\n'), /WebSocket.*403/, 'the daycare refused it, not the browser');
	await page.setContent(`<form method="post" action="${daycare.origin}/api/v1/toys" enctype="text/plain">
		<input name='{"name":"Intruder","x":"' value='"}'><button>go</button></form>`);
	const [answer] = await Promise.all([page.waitForResponse(/api\/v1\/toys/), page.getByRole('button').click()]);
	assert.equal(answer.status(), 403);
	await page.close();
	assert.equal(await toys(), before, 'no toy came of it');
	assert.equal((await request(owner, 'GET', `/toys/${toy}`)).body.condition.running, true, 'and none was paused');
});

step('settings, sessions, the operator, the list of deeds', async () => {
	await owner.goto(`${daycare.origin}/#toy=${toy}`);
	await unfold(owner, 'Settings');
	await submit(owner, 'Keep', { name: 'Pippa', theme: 'night', mercy_hours: 0 });
	await owner.getByRole('heading', { name: 'Pippa' }).waitFor();
	assert.equal(await owner.locator('.egg.night').count(), 1);
	assert.equal((await request(owner, 'GET', `/toys/${toy}`)).body.mercy_hours, 0);
	const saves = await unfold(owner, 'Saves');
	const [download] = await Promise.all([owner.waitForEvent('download'), saves.getByRole('button',
		{ name: /^Save/ }).click()]);
	assert.match(download.suggestedFilename(), /\.egg$/);
	await saves.locator('input[type=file]').setInputFiles(await download.path());
	await until('it is loaded', async () => !(await owner.locator('#note').textContent()));

	await owner.goto(daycare.origin + '/#you');
	await unfold(owner, 'Sessions');
	await owner.getByText('(here)').waitFor();
	const mine = await unfold(owner, 'What you did');
	assert.match(await mine.innerText(), /sign in|set.?up/i);
	await owner.goto(daycare.origin + '/#house');
	const runs = await unfold(owner, 'How it runs');
	assert.match(await runs.innerText(), new RegExp(`version[^]*${toy}`));
	const accounts = await unfold(owner, 'Accounts');
	assert.match(await accounts.innerText(), /Kim, admin[^]*Robin, member/);
	const all = await unfold(owner, 'What all did');
	assert.match(await all.innerText(), /Robin/);
});

step('a caretaker gives back what was shared', async () => {
	await carer.goto(`${daycare.origin}/#toy=${toy}`);
	await carer.getByRole('button', { name: 'Give back' }).click();
	await until('it left the shelf', async () => (await request(carer, 'GET', '/toys')).body.length === 0);
});

step('signing out and in', async () => {
	await owner.goto(daycare.origin + '/#you');
	await owner.getByRole('button', { name: 'Sign out' }).click();
	await owner.getByRole('heading', { name: 'Welcome back' }).waitFor();
	assert.equal((await request(owner, 'GET', '/toys')).status, 401);
	await submit(owner, 'Sign in', { name: 'Kim', password: 'not this' });
	await until('it says so', async () => /password/.test(await owner.locator('#note').textContent()));
	await submit(owner, 'Sign in', { name: 'Kim', password: PASSWORD });
	await owner.getByRole('link', { name: 'House' }).waitFor();
});

step('nothing was loaded from elsewhere, nothing failed in silence', () => {
	assert.deepEqual([...owner.hosts].filter(host => !host.startsWith('localhost:')), []);
	for (const page of [owner, carer, viewer]) assert.deepEqual(page.complaints, []);
});

test.after(async () => {
	await browser?.close();
	await daycare.clear();
});
