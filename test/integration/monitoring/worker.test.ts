import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { request } from 'undici';
import { parse } from 'yaml';

import type { HealthReport } from '../../../src/domain/health.ts';
import { connect } from '../../../src/client.ts';
import { openWarehouse, queryRows, type Warehouse } from '../../../src/warehouse/pool.ts';
import { eventually } from '../../support/eventually.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { testTemporal, uniqueQueuePrefix } from '../../support/temporal.ts';
import { candlewick, lastJson, start, temporaryHome, type Running } from '../cli/candlewick.ts';

interface AlertRules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

/** Names of metrics in PromQL: functions are followed by a bracket, labels stand in braces. */
function metricsIn(expression: string): readonly string[] {
  const bare = expression.replaceAll(/\{[^}]*\}|"[^"]*"|\b(by|without|on) *\([^)]*\)/g, ' ');
  return [...bare.matchAll(/\b((?:candlewick|temporal|process|nodejs)_[a-z0-9_]+)\b/g)].map(
    ([name]) => name,
  );
}

function dashboardExpressions(): readonly string[] {
  const dashboard = readFileSync('monitoring/grafana-dashboard.json', 'utf8');
  return [...dashboard.matchAll(/"expr": "((?:[^"\\]|\\.)*)"/g)].map(
    ([, expression]) => JSON.parse(`"${expression}"`) as string,
  );
}

