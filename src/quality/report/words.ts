const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** `1,234,567` */
export function countText(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1 bar`, `1,234 bars` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${countText(value)} ${value === 1 ? one : many}`;
}

/** `0.998`; cut, never rounded up: 0.9996 is not 1. */
export function scoreText(score: number | undefined | null): string {
  if (score === undefined || score === null) {
    return '–';
  }
  return (Math.floor(score * 1000 + 1e-9) / 1000).toFixed(3);
}

/** `99.98 %`; cut, never rounded up. */
export function percentText(share: number | undefined): string {
  if (share === undefined) {
    return '–';
  }
  const percent = Math.floor(share * 10_000 + 1e-6) / 100;
  return `${percent === 100 || percent === 0 ? percent.toFixed(0) : percent.toFixed(2)} %`;
}

/** `5 February 2024` */
export function dayText(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return `${Number(date)} ${MONTHS[Number(month) - 1] ?? month} ${year}`;
}

/** `1 January to 31 March 2024`: what both ends share is said once. */
export function rangeText(from: string, to: string): string {
  if (from === to) {
    return dayText(from);
  }
  const [first, last] = [dayText(from).split(' '), dayText(to).split(' ')];
  if (first[2] !== last[2]) {
    return `${first.join(' ')} to ${last.join(' ')}`;
  }
  return first[1] === last[1]
    ? `${first[0]} to ${last.join(' ')}`
    : `${first.slice(0, 2).join(' ')} to ${last.join(' ')}`;
}

/** `N01_ohlc_order` as a person says it: `ohlc order (N01)`. */
export function ruleText(rule: string): string {
  const [, id, name] = /^([A-Z]+\d+)_(.+)$/.exec(rule) ?? [];
  return id === undefined || name === undefined ? rule : `${name.replaceAll('_', ' ')} (${id})`;
}
