// Draws icons/*.png from icons/egg.svg, with Chromium: `node tools/icons.mjs`.

import { readFile, writeFile } from 'node:fs/promises';
import { launch } from '../tests/browser.mjs';

const folder = new URL('../icons/', import.meta.url);
const egg = await readFile(new URL('egg.svg', folder), 'utf8');
const browser = await launch();
// Launchers cut maskable icons to any shape within the middle four fifths.
for (const [name, size, part, ground] of [['192', 192, 96, 'transparent'], ['512', 512, 96, 'transparent'],
    ['maskable', 512, 70, '#6f4a2b']]) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<style>html, body { margin: 0; height: 100%; background: ${ground}; }
        body { display: grid; place-items: center; } svg { width: ${part}%; height: ${part}%; }</style>${egg}`);
    await writeFile(new URL(`${name}.png`, folder), await page.screenshot({ omitBackground: true }));
    await page.close();
}
await browser.close();
