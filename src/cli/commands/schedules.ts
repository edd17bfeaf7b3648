import type { Command } from 'commander';

import type { JobClient } from '../../client/job-client.ts';
import type { Config } from '../../config/config.ts';
import type { PlannedChange } from '../../../schedules/apply-schedules.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';

interface ScheduleRow {
  readonly scheduleId: string;
  readonly workflow: string;
  readonly paused: boolean;
  readonly nextRun: string | undefined;
  readonly note: string;
}

interface BackfillOptions {
  readonly from: string;
  readonly to: string;
}

const APPLY_HELP = `
Creates, updates and deletes schedules until Temporal is equal to schedules/ and
the settings DAILY_SCHEDULE, REPORT_SCHEDULE, CLEANUP_SCHEDULE, HEALTH_SCHEDULE.
Touches none that Candlewick did not make. What an operator paused stays paused.`;
const BACKFILL_HELP = `
Starts the runs that the schedule would have started from 00:00 of one day to
00:00 after the other, in its time zone, one after the other. For years of
history use \`candlewick backfill\`.`;

export function addSchedulesCommand(program: Command, invoke: Invoke): void {
  const schedules = program.command('schedules').description('what runs by itself, and when');
  addList(schedules, invoke);
  for (const [name, description] of [
    ['apply', 'make Temporal equal to the schedules of this version'],
    ['diff', 'what apply would do; exit code 5 where that is something'],
  ] as const) {
    const command = schedules
      .command(name)
      .description(description)
      .addHelpText('after', APPLY_HELP);
    command.action(() => invoke(command, (invocation) => change(name, invocation)));
  }
  addHandCommands(schedules, invoke);
}

function addList(schedules: Command, invoke: Invoke): void {
  const command = schedules.command('list').description('schedules on the Temporal server');
  command.action(() =>
    invoke(command, async (invocation) => {
      const { output } = invocation;
      const { formatShanghai, toSnakeCase } = await import('../format.ts');
      const { renderTable } = await import('../table.ts');
      const rows = await withSchedules(invocation, ({ temporal }) => readRows(temporal));
      output.result(toSnakeCase(rows), () =>
        rows.length === 0
          ? 'no schedules: `candlewick schedules apply` makes them'
          : renderTable(
              rows,
              [
                { title: 'schedule', cell: ({ scheduleId }) => scheduleId },
                { title: 'workflow', cell: ({ workflow }) => workflow },
                {
                  title: 'next run in Shanghai',
                  cell: ({ paused, nextRun, note }) =>
                    paused ? `paused: ${note}` : formatShanghai(nextRun),
                },
              ],
              output,
            ),
      );
      return EXIT.ok;
    }),
  );
}

function addHandCommands(schedules: Command, invoke: Invoke): void {
  const pause = schedules.command('pause <id>').description('no run until resume');
  pause.option('--note <why>', 'shown in the list and in the Temporal UI', 'paused by hand');
  pause.action((id: string, { note }: { note: string }) =>
    invoke(pause, (invocation) =>
      act(invocation, id, 'paused', (client) => client.temporal.schedule.getHandle(id).pause(note)),
    ),
  );
  const resume = schedules.command('resume <id>').description('go on after pause');
  resume.action((id: string) =>
    invoke(resume, (invocation) =>
      act(invocation, id, 'resumed', (client) =>
        client.temporal.schedule.getHandle(id).unpause('resumed by hand'),
      ),
    ),
  );
  const trigger = schedules.command('trigger <id>').description('run it now, beside its times');
  trigger.action((id: string) =>
    invoke(trigger, (invocation) =>
      act(invocation, id, 'triggered', (client) =>
        client.temporal.schedule.getHandle(id).trigger(),
      ),
    ),
  );
  const backfill = schedules.command('backfill <id>').description('the runs of days gone by');
  backfill
    .requiredOption('--from <day>', 'first day, YYYY-MM-DD')
    .requiredOption('--to <day>', 'last day, YYYY-MM-DD')
    .addHelpText('after', BACKFILL_HELP)
    .action((id: string, options: BackfillOptions) =>
      invoke(backfill, async (invocation) => {
        const { checkBarsQuery } = await import('../bars-query.ts');
        const { startDate, endDate } = checkBarsQuery({ ...options, limit: 1 });
        const { toDayNumber } = await import('../../domain/trading-day.ts');
        const { ScheduleOverlapPolicy } = await import('@temporalio/client');
        const start = shanghaiMidnight(toDayNumber(startDate));
        const end = shanghaiMidnight(toDayNumber(endDate) + 1);
        return act(invocation, id, `runs from ${startDate} to ${endDate} were started`, (client) =>
          client.temporal.schedule.getHandle(id).backfill({
            // Exclusive at its start by the server's rules.
            start: new Date(start.getTime() - 1000),
            end,
            overlap: ScheduleOverlapPolicy.BUFFER_ALL,
          }),
        );
      }),
    );
}

const MS_PER_DAY = 86_400_000;
const SHANGHAI_MS = 8 * 3_600_000;

function shanghaiMidnight(day: number): Date {
  return new Date(day * MS_PER_DAY - SHANGHAI_MS);
}

async function withSchedules<Result>(
  invocation: Invocation,
  work: (client: JobClient, config: Config) => Promise<Result>,
): Promise<Result> {
  const { readConfig, withClient } = await import('../servers.ts');
  const config = await readConfig(invocation);
  return withClient(config, (client) => work(client, config));
}

async function readRows(temporal: JobClient['temporal']): Promise<readonly ScheduleRow[]> {
  const found: ScheduleRow[] = [];
  for await (const { scheduleId, state, info, action } of temporal.schedule.list()) {
    found.push({
      scheduleId,
      workflow: action?.workflowType ?? 'unknown',
      paused: state.paused,
      nextRun: info.nextActionTimes[0]?.toISOString(),
      note: state.note ?? '',
    });
  }
  return found;
}

async function change(name: 'apply' | 'diff', invocation: Invocation): Promise<ExitCode> {
  const { applySchedules, planSchedules } = await import('../../../schedules/apply-schedules.ts');
  const { schedulesAt } = await import('../../../schedules/index.ts');
  const { toSnakeCase } = await import('../format.ts');
  const work = name === 'apply' ? applySchedules : planSchedules;
  const changes = await withSchedules(invocation, ({ temporal }, config) =>
    work(temporal, schedulesAt(config), config.queuePrefix),
  );
  invocation.output.result(toSnakeCase(changes), () => changes.map(lineOf).join('\n'));
  const isEqual = changes.every((one) => one.change === 'unchanged');
  return name === 'apply' || isEqual ? EXIT.ok : EXIT.partial;
}

function lineOf({ scheduleId, change: what, differences }: PlannedChange): string {
  return [`${what.padEnd(10)} ${scheduleId}`, ...differences.map((one) => `  ${one}`)].join('\n');
}

async function act(
  invocation: Invocation,
  scheduleId: string,
  outcome: string,
  work: (client: JobClient) => Promise<void>,
): Promise<ExitCode> {
  const { ScheduleNotFoundError } = await import('@temporalio/client');
  const { CliError } = await import('../cli-error.ts');
  try {
    await withSchedules(invocation, work);
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) {
      throw new CliError('not_found', `There is no schedule ${scheduleId}`, {
        code: 'ETL-CLI-404',
        hint: '`candlewick schedules list` names them.',
      });
    }
    throw error;
  }
  invocation.output.result({ schedule_id: scheduleId, outcome }, () => `${scheduleId}: ${outcome}`);
  return EXIT.ok;
}
