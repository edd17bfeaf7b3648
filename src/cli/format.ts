/** `1,234,567` */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** `0.998`, cut, never rounded up: 0.6996 is below 0.7. A dash where nothing was judged. */
export function formatScore(score: number | undefined): string {
  return score === undefined ? '–' : (Math.floor(score * 1000 + 1e-9) / 1000).toFixed(3);
}

/** `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 03 min` */
export function formatDuration(seconds: number): string {
  if (seconds < 1) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 59.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${String(whole % 60).padStart(2, '0')} s`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Rows a second of the whole job; undefined where it is too short to tell. */
export function rowsPerSecond(rows: number, seconds: number): number | undefined {
  return seconds > 0 ? Math.round(rows / seconds) : undefined;
}

/** An instant in local time, to the second: `2026-11-23 10:20:30`. */
export function formatInstant(iso: string | undefined): string {
  if (iso === undefined) {
    return '–';
  }
  const date = new Date(iso);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}

const SHANGHAI_MS = 8 * 3_600_000;

/** An instant in the time of the exchanges, as schedules are written: `2026-11-23 00:00:30`. */
export function formatShanghai(iso: string | undefined): string {
  return iso === undefined
    ? '–'
    : new Date(Date.parse(iso) + SHANGHAI_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** Text in at most `length` characters. */
export function cut(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

/** What JSON on stdout looks like: snake_case keys at every depth, null in place of undefined. */
export function toSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(toSnakeCase);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [snakeKey(key), toSnakeCase(part)]),
    );
  }
  return value ?? null;
}

function snakeKey(key: string): string {
  return /^[a-z][A-Za-z0-9]*$/.test(key)
    ? key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    : key;
}
