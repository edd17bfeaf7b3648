import { toDayNumber } from '../domain/trading-day.ts';
import type { JobDefaults } from './job-defaults.ts';
import type { FieldReader } from './job-field-reader.ts';
import type { GivenFields } from './job-keys.ts';
import { lastCompletedDay, settleRange, type SettledRange } from './job-range.ts';

const SIMULATED = 'simulated';
const DEFAULT_YEARS = 5;

/** The range that an input's fields mean. */
export function readRange(
  read: FieldReader,
  { spelling }: GivenFields,
  rules: JobDefaults,
): SettledRange {
  const years = yearsBack(read, rules);
  const daysBackField = years === undefined ? 'days_back' : 'years';
  return settleRange(
    {
      startDate: read.text('start_date'),
      endDate: read.text('end_date'),
      daysBack: read.number('days_back') ?? years,
      names: {
        start: spelling.get('start_date') ?? 'start_date',
        end: spelling.get('end_date') ?? 'end_date',
        daysBack: spelling.get(daysBackField) ?? daysBackField,
      },
    },
    { ...rules, standsStill: isSimulated(read, rules) },
  );
}

/** A backfill counts in years, unless it is given days. */
function yearsBack(read: FieldReader, rules: JobDefaults): number | undefined {
  const given = read.number('years');
  const isDefault = read.text('start_date') === undefined && rules.range === undefined;
  if (rules.jobType !== 'historicalBackfill' || (given === undefined && !isDefault)) {
    return undefined;
  }
  const end = read.text('end_date') ?? lastCompletedDay(rules.dueAt);
  const start = `${Number(end.slice(0, 4)) - (given ?? DEFAULT_YEARS)}${end.slice(4).replace('-02-29', '-02-28')}`;
  return toDayNumber(end) - toDayNumber(start);
}

function isSimulated(read: FieldReader, { sources }: JobDefaults): boolean {
  const asked = read.texts('sources') ?? sources;
  return read.text('path') === undefined && asked.every((source) => source === SIMULATED);
}
