// Chromium, and what the tests do with a page in it.

import { chromium } from 'playwright-core';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const QUIET = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
	'--disable-sync', '--autoplay-policy=user-gesture-required',
	// The browser's own guard of local networks would answer where the daycare is to be tested.
	'--disable-features=LocalNetworkAccessChecks'];
const MINUTE = 60_000;

/** The browser; `CHROMIUM` names another program than Debian's. Its sandbox does not work as root. */
export const launch = () => chromium.launch({
	executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: QUIET, chromiumSandbox: process.getuid?.() !== 0,
});

// Runs in the page: notes what goes over live sockets, and which tones are made.
function notes() {
	const log = globalThis.notes = { sent: [], got: [], closes: [], tones: 0 };
	const Real = WebSocket, Tone = OscillatorNode;
	globalThis.WebSocket = class extends Real {
		constructor(...how) {
			super(...how);
			this.addEventListener('message', event => log.got.push([...new Uint8Array(event.data)]));
			this.addEventListener('close', event => log.closes.push(event.code));
		}
		send(data) {
			log.sent.push([...data]);
			super.send(data);
		}
	};
	globalThis.OscillatorNode = class extends Tone {
		constructor(...how) {
			super(...how);
			log.tones++;
		}
	};
}

/** Somebody with a phone (or, with `options`, something else), signed in nowhere. */
export async function somebody(browser, options = PHONE) {
	const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
	await context.addInitScript(notes);
	const page = await context.newPage();
	page.setDefaultTimeout(15_000);
	page.complaints = [];
	page.answers = [];
	page.said = [];
	page.on('pageerror', error => page.complaints.push(String(error)));
	page.on('console', message => {
		if (/Content Security Policy/.test(message.text())) page.complaints.push(message.text());
	});
	page.on('dialog', dialog => {
		page.said.push({ text: dialog.message(), value: dialog.defaultValue() });
		const answer = page.answers.shift();
		if (answer === false) return dialog.dismiss();
		return dialog.type() === 'prompt' ? dialog.accept(answer ?? dialog.defaultValue()) : dialog.accept();
	});
	return page;
}

/** Asks again and again until the answer is true. */
export async function until(what, ask, patience = 15_000) {
	const end = Date.now() + patience;
	for (;;) {
		const answer = await ask();
		if (answer) return answer;
		if (Date.now() > end) throw Error(`waited ${patience / 1000} s in vain: ${what}`);
		await new Promise(done => setTimeout(done, 50));
	}
}

/** Fills in the form with this button, and presses it. */
export async function submit(page, verb, values) {
	const form = page.locator('form', { has: page.getByRole('button', { name: verb, exact: true }) }).first();
	for (const [name, value] of Object.entries(values)) {
		const field = form.locator(`[name=${name}]`);
		if (await field.evaluate(node => node.tagName) === 'SELECT') await field.selectOption(value);
		else await field.fill(String(value));
	}
	await form.getByRole('button', { name: verb, exact: true }).click();
}

/** Opens a part of the page. */
export async function unfold(page, title) {
	const part = page.locator('details', { has: page.getByText(title, { exact: true }) }).last();
	if (!await part.evaluate(node => node.open)) await part.locator('summary').click();
	await until(`${title} is loaded`, () => part.locator('> div > *').count());
	return part;
}

export const noted = page => page.evaluate(() => globalThis.notes);
export const lit = page => page.locator('canvas').getAttribute('aria-label');
export const connected = page => until('connected',
	() => page.evaluate(() => /Round trip|…$/.test(document.querySelector('main').innerText)
	&& !document.querySelector('.egg').classList.contains('off')), MINUTE);

/** Fingers on these buttons at the same time, for so long; as a touch screen reports it. */
export async function press(page, names, milliseconds = 150) {
	page.touch ||= await page.context().newCDPSession(page);
	const touchPoints = [];
	for (const [id, name] of names.entries()) {
		const button = page.getByRole('button', { name, exact: true });
		await button.scrollIntoViewIfNeeded();
		const box = await button.boundingBox();
		touchPoints.push({ id, x: box.x + box.width / 2, y: box.y + box.height / 2 });
	}
	await page.touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
	await page.waitForTimeout(milliseconds);
	await page.touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

/** A request as the page itself makes it: the answer's status. */
export const request = (page, method, path, body) => page.evaluate(async ([method, path, body]) => {
	const headers = { 'X-Eggtooth': '1', 'Content-Type': 'application/json' };
	const answer = await fetch('/api/v1' + path, { method, headers, body: body && JSON.stringify(body) });
	return { status: answer.status, body: await answer.json().catch(() => null) };
}, [method, path, body]);
