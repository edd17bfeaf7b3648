import assert from 'node:assert/strict';

import {
  ConfigurationError,
  RateLimitedError,
  TransientError,
} from '../../../src/domain/errors.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import type { CallGate } from '../../../src/sources/call-gate.ts';
import { createCallGate } from '../../../src/worker/call-gate.ts';
import { eventually } from '../../support/eventually.ts';
import { createScratchDatabase, type ScratchDatabase } from '../warehouse/scratch-database.ts';

const SIGNAL = new AbortController().signal;

function failing(error: Error): () => Promise<never> {
  return () => Promise.reject(error);
}

function reset(): TransientError {
  return new TransientError('reset by peer', { code: 'ETL-SRC-301' });
}

describe('the gate before each call', () => {
  let database: ScratchDatabase;
  const notices: Notice[] = [];

  function gateOf(account = 'first', coolDownMs = 60_000): CallGate {
    return createCallGate({
      warehouse: database.warehouse,
      notify: async (notice) => void notices.push(notice),
      rules: { coolDownMs },
      sourceOf: () => undefined,
      quotas: new Map([['thrifty', { perMinute: 1 }]]),
      accountOf: () => account,
    });
  }

  async function ask(gate: CallGate, source: string, run: () => Promise<string>): Promise<string> {
    return gate({ source, endpoint: 'daily', priority: 'daily' }, run, SIGNAL);
  }

  before(async () => {
    database = await createScratchDatabase();
  });

  beforeEach(() => {
    notices.length = 0;
  });

  after(async () => {
    await database.drop();
  });

  it('opens for every worker after three failures in a row, tells people once, and closes after one probe', async () => {
    const [one, two] = [gateOf('first', 200), gateOf('first', 200)];
    for (let call = 0; call < 3; call += 1) {
      await assert.rejects(ask(call === 1 ? two : one, 'dead', failing(reset())), TransientError);
    }

    let probes = 0;
    async function answer(): Promise<string> {
      probes += 1;
      return 'rows';
    }
    await assert.rejects(ask(two, 'dead', answer), (error: unknown) => {
      assert.ok(error instanceof RateLimitedError && error.code === 'ETL-SRC-231');
      return true;
    });
    assert.equal(probes, 0);
    await eventually(async () => assert.equal(await ask(two, 'dead', answer), 'rows'), 3000);
    assert.equal(await ask(one, 'dead', answer), 'rows');

    assert.deepEqual(
      notices.map(({ severity }) => severity),
      ['warning', 'info'],
    );
    const { rows } = await database.warehouse.pool.query<{ path: string }>(
      `select string_agg(to_position, ' ' order by event_id) as path from source_breaker_events where source = 'dead'`,
    );
    assert.equal(rows[0]?.path, 'open half_open closed');
  });

  it('lets one worker probe while the others are refused', async () => {
    const [one, two] = [gateOf('first', 50), gateOf('first', 50)];
    for (let call = 0; call < 3; call += 1) {
      await assert.rejects(ask(one, 'slow', failing(reset())));
    }
    const seen: string[] = [];
    await eventually(async () => {
      await ask(one, 'slow', async () => {
        const others = await Promise.allSettled([
          ask(two, 'slow', () => Promise.resolve('a')),
          ask(one, 'slow', () => Promise.resolve('b')),
        ]);
        seen.push(...others.map(({ status }) => status));
        return 'probe';
      });
    }, 3000);

    assert.deepEqual(seen, ['rejected', 'rejected']);
  });

  it('disables a source whose token is refused until its configuration changes', async () => {
    const bad = new ConfigurationError('the token is wrong', { code: 'ETL-SRC-401' });
    await assert.rejects(ask(gateOf('old'), 'keyed', failing(bad)), /token is wrong/);

    await assert.rejects(
      ask(gateOf('old'), 'keyed', () => Promise.resolve('rows')),
      /ETL-SRC-240|disabled by the configuration/,
    );
    assert.equal(await ask(gateOf('new'), 'keyed', () => Promise.resolve('rows')), 'rows');
    assert.deepEqual(
      notices.map(({ severity, code }) => [severity, code]),
      [['error', 'ETL-SRC-401']],
    );
  });

  it('refuses at once what the quota does not allow, naming the wait', async () => {
    const gate = gateOf();
    await ask(gate, 'thrifty', () => Promise.resolve('rows'));

    const refusal: unknown = await ask(gate, 'thrifty', () => Promise.resolve('rows')).catch(
      (error: unknown) => error,
    );

    assert.ok(refusal instanceof RateLimitedError);
    assert.equal(refusal.code, 'ETL-SRC-230');
    assert.ok((refusal.retryAfterMs ?? 0) > 50_000);
  });

  it('learns the limit that an answer names, and rests for the window', async () => {
    const limited = new RateLimitedError('at most 3 a minute', {
      code: 'ETL-SRC-302',
      retryAfterMs: 60_000,
      details: { limit: 3, windowSeconds: 60 },
    });
    await assert.rejects(ask(gateOf(), 'teaching', failing(limited)));

    const { rows } = await database.warehouse.pool.query<{ learnt: unknown; position: string }>(
      `select learnt, position from source_quotas join source_breakers using (source, endpoint) where source = 'teaching'`,
    );
    assert.deepEqual(rows, [{ learnt: { 60: 3 }, position: 'open' }]);
  });
});
