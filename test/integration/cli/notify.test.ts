import assert from 'node:assert/strict';

import { eventually } from '../../support/eventually.ts';
import { startHttpReceiver, type HttpReceiver } from '../../support/http-receiver.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { testTemporal, uniqueQueuePrefix } from '../../support/temporal.ts';
import { candlewick, start, temporaryHome } from './candlewick.ts';

describe('candlewick notify test', () => {
  const home = temporaryHome();
  let receiver: HttpReceiver;
  before(async () => {
    receiver = await startHttpReceiver();
  });
  after(async () => {
    await receiver.close();
    home.remove();
  });

  it('tells through every channel, and shows no address', async () => {
    const env = {
      CANDLEWICK_HOME: home.path,
      ETL_NOTIFY_WEBHOOKS: `${receiver.url}/hook/s3cret-part,slack:${receiver.url}/other/s3cret-part`,
    };

    const { code, stdout, stderr } = await candlewick(['notify', 'test', '--json'], env);
    const explained = await candlewick(['config', 'explain'], env);

    assert.equal(code, 0, stderr);
    assert.equal(receiver.received.length, 2);
    assert.match(stdout, /"channel":"json-[0-9a-f]{8}".*"told":true/);
    assert.ok(!`${stdout}${stderr}${explained.stdout}`.includes('s3cret-part'));
  });

  it('gives 1 where a channel refuses', async () => {
    receiver.answer = { status: 403, body: 'no' };

    const { code, stdout } = await candlewick(['notify', 'test'], {
      CANDLEWICK_HOME: home.path,
      ETL_NOTIFY_WEBHOOKS: `${receiver.url}/hook`,
    });

    assert.equal(code, 1);
    assert.match(stdout, /answered HTTP 403/);
  });

  it('gives 3 where there is no channel', async () => {
    const { code, stderr } = await candlewick(['notify', 'test'], { CANDLEWICK_HOME: home.path });

    assert.equal(code, 3);
    assert.match(stderr, /ETL_NOTIFY_WEBHOOKS/);
  });
});

describe('a worker that tells through several channels', () => {
  const home = temporaryHome();
  let receiver: HttpReceiver;
  let database: TestDatabase;
  before(async () => {
    receiver = await startHttpReceiver();
    database = await testDatabase('demo');
  });
  after(async () => {
    await receiver.close();
    await database.drop();
    home.remove();
  });

  it('ends in order when it is asked to', async () => {
    const forms = ['json', 'slack', 'dingtalk', 'feishu', 'wecom'];
    const worker = start(['worker'], {
      CANDLEWICK_HOME: home.path,
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: (await testTemporal()).address,
      CANDLEWICK_QUEUE_PREFIX: uniqueQueuePrefix(),
      ETL_SOURCES: 'simulated',
      ETL_NOTIFY_WEBHOOKS: forms.map((form) => `${form}:${receiver.url}/${form}`).join(','),
      LOG_FORMAT: 'json',
    });
    await eventually(() => Promise.resolve(assert.match(worker.said(), /Worker started/)), 50_000);

    worker.child.kill('SIGTERM');

    const { code } = await worker.ended;
    assert.equal(code, 0, worker.said());
    assert.match(worker.said(), /Worker stopped/);
  });
});
