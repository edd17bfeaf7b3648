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

/** The names from the root to a span, by its ancestors that have arrived. */
function pathTo(span: Span, spans: readonly Span[]): readonly string[] {
  const byId = new Map(spans.map((each) => [each.spanId, each]));
  const path: string[] = [];
  for (let at: Span | undefined = span; at; at = byId.get(at.parentSpanId ?? '')) {
    path.unshift(at.name);
  }
  return path;
}

/** One symbol a batch, and not all are listed yet: a run does 200 of these, and then goes on as a new one. */
const SYMBOLS = 240;
const MORE_BATCHES_THAN_A_RUN = {
  start_date: '2024-01-02',
  end_date: '2024-01-02',
  batch_size: 1,
};

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
      ETL_SIMULATED_SYMBOLS: String(SYMBOLS),
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

  it('reach from the tick of a schedule to each COPY, through children and continued runs, as one', async () => {
    const { client } = await testTemporal();
    const scheduleId = `traced-${randomUUID()}`;
    const schedule = await client.schedule.create({
      scheduleId,
      spec: {},
      action: {
        type: 'startWorkflow',
        workflowType: 'dailyDataIngestion',
        taskQueue: `${queuePrefix}data_ingestion`,
        args: [{ on_complete: [{ job: 'etlJob', input: MORE_BATCHES_THAN_A_RUN }] }],
        workflowId: scheduleId,
      },
    });
    await schedule.trigger();

    await eventually(() => {
      const spans = spansOf(collector.received);
      const copies = spans.filter(({ name }) => name === 'COPY');
      const paths = new Set(copies.map((copy) => pathTo(copy, spans).join(' › ')));
      const tick = `ScheduleTick:${scheduleId} › RunWorkflow:dailyDataIngestion`;
      const load = 'StartActivity:loadBatch › RunActivity:loadBatch › COPY';
      const child = `${tick} › StartChildWorkflow:etlJob › RunWorkflow:etlJob`;
      const next = `${child} › ContinueAsNew:etlJob › RunWorkflow:etlJob`;
      assert.deepEqual(
        paths,
        new Set([tick, child, next].map((from) => `${from} › ${load}`)),
        `after ${copies.length} of ${spans.length} spans`,
      );
      assert.equal(new Set(copies.map(({ traceId }) => traceId)).size, 1);
      return Promise.resolve();
    }, 45_000);
    await schedule.delete();
  });
});