describe('a worker under monitoring', () => {
  const home = temporaryHome();
  let database: TestDatabase;
  let warehouse: Warehouse;
  let env: Record<string, string>;
  let worker: Running;
  let url: string;

  async function get(path: string): Promise<{ status: number; text: string }> {
    const { statusCode, body } = await request(`${url}${path}`);
    return { status: statusCode, text: await body.text() };
  }
  async function getJson(path: string): Promise<Record<string, unknown> & { httpStatus: number }> {
    const { status, text } = await get(path);
    return { ...(JSON.parse(text) as Record<string, unknown>), httpStatus: status };
  }

  before(async () => {
    database = await testDatabase('demo');
    warehouse = openWarehouse({ connectionString: database.url, applicationName: 'test' });
    env = {
      CANDLEWICK_HOME: home.path,
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: (await testTemporal()).address,
      CANDLEWICK_QUEUE_PREFIX: uniqueQueuePrefix(),
      ETL_SIMULATED_SYMBOLS: '10',
    };
    worker = start(['worker'], { ...env, CANDLEWICK_HTTP_PORT: '0', LOG_FORMAT: 'json' });
    await eventually(() => {
      url = /"url":"(http:[^"]+)"/.exec(worker.said())?.[1] ?? '';
      assert.notEqual(url, '', worker.said());
      return Promise.resolve();
    }, 50_000);
    const ran = await candlewick(
      ['run', '--json', '--source', 'simulated', '--from', '2024-01-02', '--to', '2024-01-31'],
      env,
    );
    assert.equal(ran.code, 0, ran.stderr);
  });
  after(async () => {
    worker.child.kill('SIGTERM');
    const { code, stderr } = await worker.ended;
    await warehouse.close();
    await database.drop();
    home.remove();
    assert.equal(code, 0, stderr);
  });

  it('says that it is alive and ready, with queues, jobs, servers and sources', async () => {
    const live = await getJson('/health/live');
    const ready = await getJson('/health/ready');

    assert.equal(live['status'], 'ok');
    assert.equal(ready.httpStatus, 200, JSON.stringify(ready));
    assert.equal(ready['ready'], true);
    assert.match(String(ready['worker_id']), /:\d+$/);
    assert.deepEqual(ready['queue_lengths'], {
      data_ingestion: 0,
      data_quality: 0,
      maintenance: 0,
    });
    assert.equal(typeof ready['active_jobs'], 'number');
    assert.equal((ready['database'] as { status: string }).status, 'ok');
    assert.equal((ready['temporal'] as { status: string }).status, 'ok');
    assert.ok(Math.abs(Date.now() - Date.parse(String(ready['timestamp']))) < 60_000);
  });

  it('says that the data is not complete once it is due, and why', async () => {
    // Bars are owed since long ago, up to the last session: the simulated job has brought January 2024 only.
    await queryRows(warehouse, 'Owing', "update coverage_scope set first_day = '2024-01-02'");

    await eventually(async () => {
      const after = await getJson('/health/data');
      assert.ok(Date.parse(String(after['due_at'])) <= Date.now());
      assert.ok(Number(after['missing']) > 0 && after['is_complete'] === false);
      assert.equal(after.httpStatus, 503);
    });
  });

  it("serves every metric that the dashboard and the alerts name, Temporal's own too", async () => {
    const { text } = await get('/metrics');
    const served = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    const rules = parse(readFileSync('monitoring/alerts.yml', 'utf8')) as AlertRules;
    const alerts = rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr));

    const named = [...dashboardExpressions(), ...alerts].flatMap(metricsIn);

    assert.ok(named.length > 30, `${named.length} metrics named`);
    const missing = named.filter(
      (name) => !served.has(name) && !served.has(name.replace(/_(bucket|sum|count)$/, '')),
    );
    assert.deepEqual([...new Set(missing)], []);
    assert.match(text, /candlewick_job_seconds_count\{job="etl-job",status="success"\} 1/);
    assert.match(text, /candlewick_records_total\{job="etl-job",kind="loaded"\} \d\d+/);
    assert.match(text, /candlewick_activity_seconds_count\{activity="loadBatch".*outcome="ok"\} 1/);
  });

  it('has alert rules that promtool (of Debian prometheus) takes, and that fire when they should', function test() {
    if (spawnSync('promtool', ['--version']).status !== 0) {
      this.skip();
    }
    const checked = spawnSync('promtool', ['check', 'rules', 'monitoring/alerts.yml'], {
      encoding: 'utf8',
    });
    const tested = spawnSync('promtool', ['test', 'rules', 'monitoring/alerts.test.yml'], {
      encoding: 'utf8',
    });

    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
    assert.equal(tested.status, 0, tested.stdout + tested.stderr);
  });

  it('tells the same by command and by workflow', async () => {
    const { address, namespace } = await testTemporal();
    const client = await connect({ address, namespace });
    const [command, report] = await Promise.all([
      candlewick(['health', '--json'], env),
      client.temporal.workflow.execute('healthCheck', {
        workflowId: `health-check/${Date.now()}`,
        taskQueue: `${env['CANDLEWICK_QUEUE_PREFIX'] ?? ''}maintenance`,
        args: [{ notify: true }],
      }) as Promise<HealthReport>,
    ]);
    const wrong = client.temporal.workflow.execute('healthCheck', {
      workflowId: `health-check/wrong/${Date.now()}`,
      taskQueue: `${env['CANDLEWICK_QUEUE_PREFIX'] ?? ''}maintenance`,
      args: [{ notfiy: true }],
    });

    assert.equal(lastJson(command)['status'], report.status, command.stderr);
    assert.equal(report.database.status, 'ok');
    await assert.rejects(wrong, (error: Error) => /notfiy/.test(String(error.cause)));
    const [notice] = await queryRows(
      warehouse,
      'Looking',
      "select 1 from notices where code in ('ETL-HLT-501', 'ETL-HLT-502')",
    );
    assert.equal(report.status, 'degraded');
    assert.notEqual(notice, undefined);
    await client.close();
  });

  it('gives 6, and says so, where nothing answers', async () => {
    const { code, stdout } = await candlewick(['health', '--json'], {
      ...env,
      DATABASE_URL: 'postgres://x@127.0.0.1:1/x',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    });

    assert.equal(code, 6, stdout);
    assert.match(stdout, /"status":"down"/);
  });
});
