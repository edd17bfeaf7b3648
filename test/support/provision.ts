/** Makes sure, before any test runs, that there is a Temporal server and a browser to be had: that may take minutes. */
import { join, resolve } from 'node:path';

import { findTemporal } from '../../src/runtime/temporal-program.ts';
import { installChromium } from './browser.ts';

const home = resolve(process.env['CANDLEWICK_HOME'] ?? '.candlewick');
const { how } = await findTemporal({
  cache: join(home, 'bin'),
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
process.stderr.write(`Temporal: ${how}\n`);
installChromium((line) => process.stderr.write(`${line}\n`));
