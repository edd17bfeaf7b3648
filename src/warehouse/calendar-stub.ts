import type { Exchange } from '../domain/stock-symbol.ts';
export const CALENDAR_HORIZON = { firstDay: 7657, lastDay: 20818 };
export function sessionsOf(_exchange: Exchange): Int32Array {
  return Int32Array.from([19723, 19724]);
}
