import { dayNumberOf, parseDay, shanghaiDayAt, type DayNumber } from '../../domain/trading-day.ts';

export interface ReadDay {
  /** Undefined where there is no such day. */
  readonly day: DayNumber | undefined;
  readonly isNormalised: boolean;
}

const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const LOOSE = /^(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;
const EPOCH_MS = /^\d{12,13}$/;

/** A trading day as vendors write it; an instant is read in Shanghai. */
export function readDay(text: string): ReadDay {
  const trimmed = text.trim();
  const plain = parseDay(trimmed);
  if (plain !== undefined) {
    return { day: plain, isNormalised: false };
  }
  return { day: otherForm(trimmed), isNormalised: true };
}

function otherForm(text: string): DayNumber | undefined {
  const parts = COMPACT.exec(text) ?? LOOSE.exec(text);
  if (parts !== null) {
    return dayNumberOf(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  }
  if (EPOCH_MS.test(text)) {
    return parseDay(shanghaiDayAt(Number(text)));
  }
  if (INSTANT.test(text)) {
    // An instant without a zone is local to the exchange: its date is the day.
    const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text);
    return parseDay(hasZone ? shanghaiDayAt(Date.parse(text)) : text.slice(0, 10));
  }
  return undefined;
}
