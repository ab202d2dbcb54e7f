const $ = id => document.getElementById(id), base = '/api/v1', themes = ['sunny', 'mint', 'berry', 'sky', 'night'];
let me, set_up, live;

const fill = (node, kids) => node.replaceChildren(...[kids].flat(9).filter(kid => kid));
// What is no property becomes an attribute.
function h(tag, props, ...kids) {
	const node = document.createElement(tag);
	if (props?.constructor != Object) kids.unshift(props);
	else for (const name in props) name in node ? node[name] = props[name] : node.setAttribute(name, props[name]);
	fill(node, kids);
	return node;
}
const say = text => $('note').textContent = text.message ?? text;
const link = (href, text) => h('a', {href}, text);
const time = ms => ms ? new Date(ms).toLocaleString() : 'revoked';
const home = () => location.hash = '';

async function api(what, body) {
	const [method, path] = what.split(' '), file = body?.size;
	const answer = await fetch(base + path, {method, body: file ? body : JSON.stringify(body),
		headers: {'X-Eggtooth': 1, 'Content-Type': `application/${file ? 'octet-stream' : 'json'}`}})
		.catch(() => { throw Error('The daycare does not answer.'); });
	const data = await answer.json().catch(() => '');
	if (answer.ok) return data;
	if (data.title == 'Sign in' && me) show(me = null);
	throw Object.assign(Error(data.detail || answer.status), data);
}
const get = path => api('GET ' + path);
const download = async path => location = base + path + (await get(path), '');

// Acts, then loads the part around it.
async function run(node, act, data) {
	if (node.busy) return;
	node.busy = !say('');
	try {
		await (act.call ? act(data) : api(act, data));
		node.closest('details')?.load();
	} catch (error) {
		say(error);
		if (error.title == 'Sign in again') node.after(form({password: ''}, 'Go on', async again => {
			await api('POST /session/again', again);
			await run(node, act, data);
		}));
	}
	node.busy = false;
}
const button = (text, act, sure) => h('button', {type: 'button', className: sure ? 'bad' : '', onclick() {
	if (!sure || confirm(sure)) run(this, act);
}}, text);

const secret = {type: 'password', autocomplete: 'current-password'};
const fields = {
	name: {maxLength: 40, autocomplete: 'username'}, password: secret, old: secret,
	new: {...secret, title: 'Password, 8 characters or more', autocomplete: 'new-password', minLength: 8},
	hours: {type: 'number', min: 1, required: false, placeholder: 'for ever'},
	mercy_hours: {type: 'number', min: 0, max: 8760, title: 'Hours to live on in an outage'},
};
const pairs = (list, chosen) => list.map(it => [it, it, it == chosen]);
// Values by name; a list [value, text, chosen] is a choice.
function form(values, verb, act) {
	const inputs = Object.keys(values).map(name => values[name].map
		? h('select', {name}, values[name].map(([value, text, selected]) => h('option', {value, selected}, text)))
		: h('input', {name, required: true, value: values[name], ...fields[name]}));
	return h('form', {onsubmit(e) {
		e.preventDefault();
		run(this, act, Object.fromEntries(inputs.map(i => [i.name, i.type == 'number' ? i.valueAsNumber : i.value])));
	}}, inputs.map(input => h('label', input.title || input.name, input)), h('button', verb));
}
const picker = (label, act) => h('label', label, h('input', {type: 'file',
	onchange() { run(this, act, this.files[0]); }}));
const card = (title, ...kids) => h('section', h('h1', title), kids);

// Loaded when opened.
function part(title, content) {
	const body = h('div'), node = h('details', {ontoggle() { node.open && node.load(); }}, h('summary', title), body);
	node.load = async () => fill(body, await content().catch(error => error.message));
	return node;
}
function rows(title, path, item, ...more) {
	let before = '';
	return part(title, async () => {
		const rows = await get(path + before), last = rows.at(-1);
		return [last ? h('ul', rows.map(row => h('li', item(row)))) : h('p', 'None.'),
			last && path.includes('?') && button('Older', () => before = '&before=' + last.number), more];
	});
}
const audit = (title, all) => rows(title, '/audit?all=' + all,
	row => `${time(row.at)}: ${row.who || 'somebody'}, ${row.what} (${row.from})`);
const enter = path => async ({new: password, ...data}) => {
	me = await api('POST ' + path, {password, ...data});
	set_up = true;
	home();
	show();
};
const mood = is => !is.running && !is.broken && !is.leaving ? 'is paused' : 'is ' +
	(['broken', 'leaving', 'catching_up', 'calling', 'asleep'].find(name => is[name]) || 'awake').replace('_', ' ');
const programs = async chosen => (await get('/roms')).map(rom =>
	[rom.key, rom.builtin ? 'Pip, our own' : rom.name, rom.key == chosen]);

