// A form for each route of openapi.json. Text from elsewhere goes in as text only.
const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};

const api = await (await fetch('/api/v1/openapi.json')).json();
const follow = schema => schema?.$ref ? api.components.schemas[schema.$ref.split('/').pop()] : schema ?? {};

// What a body could look like, from its description.
const example = schema => {
  const it = follow(schema);
  if (it.examples?.length) return it.examples[0];
  const some = (it.oneOf ?? it.allOf)?.find(part => part.type !== 'null');
  if (some) return example(some);
  if (it.enum) return it.enum[0];
  const type = [it.type].flat().find(word => word !== 'null');
  if (it.properties) {
    return Object.fromEntries(Object.entries(it.properties)
      .filter(([name]) => it.required?.includes(name))
      .map(([name, part]) => [name, example(part)]));
  }
  if (type === 'array') return [example(it.items)];
  if (type === 'integer' || type === 'number') return it.minimum ?? 0;
  return type === 'boolean' ? true : '';
};

const show = async (answer, output) => {
  const type = answer.headers.get('content-type') ?? '';
  output.replaceChildren(el('p', {}, el('strong', {textContent: `${answer.status} ${answer.statusText}`})));
  if (type === 'image/png') {
    output.append(el('img', {src: URL.createObjectURL(await answer.blob()), alt: 'The toy’s screen'}));
  } else if (type === 'application/octet-stream') {
    const file = await answer.blob();
    output.append(el('a', {href: URL.createObjectURL(file), download: 'file', textContent: `Keep ${file.size} bytes`}));
  } else {
    const text = await answer.text();
    const tidy = /json/.test(type) ? JSON.stringify(JSON.parse(text), null, 2) : text;
    if (tidy) output.append(el('pre', {textContent: tidy}));
  }
};

const route = (method, path, operation) => {
  const content = Object.entries(operation.requestBody?.content ?? {})[0];
  const fields = (operation.parameters ?? []).map(({name, in: place, required, schema, description}) => {
    const input = el('input', {name, required, autocomplete: 'off', pattern: follow(schema).pattern ?? '.*'});
    input.dataset.place = place;
    return el('label', {}, `${name} `, el('small', {textContent: description ?? ''}), input);
  });
  if (content?.[0] === 'application/octet-stream') {
    fields.push(el('label', {}, 'File', el('input', {type: 'file', name: 'body', required: true})));
  } else if (content) {
    const value = JSON.stringify(example(content[1].schema), null, 2);
    fields.push(el('label', {}, 'Body', el('textarea', {name: 'body', value, spellcheck: false})));
  }
  const output = el('output');
  output.ariaLive = 'polite';
  const form = el('form', {}, ...fields, el('button', {textContent: 'Send'}), output);
  form.onsubmit = async event => {
    event.preventDefault();
    let address = path;
    const query = new URLSearchParams();
    for (const {name, value, dataset} of form.querySelectorAll('input[data-place]')) {
      if (dataset.place === 'path') address = address.replace(`{${name}}`, encodeURIComponent(value));
      else if (value) query.set(name, value);
    }
    const body = form.elements.body?.files?.[0] ?? form.elements.body?.value;
    const headers = {'X-Eggtooth': '1', ...content && {'Content-Type': content[0]}};
    try {
      await show(await fetch(`${address}${query.size ? `?${query}` : ''}`, {method, headers, body}), output);
    } catch (error) {
      output.replaceChildren(el('p', {textContent: `No answer: ${error.message}`}));
    }
  };
  const words = operation.summary ?? operation.description ?? '';
  return el('details', {}, el('summary', {}, el('b', {textContent: method}), el('code', {textContent: path}),
    el('br'), el('small', {textContent: words})), form);
};

const groups = new Map();
for (const [path, item] of Object.entries(api.paths)) {
  for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
    if (!item[method]) continue;
    const tag = item[method].tags?.[0] ?? 'others';
    groups.set(tag, [...groups.get(tag) ?? [], route(method.toUpperCase(), path, item[method])]);
  }
}
const main = document.getElementById('routes');
main.replaceChildren(...[...groups].flatMap(([tag, list]) => [el('h2', {textContent: tag}), ...list]));
main.ariaBusy = 'false';
