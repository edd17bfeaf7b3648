/** Writes what is derived from the settings: `.env.example` and the README's table. Run after `npm run build`. */
import { readFileSync, writeFileSync } from 'node:fs';

import { renderEnvExample, renderSettingsTable } from '../dist/src/config/explain.js';

const readme = readFileSync('README.md', 'utf8');
const between = /(<!-- settings -->\n)[^]*(<!-- \/settings -->)/;
writeFileSync('.env.example', renderEnvExample());
writeFileSync(
  'README.md',
  readme.replace(between, (_, start, end) => `${start}\n${renderSettingsTable()}\n\n${end}`),
);
