import { parseDay } from '../domain/trading-day.ts';
import type { JobInputField } from './job-schema.ts';

/** What was probably meant by a value of the wrong form, or undefined where any answer would be a guess. */
export function suggestValue(field: JobInputField, value: unknown): string | undefined {
  switch (field) {
    case 'start_date':
    case 'end_date':
      return suggestDay(value);
    case 'quality_threshold':
      return suggestShare(value);
    case 'batch_size':
    case 'concurrency':
    case 'days_back':
    case 'years':
    case 'priority':
      return typeof value === 'string' && /^[1-9]\d{0,5}$/.test(value)
        ? `${value}, without quotes`
        : undefined;
    case 'retry_failed':
    case 'skip_existing':
    case 'validate_data':
    case 'clean_data':
    case 'heal':
    case 'dry_run':
      return suggestFlag(value);
    case 'job_name':
      return suggestName(value);
    case 'symbols':
    case 'sources':
    case 'depends_on':
      return suggestList(value);
    case 'path':
    case 'on_complete':
    case 'rules':
    case 'source_orders':
      return undefined;
  }
  return undefined;
}

/** From 20240203, 2024-2-3, 2024/02/03 and instants; a day like 02/03/2024 has two readings and gets none. */
function suggestDay(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > 40) {
    return undefined;
  }
  const match =
    /^(\d{4})(\d{2})(\d{2})$/.exec(text) ??
    /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, year = '', month = '', day = ''] = match;
  const meant = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return parseDay(meant) === undefined || meant === text ? undefined : `"${meant}"`;
}

function suggestShare(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  const match = typeof text === 'string' ? /^(\d{1,3}(?:\.\d+)?)\s*(%?)$/.exec(text) : null;
  if (match === null) {
    return undefined;
  }
  const number = Number(match[1]);
  const isPercent = match[2] === '%' || number > 1;
  const share = isPercent ? Number((number / 100).toFixed(6)) : number;
  return share <= 1 ? String(share) : undefined;
}

function suggestFlag(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (text === 'true' || text === 'yes' || text === '1' || text === 1) {
    return 'true';
  }
  return text === 'false' || text === 'no' || text === '0' || text === 0 ? 'false' : undefined;
}

/** Of plain words only: a slug of anything longer or stranger, a URL say, could carry a secret past redaction. */
function suggestName(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[\w ./-]{1,64}$/.test(value)) {
    return undefined;
  }
  const slug = value
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|-+$/g, '');
  return slug === '' ? undefined : `"${slug}"`;
}

function suggestList(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.]+(\s*,\s*[\w.]+)*$/.test(value.slice(0, 60))
    ? JSON.stringify(value.slice(0, 60).split(/\s*,\s*/))
    : undefined;
}
