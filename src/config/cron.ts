interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');
/** Cron counts months from 1 and weekdays from 0 (7 is Sunday again). */
const FIELDS: readonly CronField[] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 7, names: WEEKDAYS },
];

/** What is wrong with a cron expression of five fields, or undefined. */
export function cronFault(expression: string): string | undefined {
  if (expression.startsWith('@')) {
    return 'five fields in place of a nickname';
  }
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    return `five fields (minute hour day month weekday), not ${parts.length}`;
  }
  for (const [index, field] of FIELDS.entries()) {
    const part = parts[index] ?? '';
    if (!part.split(',').every((item) => isItem(item, field))) {
      return `${field.name} (field ${index + 1}) of ${field.min} to ${field.max}, not ${part.slice(0, 20)}`;
    }
  }
  return undefined;
}

/** `*`, `5`, `1-5`, each with `/step`. */
function isItem(item: string, field: CronField): boolean {
  const [, range = '', step] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(item) ?? [];
  if (range === '' || (step !== undefined && (Number(step) < 1 || Number(step) > field.max))) {
    return false;
  }
  if (range === '*') {
    return true;
  }
  const ends = range.split('-').map((end) => valueOf(end, field));
  const [first] = ends;
  const last = ends.at(-1);
  return ends.length <= 2 && first !== undefined && last !== undefined && first <= last;
}

function valueOf(text: string, { min, max, names }: CronField): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  const value = /^\d{1,2}$/.test(text) ? Number(text) : named + (named < 0 ? Number.NaN : min);
  return value >= min && value <= max ? value : undefined;
}
