import type { JobHandle } from '../client/job-client.ts';
import type { Config } from '../config/config.ts';
import type { EtlMetrics } from '../domain/job.ts';
import type { DemoPlan } from './plan-demo.ts';
import { metricsRecord, renderMetrics } from './metrics-view.ts';
import type { Output } from './output.ts';

export interface DemoReport {
  readonly plan: Pick<DemoPlan, 'database' | 'job'>;
  readonly config: Pick<Config, 'databaseUrl' | 'allowPlaintext'>;
  readonly databaseUrl: string;
  readonly metrics: EtlMetrics;
  readonly job: JobHandle;
  readonly output: Output;
}

/** What a place is called, and what to copy. */
type Place = readonly [name: string, value: string | undefined];

/** How this program is called: as an installed package, or in a clone. */
const COMMAND = import.meta.url.includes('/node_modules/')
  ? 'npx candlewick'
  : 'npm run -s candlewick --';

/** The account of the demo's job, and where to look further. */
export async function reportDemo(report: DemoReport): Promise<void> {
  const { metrics, output } = report;
  const symbol = output.format === 'text' ? await symbolToShow(report) : undefined;
  output.result(metricsRecord(metrics), () =>
    ['', renderMetrics(metrics, output), ...renderPlaces(report, symbol)].join('\n'),
  );
}

/** Of an embedded database with its password, which is a file of this checkout; of any other without. */
function shownConnection({
  config,
  databaseUrl,
}: Pick<DemoReport, 'config' | 'databaseUrl'>): string {
  return config.databaseUrl?.shown ?? databaseUrl;
}

/** Each on a line of its own and never cut, to be copied. */
function renderPlaces(report: DemoReport, symbol: string | undefined): string[] {
  const { job, plan, output } = report;
  const places: readonly Place[] = [
    ['this job in the Temporal Web UI', job.url],
    ['the database', `psql '${shownConnection(report)}'`],
    ...(symbol === undefined ? [] : examplesOf(symbol, plan)),
  ];
  return places.flatMap(([name, value]) =>
    value === undefined ? [] : ['', output.colours.bold(name), `  ${value}`],
  );
}

function examplesOf(symbol: string, { database }: DemoReport['plan']): readonly Place[] {
  const demo = database === 'demo' ? '--demo ' : '';
  return [
    [
      'the bars in SQL',
      `select * from stock_daily_data where stock_code = '${symbol}' order by trade_date desc limit 5;`,
    ],
    ['the bars here', `${COMMAND} bars ${demo}--symbols ${symbol} --limit 5`],
  ];
}

/** A symbol of which there are bars, so that the examples show some: of those asked for, else any. */
async function symbolToShow({
  plan,
  config: { allowPlaintext },
  databaseUrl: connectionString,
}: DemoReport): Promise<string | undefined> {
  const { symbols, startDate } = plan.job.config;
  const { openWarehouse } = await import('../warehouse/pool.ts');
  const { readBars } = await import('../warehouse/queries.ts');
  const warehouse = openWarehouse({
    connectionString,
    applicationName: 'candlewick demo',
    allowPlaintext,
  });
  const range = { startDate: '1990-01-01', endDate: '9999-12-31', limit: 1 };
  try {
    const [asked] =
      symbols.length === 0 ? [] : await readBars(warehouse, { ...range, startDate, symbols });
    const [bar] = asked === undefined ? await readBars(warehouse, range) : [asked];
    return bar?.symbol;
  } catch {
    // Only an example: without it the account is as good.
    return undefined;
  } finally {
    await warehouse.close();
  }
}
