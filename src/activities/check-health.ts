import { z } from 'zod';

import { parseDutyInput } from '../config/duty-input.ts';
import type { HealthReport } from '../domain/health.ts';
import type { Notice, Notify } from '../domain/notice.ts';
import type { HealthActivities } from './health-contract.ts';

export interface HealthDeps {
  readonly health: () => Promise<HealthReport>;
  readonly notify: Notify;
}

const Input = z.strictObject({
  notify: z.boolean().default(true).meta({ expected: 'true or false, without quotes' }),
});

export function createCheckHealth({ health, notify }: HealthDeps): HealthActivities {
  return {
    async checkHealth(input) {
      const options = parseDutyInput(input, Input, {
        code: 'ETL-HLT-101',
        subject: 'the health check',
      });
      const report = await health();
      if (options.notify && report.status !== 'ok') {
        await notify(noticeOf(report));
      }
      return report;
    },
  };
}

function noticeOf({ status, problems, workerId, activeJobs }: HealthReport): Notice {
  return {
    key: `health/${status}/${problems[0] ?? ''}`,
    severity: status === 'down' ? 'critical' : 'warning',
    errorClass: 'system',
    code: status === 'down' ? 'ETL-HLT-501' : 'ETL-HLT-502',
    title: `Health is ${status}: ${problems.join('; ')}`,
    meaning:
      status === 'down'
        ? 'Jobs wait until it is back; they go on by themselves.'
        : 'Work goes on; some of it may be late or incomplete.',
    action: 'Look closer with candlewick health, then at what it names.',
    facts: { workerId, activeJobs: activeJobs ?? null, problems: problems.length },
  };
}
