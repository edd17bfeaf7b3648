import type { Command } from 'commander';

import type { Config } from '../../config/config.ts';
import type { EtlMetrics } from '../../domain/job.ts';
import type { BackfillReport } from '../../workflows/historical-backfill.ts';
import { EXIT, exitCodeOfJob, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { addJobOptions, type JobOptions } from '../job-options.ts';
import { number } from '../option-parsers.ts';
import type { Output } from '../output.ts';

interface BackfillOptions extends JobOptions {
  readonly years?: number;
  readonly dryRun?: true;
  readonly detach?: true;
}

const HELP = `
Fetches only what the coverage misses, oldest first, after daily work; ends with
the proof of what is there. Exit code 5 where anything is still missing. Steer it
with jobs pause, resume, skip and concurrency, or by updates in the Web UI.`;
const HEAL_HELP = `
Fetches what is missing of all that any job has ever asked for, however long ago,
and nothing else. Each daily run does the same by itself.`;

export function addBackfillCommand(program: Command, invoke: Invoke): void {
  const command = program.command('backfill').description('bring years of history');
  addJobOptions(command)
    .option(
      '--years <years>',
      'in place of --from: so many years up to the end (default: 5)',
      number,
    )
    .option('--dry-run', 'only plan: shards, what is missing, calls, bytes, time')
    .option('--detach', 'start it, print its id and return')
    .addHelpText('after', HELP)
    .action((options: BackfillOptions) =>
      invoke(command, async (invocation) => {
        const { requestOf } = await import('../job-input.ts');
        const request = await requestOf(options);
        return runBackfill({ ...asFields(request), ...fieldsOf(options) }, options, invocation);
      }),
    );
}

export function addGapsCommand(program: Command, invoke: Invoke): void {
  const gaps = program.command('gaps').description('holes in the coverage');
  const command = gaps.command('heal').description('fetch what is missing, and only that');
  addJobOptions(command)
    .option('--dry-run', 'only plan')
    .option('--detach', 'start it, print its id and return')
    .addHelpText('after', HEAL_HELP)
    .action((options: BackfillOptions) =>
      invoke(command, async (invocation) => {
        const { requestOf } = await import('../job-input.ts');
        const request = await requestOf(options);
        const fields = { ...asFields(request), ...fieldsOf(options), heal: true };
        return runBackfill(fields, options, invocation);
      }),
    );
}

type Fields = Readonly<Record<string, unknown>>;

function asFields(request: unknown): Fields {
  return typeof request === 'object' && request !== null && !Array.isArray(request)
    ? { ...request }
    : {};
}

function fieldsOf({ years, dryRun }: BackfillOptions): Fields {
  return {
    ...(years === undefined ? {} : { years }),
    ...(dryRun === undefined ? {} : { dry_run: dryRun }),
  };
}

async function runBackfill(
  fields: Fields,
  options: BackfillOptions,
  invocation: Invocation,
): Promise<ExitCode> {
  const { readConfig, withClient } = await import('../servers.ts');
  const { checkJob } = await import('../job-input.ts');
  const { announce } = await import('../job-command.ts');
  const { toSnakeCase } = await import('../format.ts');
  const config: Config = await readConfig(invocation);
  const { request, notes } = await checkJob(fields, 'historicalBackfill', config);
  notes.forEach((note) => invocation.output.talk(`note: ${note}`));
  return withClient(config, async (client) => {
    const job = await client.startUnchecked('historicalBackfill', request);
    announce(job, invocation);
    if (options.detach === true) {
      invocation.output.result(toSnakeCase(job), () => job.jobId);
      return EXIT.ok;
    }
    const { followJob } = await import('../follow-job.ts');
    const { queueName } = await import('../../domain/task-queues.ts');
    const metrics = await followJob({
      ...invocation,
      client,
      job,
      queue: queueName('data_ingestion', config.queuePrefix),
      timeoutMs: options.timeout,
    });
    return showReport(metrics, invocation.output);
  });
}

/** What a backfill's report has beyond a job's account; undefined values are left out of JSON. */
type Report = EtlMetrics & Partial<Pick<BackfillReport, 'plan' | 'coverage'>>;

async function showReport(metrics: Report, output: Output): Promise<ExitCode> {
  const { metricsRecord, renderMetrics, renderNotes } = await import('../metrics-view.ts');
  const { toSnakeCase } = await import('../format.ts');
  const { plan, coverage } = metrics;
  const record = {
    ...metricsRecord(metrics),
    plan: toSnakeCase(plan ?? null),
    coverage: toSnakeCase(coverage ?? null),
  };
  output.result(record, () =>
    [
      ...(metrics.status === 'pending' ? renderNotes(metrics) : [renderMetrics(metrics, output)]),
      ...(plan === undefined ? [] : [`plan: ${plan.batches} batches`]),
      ...(coverage === undefined
        ? []
        : [
            `coverage ${coverage.from} to ${coverage.to}: ${coverage.loaded} of ${coverage.expected} sessions loaded, ${coverage.excused} excused, ${coverage.quarantined} quarantined, ${coverage.missing} missing`,
            ...coverage.reasons.map((reason) => `  ${reason}`),
          ]),
    ].join('\n'),
  );
  const isShort = coverage !== undefined && !coverage.holds;
  return isShort ? EXIT.partial : exitCodeOfJob(metrics);
}
