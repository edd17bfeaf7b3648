/** A process that works with the servers of the home it is given, until its stdin ends or it is interrupted. */
import { once } from 'node:events';

import pg from 'pg';

import { openStack } from '../../../src/runtime/stack.ts';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.stdin.resume();
const finish = Promise.race([once(process.stdin, 'end'), once(interrupt.signal, 'abort')]);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const stack = await openStack({
  home: process.argv[2] ?? '',
  needs: { postgres: true, temporal: false },
  database: 'demo',
  databaseUrl: undefined,
  temporalAddress: undefined,
  namespace: 'default',
  ports: { postgres: undefined, temporal: undefined, temporalUi: undefined },
  onProgress: say,
  signal: interrupt.signal,
});
say(stack.started.length === 0 ? 'joined' : 'started');
await finish;
process.stdin.destroy();
const client = new pg.Client({ connectionString: stack.databaseUrl });
await client.connect();
await client.query('select 1');
await client.end();
say('answered');
await stack.close();
