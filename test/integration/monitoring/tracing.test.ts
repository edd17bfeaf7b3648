import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

import { eventually } from '../../support/eventually.ts';
import {
  startHttpReceiver,
  type HttpReceiver,
  type Received,
} from '../../support/http-receiver.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { testTemporal, uniqueQueuePrefix } from '../../support/temporal.ts';
import { start, temporaryHome, type Running } from '../cli/candlewick.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

interface TraceRequest {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: Span[] }[] }[];
}

function spansOf(messages: readonly Received[]): readonly Span[] {
  return messages.flatMap(({ body, headers }) => {
    const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const { resourceSpans } = JSON.parse(text.toString()) as TraceRequest;
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  });
}

describe('traces', () => {
  const home = temporaryHome();
  let database: TestDatabase;
  let collector: HttpReceiver;
  let worker: Running;
  let queuePrefix: string;

  before(async () => {
    database = await testDatabase('demo');
    collector = await startHttpReceiver();
    collector.answer = { status: 200, body: '{}' };
    queuePrefix = uniqueQueuePrefix();
    worker = start(['worker', '--queues', 'data_ingestion'], {
      CANDLEWICK_HOME: home.path,
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: (await testTemporal()).address,
      CANDLEWICK_QUEUE_PREFIX: queuePrefix,
      ETL_SOURCES: 'simulated',
      ETL_SIMULATED_SYMBOLS: '5',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      LOG_FORMAT: 'json',
    });
    await eventually(() => Promise.resolve(assert.match(worker.said(), /Worker started/)), 50_000);
  });
  after(async () => {
    worker.child.kill('SIGTERM');
    await worker.ended;
    await collector.close();
    await database.drop();
    home.remove();
  });

  it('reach from the tick of a schedule to the COPY of its rows, as one', async () => {
    const { client } = await testTemporal();
    const scheduleId = `traced-${randomUUID()}`;
    const schedule = await client.schedule.create({
      scheduleId,
      spec: {},
      action: {
        type: 'startWorkflow',
        workflowType: 'dailyDataIngestion',
        taskQueue: `${queuePrefix}data_ingestion`,
        args: [{}],
        workflowId: scheduleId,
      },
    });
    await schedule.trigger();

    await eventually(async () => {
      const spans = spansOf(collector.received);
      const copy = spans.find(({ name }) => name === 'COPY');
      assert.ok(copy, spans.map(({ name }) => name).join(', '));
      const byId = new Map(spans.map((span) => [span.spanId, span]));
      const path: string[] = [];
      for (let at: Span | undefined = copy; at; at = byId.get(at.parentSpanId ?? '')) {
        assert.equal(at.traceId, copy.traceId);
        path.unshift(at.name);
      }
      assert.deepEqual(path, [
        'RunWorkflow:dailyDataIngestion',
        'StartActivity:loadBatch',
        'RunActivity:loadBatch',
        'COPY',
      ]);
    }, 40_000);
    await schedule.delete();
  });
});
