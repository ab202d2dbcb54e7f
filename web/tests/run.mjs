// The game in Chromium, as `cargo xtask web --quick` built it: `node tests/run.mjs`.
//
// EGGTOOTH names the program with `serve`, with which the page is compared and which serves it; SERIAL the folder with
// the simulated toy (see serial.mjs).
// PICTURES=FOLDER keeps pictures of what was seen, CHROMIUM names the browser.

import './story.mjs';
import './shapes.mjs';
import './parts.mjs';
import './troubles.mjs';
import './notices.mjs';
import './same.mjs';
import './daycare.mjs';
import './moves.mjs';
import './prongs.mjs';
import './table.mjs';
