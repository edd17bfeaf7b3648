import { parseTrainingInput } from '../config/training-input.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { shanghaiDayAt } from '../domain/trading-day.ts';
import type { EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { ModelActivities } from './model-contract.ts';

/** Settles what a training is to do. */
export function createPlanTraining({
  models,
}: Pick<EtlDeps, 'models'>): ModelActivities['planTraining'] {
  return async function planTraining({ jobId, runId, input, dueAt }) {
    return withHeartbeat(async () => {
      const today = shanghaiDayAt(Date.parse(dueAt));
      const request = parseTrainingInput(input, { today, contamination: models.contamination });
      const symbols = await models.symbols(request.startDate, request.endDate);
      if (symbols.length < 2) {
        throw new ConfigurationError(
          `There are bars of ${symbols.length} symbols from ${request.startDate} to ${request.endDate}; a model needs some to learn from and others to be tested on`,
          { code: 'ETL-MOD-102', hint: 'load bars first, or widen start_date and end_date.' },
        );
      }
      return {
        jobId,
        runId,
        ...request,
        symbols: symbols.length,
        effectiveInput: { ...request },
      };
    });
  };
}
