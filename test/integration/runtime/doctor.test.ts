import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runDoctor, type Check } from '../../../src/runtime/doctor.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { testTemporal, uniqueQueuePrefix } from '../../support/temporal.ts';

describe('doctor on real servers', () => {
  let database: TestDatabase;
  let home: string;

  before(async () => {
    database = await testDatabase();
    home = await mkdtemp(join(tmpdir(), 'candlewick-doctor-'));
  });

  after(async () => {
    await database.drop();
    await rm(home, { recursive: true });
  });

  async function doctor(changes: {
    databaseUrl?: string | undefined;
    temporalAddress?: string | undefined;
    namespace?: string;
  }): Promise<ReadonlyMap<string, Check>> {
    const { address, namespace } = await testTemporal();
    const checks = await runDoctor({
      home,
      storageUrl: join(home, 'store'),
      databaseUrl: database.url,
      temporalAddress: address,
      namespace,
      queuePrefix: uniqueQueuePrefix(),
      allowPlaintext: false,
      warnings: [],
      ...changes,
    });
    return new Map(checks.map((check) => [check.name, check]));
  }

  it('finds all well where it is, and warns that nobody serves the queues', async () => {
    const checks = await doctor({});

    const failed = [...checks.values()].filter(({ state }) => state === 'fail');
    assert.deepEqual(failed, []);
    assert.ok(checks.size >= 15, `${checks.size} checks`);
    assert.equal(checks.get('schema')?.state, 'ok');
    assert.equal(checks.get('queue data_ingestion')?.state, 'warn');
    assert.match(checks.get('Temporal version')?.found ?? '', /^1\./);
  });

  it('says that a database has no schema yet', async () => {
    const empty = await testDatabase('empty');
    try {
      const checks = await doctor({ databaseUrl: empty.url });

      assert.equal(checks.get('schema')?.state, 'fail');
      assert.match(checks.get('schema')?.fix ?? '', /db migrate/);
    } finally {
      await empty.drop();
    }
  });

  it('says that servers are missing or do not answer, without the password', async () => {
    const missing = await doctor({ databaseUrl: undefined, temporalAddress: undefined });
    assert.equal(missing.get('PostgreSQL')?.state, 'fail');
    assert.equal(missing.get('Temporal')?.state, 'fail');

    const silent = await doctor({
      databaseUrl: 'postgres://candlewick:hunter2@127.0.0.1:9/none',
      temporalAddress: '127.0.0.1:9',
    });
    assert.equal(silent.get('PostgreSQL')?.state, 'fail');
    assert.equal(silent.get('Temporal')?.state, 'fail');
    assert.doesNotMatch(JSON.stringify([...silent]), /hunter2/);
  });

  it('says that a namespace does not exist', async () => {
    const checks = await doctor({ namespace: 'nowhere' });

    assert.equal(checks.get('Temporal')?.state, 'fail');
    assert.match(checks.get('Temporal')?.found ?? '', /nowhere/);
  });
});
