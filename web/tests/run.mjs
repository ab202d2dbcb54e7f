// The game in Chromium, as `cargo xtask web --quick` built it: `node tests/run.mjs`.
//
// PICTURES=FOLDER keeps pictures of what was seen, CHROMIUM names the browser.

import './story.mjs';
import './shapes.mjs';
import './troubles.mjs';