async function bring(file) {
	const is = await api('POST /roms/identify', file);
	const name = prompt(`${is.note}. Call it:`, file.name.slice(0, 40));
	if (name) location.hash = 'new=' + (await api('POST /roms?name=' + encodeURIComponent(name), file)).key;
}

const pages = {
	setup: token => card('A new daycare', form({token, name: '', new: ''}, 'Open it', enter('/setup'))),
	join: token => card('Welcome', form({token, name: '', new: ''}, 'Join', enter('/join'))),
	signin: () => card('Welcome back', form({name: '', password: ''}, 'Sign in', enter('/session'))),

	async shelf() {
		const toys = await get('/toys');
		return toys.length ? card('The shelf', toys.map(toy => h('a', {className: 'pet', href: '#toy=' + toy.id},
			h('div', {className: 'egg ' + toy.theme}, h('img', {src: `${base}/toys/${toy.id}/frame.png?scale=4`, alt: ''})),
			h('b', toy.name), h('br'),
			toy.standing == 'owner' ? mood(toy.condition) : `of ${toy.owner}; you are ${toy.standing}`)),
			h('a', {className: 'pet', href: '#new'}, 'A new pet')) : pages.new();
	},

	new: async chosen => card('A new pet',
		form({name: 'Pip', rom: await programs(chosen), theme: pairs(themes)}, 'Hatch it',
			async data => location.hash = 'toy=' + (await api('POST /toys', data)).id),
		picker('Your own ROM: choose or drop it. Only you can have it.', bring),
		rows('ROMs', '/roms', rom => [rom.name, !rom.builtin && [
			button('Download', () => download(`/roms/${rom.key}/bytes`)),
			button('Remove', 'DELETE /roms/' + rom.key, 'Remove it?')]])),

	async toy(id) {
		const path = '/toys/' + id, grants = path + '/grants', toy = await get(path);
		const patch = async data => show(await api('PATCH ' + path, data));
		return [h('h1', toy.name), play(toy), h('div',
			rows('Diary', path + '/diary?', row => `${time(row.at)}: ${row.text}`), toy.standing == 'owner' ? [
				part('Settings', async () => [button('Pause', `POST ${path}/pause`), button('Start', `POST ${path}/start`),
					button('Set clock', `POST ${path}/clock`),
					button(toy.sound ? 'Voice off' : 'Voice on', () => patch({sound: !toy.sound})),
					form({name: toy.name, theme: pairs(themes, toy.theme), mercy_hours: toy.mercy_hours}, 'Keep', patch),
					button('Start over', `POST ${path}/reset`, 'A new egg? This life ends.'),
					button('Remove', async () => prompt(`Type ${toy.name}:`) == toy.name && home(await api('DELETE ' + path)),
						'Remove it?')]),
				rows('Sharing', grants, grant => [`${grant.name}: ${grant.role}, until ${time(grant.expires)}`,
					button('Revoke', `DELETE ${grants}/${grant.id}`)], 'A viewer looks and listens; a caretaker presses, too.',
				form({name: '', role: pairs(['viewer', 'caretaker']), hours: ''}, 'Share', 'POST ' + grants)),
				rows('Saves', path + '/snapshots', shot => [time(shot.at), shot.good
					? button('Go back', () => api(`POST ${path}/undo`, {number: shot.number}), 'Go back?') : ' (damaged)'],
				button('Save to file', () => download(path + '/save')),
				picker('Load file; this life ends', file => api(`PUT ${path}/save`, file))),
				part('Program', async () =>
					form({rom: await programs(toy.rom?.key)}, 'Change it; this life ends', `PUT ${path}/rom`))]
			: button('Give back', async () => {
				for (const {id} of await get(grants)) await api(`DELETE ${grants}/${id}`);
				home();
			}, 'Give it back?'))];
	},

	you: () => card(me.name,
		rows('Sessions', '/sessions', row => [`${row.from}, seen ${time(row.seen)}`, row.current ? ' (here)'
			: button('End', 'DELETE /sessions/' + row.id)]),
		part('Password', async () => form({old: '', new: ''}, 'Change it', 'POST /account/password')),
		audit('What you did', false), button('Sign out', async () => show(me = await api('DELETE /session')))),

	house: () => card('The house',
		rows('Invitations', '/invitations', row => [`${row.note} (${row.role}), until ${time(row.expires)}`,
			button('Withdraw', 'DELETE /invitations/' + row.id)],
		form({note: '', role: pairs(['member', 'admin']), hours: 48}, 'Invite', async data =>
			prompt('Send this link; it works once.', (await api('POST /invitations', data)).link))),
		rows('Accounts', '/accounts', row => {
			const patch = (text, change) => button(text, () => api('PATCH /accounts/' + row.id, change()));
			const role = row.role == 'admin' ? 'member' : 'admin';
			return [`${row.name}, ${row.role}, up to ${row.toys} toys`, row.id != me.account && [
				patch(row.disabled ? 'Let in' : 'Lock out', () => ({disabled: !row.disabled})),
				patch('Make ' + role, () => ({role})),
				patch('Toys', () => ({toys: +prompt('Most toys?', row.toys) || row.toys}))]];
		}),
		part('How it runs', async () => h('pre',
			JSON.stringify(await get('/operator'), null, 1).replace(/^[ {}[\],]+\n|[{}[\]",]/gm, ''))),
		audit('What all did', true), link('/api', 'The API')),
};

async function show() {
	live = live?.stop();
	say('');
	const here = location.hash, [page, arg = ''] = here.slice(1).split('=');
	fill($('nav'), [house.play && link('/play/', 'Play'),
		me && [link('#you', me.name), me.role == 'admin' && link('#house', 'House')]]);
	const view = pages[me || page == 'join' ? page : set_up ? 'signin' : 'setup'] || pages.shelf;
	const nodes = await (async () => view(arg))().catch(error => card('Sorry', error.message));
	if (here != location.hash) return;
	$('main').className = page;
	fill($('main'), nodes);
	$('main').focus({preventScroll: true});
}

// 8 × 8, a byte a row.
const icons = {
	food: '2448247eff7e3c00', light: '3c7e7e7e3c3c0018', game: '00007edbbfdbe7c3', medicine: '187eefc7efff7e00',
	toilet: '7070707e7e3c183c', status: '003c5a89858181ff', discipline: '7ee7e7e7ffe77e20', attention: '183c7e7e7eff0018',
};

// `lag`: a picture's least delay, in seconds.
let audio, tone, lag = Infinity;
function loud() {
	audio ||= new AudioContext;
	audio.resume();
}
function sound(tick, divisor, high) {
	const now = audio.currentTime;
	let at = tick / 32768 + lag + .12;
	if (at < now || at > now + 2) {
		lag = now - tick / 32768;
		at = now + .12;
	}
	tone = tone?.stop(at);
	if (!divisor) return;
	const real = Array.from({length: 32}, (_, n) => n && Math.sin(n * Math.PI * high / 2 / divisor) / n);
	tone = new OscillatorNode(audio, {frequency: 32768 / divisor, periodicWave: new PeriodicWave(audio, {real})});
	tone.connect(new GainNode(audio, {gain: localStorage.mute ? 0 : .1})).connect(audio.destination);
	tone.start(at);
}

// Picture, buttons, connection.
function play(toy) {
	const client = crypto.getRandomValues(new Uint8Array(16)), unsure = new Map, held = new Map;
	const now = () => performance.now();
	let socket, timer, tries = 1, seq = 0, sent = 0, changed = 0, heard = 0, ping = '';
	const canvas = h('canvas', {height: 584, role: 'img'}), pen = canvas.getContext('2d');
	const state = h('p', {role: 'status'}), meta = h('span');
	const voice = h('input', {type: 'checkbox', checked: !localStorage.mute,
		onchange() { localStorage.mute = voice.checked ? '' : 1; }});
	const keys = ['A', 'B', 'C', 'Tap'].map((name, n) => h('button', {value: 1 << n, className: 'key',
		disabled: toy.standing == 'viewer', onpointerdown(e) { hold(e.pointerId, this.value); },
		oncontextmenu: () => false}, name));
	const egg = h('div', canvas, keys);

	function hold(finger, mask) {
		mask && !keys[0].disabled ? held.set(finger, mask) : held.delete(finger);
		const down = [...held.values()].reduce((all, mask) => all | mask, 0);
		keys.forEach((key, n) => key.classList.toggle('down', down >> n & 1));
		if (down == sent || unsure.size > 63) return;
		unsure.set(++seq, [1, 0x42, ...bytes(seq, 4), sent = down, ...bytes(Math.min(65535, now() - changed), 2)]);
		changed = now();
		send(unsure.get(seq));
		tell();
	}
	const bytes = (number, count) => Array.from({length: count}, (_, n) => number / 256 ** n % 256);
	const send = message => socket?.readyState == 1 && socket.send(Uint8Array.from(message));
	const beat = () => send([1, 0x43, ...bytes(now(), 8)]);
	function tell() {
		egg.className = `egg ${toy.theme} ${tries && 'off'}`;
		meta.textContent = tries ? 'Connecting …' : unsure.size ? '…' : ping;
	}

	async function open() {
		timer = 0;
		try {
			const {ticket, path} = await api(`POST /toys/${toy.id}/live`);
			if (timer) return;
			socket = Object.assign(new WebSocket(location.origin.replace('http', 'ws') + path), {
				binaryType: 'arraybuffer', onmessage: receive, onclose: e => e.target == socket && lost(e.code),
				onopen: () => send([1, 0x41, ...ticket.match(/../g).map(hex => '0x' + hex), ...client]),
			});
		} catch (error) { lost(4000 + error.status); }
	}
	function lost(code) {
		socket = socket?.close();
		if (/440[134]/.test(code)) return show();
		timer ||= setTimeout(open, Math.min(15e3, 250 * 2 ** tries++) * (.5 + Math.random()));
		tell();
	}
	function receive({data}) {
		const view = new DataView(data), u8 = at => view.getUint8(at), kind = u8(1);
		const u64 = at => Number(view.getBigUint64(at, true));
		const text = at => new TextDecoder().decode(data.slice(at + 1, at + 1 + u8(at)));
		heard = now();
		if (kind == 1) {
			tries = 0;
			toy.name = text(36);
			toy.theme = text(37 + u8(36));
			for (const key of keys) key.disabled = !u8(2);
			unsure.forEach(send);
			beat();
		} else if (kind == 2) {
			if (audio) lag = Math.min(lag, audio.currentTime - u64(6) / 32768);
			paint(u8, u8(78), u8(79));
		} else if (kind == 3) {
			if (audio) for (let at = 3; at < view.byteLength; at += 10) sound(u64(at), u8(at + 8), u8(at + 9));
		} else if (kind == 4) {
			const is = {};
			['running', 'catching_up', 'calling', 'asleep', 'broken', 'leaving']
				.forEach((name, n) => is[name] = u8(18) >> n & 1);
			const words = `${toy.name} ${mood(is)}. Watching: ${view.getUint16(19, true)}.`;
			if (state.textContent != words) state.textContent = words;
		} else if (kind < 7) {
			unsure.delete(view.getUint32(2, true));
			if (kind == 6) say(text(7));
			// What is held must arrive.
			if (kind == 6 && u8(6) % 4 > 1) sent = setTimeout(hold, 500) && -1;
			else hold();
		} else if (kind == 7) ping = `Round trip ${Math.round(heard - u64(2))} ms`;
		tell();
	}
	function paint(u8, lit, contrast) {
		canvas.width = 696;
		const dot = (on, x, y, size) => {
			pen.globalAlpha = on ? Math.min(1, .4 + contrast / 16) : .05;
			pen.fillRect(x, y, size, size);
		};
		for (let n = 0; n < 512; n++) {
			const i = n >> 6;
			dot(u8(14 + (n >> 3)) >> n % 8 & 1, 29 + n % 32 * 20, 133 + (n >> 5) * 20, 18);
			if ('0x' + Object.values(icons)[i].substr(n >> 2 & 14, 2) << n % 8 & 128)
				dot(lit >> i & 1, 64 + i % 4 * 160 + n % 8 * 11, (i < 4 ? 22 : 474) + (n >> 3 & 7) * 11, 11);
		}
		canvas.ariaLabel = 'Screen, lit: ' + Object.keys(icons).filter((_, n) => lit >> n & 1);
	}

	const clock = setInterval(() => socket && now() - heard > 15e3 ? lost() : beat(), 5e3);
	live = {
		hold, letGo() { held.clear(); hold(); },
		stop() { clearInterval(clock); lost(); clearTimeout(timer); tone = tone?.stop(); },
	};
	open();
	tell();
	return h('div', egg, state, h('label', voice, ' Sound'), meta);
}

const masks = {z: 1, 1: 1, arrowleft: 1, x: 2, 2: 2, arrowdown: 2, c: 4, 3: 4, arrowright: 4, v: 5, 4: 5, t: 8};
const listen = (names, act) => names.split(' ').forEach(name => addEventListener(name, act));
listen('keydown', e => {
	const {target} = e, key = e.key.toLowerCase(), mask = masks[key] || /^( |enter)$/.test(key) && +target.value;
	if (!live || !mask || e.ctrlKey || e.metaKey || e.altKey || /text|word|num|sel/.test(target.type)) return;
	e.preventDefault();
	if (!e.repeat) live.hold(key, mask);
});
listen('keyup', e => live?.hold(e.key.toLowerCase()));
listen('pointerup pointercancel', e => live?.hold(e.pointerId));
listen('blur', () => live?.letGo());
listen('pointerdown keydown', loud);
listen('hashchange', show);
listen('dragover drop', e => {
	e.preventDefault();
	if (me && e.type == 'drop') bring(e.dataTransfer.files[0]).catch(say);
});

const house = await get('/hello').catch(say);
document.title = $('name').textContent = house.name;
me = (set_up = house.set_up) && await get('/session').catch(() => null);
show();
