import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { SMTPServer } from 'smtp-server';

import { parseConfig } from '../../../src/config/config.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import { createLogger, silentLogger } from '../../../src/observability/logger.ts';
import type { Notifier } from '../../../src/observability/notices/notifier.ts';
import { openWarehouse, queryRows, type Warehouse } from '../../../src/warehouse/pool.ts';
import { createWorkerNotifier } from '../../../src/worker/notifications.ts';
import { eventually } from '../../support/eventually.ts';
import { jsonBody, startHttpReceiver, type HttpReceiver } from '../../support/http-receiver.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';

function notice(facts: Partial<Notice> = {}): Notice {
  return {
    key: 'job-ended/daily/ETL-JOB-521',
    severity: 'error',
    errorClass: 'transient',
    code: 'ETL-JOB-521',
    title: 'Job daily failed',
    meaning: 'Nothing was loaded.',
    action: 'Look at it.',
    facts: {},
    ...facts,
  };
}

interface Told {
  readonly key: string;
  readonly seen: number;
  readonly seen_anew: number;
}

describe('notices', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  let receiver: HttpReceiver;
  const open: Notifier[] = [];

  before(async () => {
    database = await testDatabase('standard');
    warehouse = openWarehouse({ connectionString: database.url, applicationName: 'test' });
  });
  beforeEach(async () => {
    receiver = await startHttpReceiver();
    await queryRows(warehouse, 'Emptying', 'truncate notices, notice_tellings');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((notifier) => notifier.close()));
    await receiver.close();
  });
  after(async () => {
    await warehouse.close();
    await database.drop();
  });

  /** A worker's notifier: several of them share the database. */
  function worker(env: Record<string, string> = {}, over = warehouse): Notifier {
    const config = parseConfig({ ETL_NOTIFY_WEBHOOKS: `${receiver.url}/hook/s3cret-part`, ...env });
    const notifier = createWorkerNotifier(config, over, silentLogger);
    open.push(notifier);
    return notifier;
  }

  function told(): readonly (readonly Told[])[] {
    return receiver.received.map((message) => jsonBody(message)['notices'] as Told[]);
  }

  it('tells a trouble that many workers meet once, and counts it', async () => {
    const workers = [worker(), worker(), worker()];

    await Promise.all(workers.flatMap((each) => [each.notify(notice()), each.notify(notice())]));
    await Promise.all(workers.map((each) => each.flush()));

    assert.deepEqual(
      told().map((message) => message.map(({ key, seen }) => [key, seen])),
      [[['job-ended/daily/ETL-JOB-521', 6]]],
    );
  });

  it('puts troubles that come together in one message, the worst first', async () => {
    const one = worker();
    await one.notify(notice({ key: 'a', severity: 'warning' }));
    await one.notify(notice({ key: 'b', severity: 'critical' }));
    await one.notify(notice({ key: 'c', severity: 'error' }));

    await one.flush();

    assert.deepEqual(
      told().map((message) => message.map(({ key }) => key)),
      [['b', 'c', 'a']],
    );
  });

  it('groups by itself, without being asked to flush', async () => {
    await worker().notify(notice());

    await eventually(() => Promise.resolve(assert.equal(receiver.received.length, 1)));
  });

  it('tells it again after the window, with how often it was seen meanwhile', async () => {
    const one = worker();
    await one.notify(notice());
    await one.flush();
    await one.notify(notice());
    await one.notify(notice());
    await one.flush();
    assert.equal(receiver.received.length, 1);

    await queryRows(
      warehouse,
      'Letting time pass',
      "update notice_tellings set told_at = told_at - interval '16 minutes'",
    );
    await one.flush();

    assert.deepEqual(
      told().map(([first]) => [first?.seen, first?.seen_anew]),
      [
        [1, 1],
        [3, 2],
      ],
    );
  });

  it('tells by severity and class as the settings say', async () => {
    const one = worker({
      ETL_NOTIFY_SEVERITY: 'error',
      ETL_NOTIFY_CLASSES: 'system,configuration',
    });
    await one.notify(notice({ key: 'too mild', severity: 'warning', errorClass: 'system' }));
    await one.notify(notice({ key: 'other class', errorClass: 'transient' }));
    await one.notify(notice({ key: 'told', errorClass: 'system' }));

    await one.flush();

    assert.deepEqual(
      told().map((message) => message.map(({ key }) => key)),
      [['told']],
    );
  });

  it('keeps what a channel refused, and tells it once the channel takes it', async () => {
    const one = worker();
    receiver.answer = { status: 503, body: 'no' };
    await one.notify(notice());
    await one.flush();
    receiver.answer = { status: 200, body: 'ok' };
    await one.flush();
    assert.equal(receiver.received.length, 1, 'it is not hammered');

    await queryRows(
      warehouse,
      'Letting time pass',
      "update notice_tellings set claimed_until = now() - interval '1 second'",
    );
    await one.flush();

    const [row] = await queryRows<{ told: boolean; last_error: string | null }>(
      warehouse,
      'Looking',
      'select told_at is not null as told, last_error from notice_tellings',
    );
    assert.equal(receiver.received.length, 2);
    assert.deepEqual(row, { told: true, last_error: null });
  });

  it('still tells, once, where the database that the workers share is down', async () => {
    const nowhere = openWarehouse({
      connectionString: 'postgres://nobody@127.0.0.1:1/none',
      applicationName: 'test',
    });
    const one = worker({}, nowhere);

    await one.notify(notice({ severity: 'critical', errorClass: 'system' }));
    await one.notify(notice({ severity: 'critical', errorClass: 'system' }));

    assert.equal(receiver.received.length, 1);
    await nowhere.close();
  });

  it('gives no secret away: not in a message, not in its state, not in the log', async () => {
    const lines: string[] = [];
    const { Writable } = await import('node:stream');
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    const address = `${receiver.url}/hook/s3cret-part`;
    const config = parseConfig({
      ETL_NOTIFY_WEBHOOKS: address,
      TUSHARE_TOKEN: 'tok-0123456789',
    });
    const logger = createLogger({
      level: 'debug',
      format: 'json',
      secrets: config.secrets,
      stream,
    });
    const one = createWorkerNotifier(config, warehouse, logger);
    open.push(one);
    receiver.answer = { status: 404, body: address };

    await one.notify(notice({ title: `failed with tok-0123456789 at ${address}` }));
    await one.flush();

    const [state] = await queryRows(warehouse, 'Looking', 'select * from notice_tellings');
    const seen = JSON.stringify([lines, state, receiver.received[0]?.body.toString()]);
    assert.ok(!seen.includes('tok-0123456789') && !seen.includes('s3cret-part'), seen);
    assert.match(seen, /answered HTTP 404/);
  });

  it('mails, with the worst trouble as the subject', async () => {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      // No name server is asked: it may take longer to fail than a sender waits.
      disableReverseLookup: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, done) {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          mails.push(Buffer.concat(parts).toString());
          done();
        });
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const { port } = server.server.address() as AddressInfo;
    const one = worker({
      ETL_NOTIFY_SMTP_URL: `smtp://127.0.0.1:${port}`,
      ETL_NOTIFY_MAIL_TO: 'ops@example.com,data@example.com',
    });

    await one.notify(notice({ key: 'mild', severity: 'warning' }));
    await one.notify(notice());
    await one.flush();

    const [mail = ''] = mails;
    assert.equal(mails.length, 1);
    assert.match(mail, /Subject: \[candlewick\] error: Job daily failed\r?\n/);
    assert.match(mail, /To: ops@example\.com, data@example\.com/);
    assert.match(mail, /Nothing was loaded/);
    assert.equal(told()[0]?.length, 2, 'the webhook hears the mild one too');
    await new Promise((resolve) => server.close(() => resolve(undefined)));
  });
});
