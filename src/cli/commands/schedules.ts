import type { Command } from 'commander';

import { EXIT } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';

interface ScheduleRow {
  readonly scheduleId: string;
  readonly workflow: string;
  readonly paused: boolean;
  readonly nextRun: string | undefined;
  readonly note: string;
}

export function addSchedulesCommand(program: Command, invoke: Invoke): void {
  const schedules = program.command('schedules').description('what runs by itself, and when');
  const command = schedules.command('list').description('schedules on the Temporal server');
  command.action(() =>
    invoke(command, async (invocation) => {
      const { output } = invocation;
      const { readConfig, withClient } = await import('../servers.ts');
      const { formatInstant, toSnakeCase } = await import('../format.ts');
      const { renderTable } = await import('../table.ts');
      const config = await readConfig(invocation);
      const rows = await withClient(config, async ({ temporal }) => {
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
      });
      output.result(toSnakeCase(rows), () =>
        rows.length === 0
          ? 'no schedules: `candlewick demo` registers them'
          : renderTable(
              rows,
              [
                { title: 'schedule', cell: ({ scheduleId }) => scheduleId },
                { title: 'workflow', cell: ({ workflow }) => workflow },
                {
                  title: 'next run',
                  cell: ({ paused, nextRun }) => (paused ? 'paused' : formatInstant(nextRun)),
                },
              ],
              output,
            ),
      );
      return EXIT.ok;
    }),
  );
}
