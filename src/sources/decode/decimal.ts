import { MISSING } from '../../domain/bar.ts';

/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** Every number of this many digits is a whole double; with more it may not be. */
const EXACT_DIGITS = 15;
const POINT = 0x2e;
const MINUS = 0x2d;
const ZERO = 0x30;

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,6}))?$/i;
const INFINITE = /^[+-]?inf(inity)?$/i;
const NULLS = /^(|nan|null|nil|<na>|\\n)$/i;
/** Text by which a source says that it has no value. */
const PLACEHOLDERS = /^(-{1,3}|—{1,2}|#?n\/a|na|none|停牌|暂停|暂无|无)$/i;

/**
 * The decimal text in `bytes[start..end)` times 10^`shift`, exactly: 1/10,000 CNY from CNY is a shift of 4, shares from lots
 * 2, 1/10,000 CNY from thousands of CNY 7. Digits and exponent are counted apart, so that no product of fractions can err. A
 * value that is not whole after the shift is kept as the nearest double, never a whole one. NaN where the cell is no number or
 * one that cannot be held: `missingReason` says which.
 */
export function parseScaled(bytes: Uint8Array, start: number, end: number, shift: number): number {
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  let mantissa = 0;
  let point = -1;
  for (let at = first; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
    } else if (byte === POINT && point < 0) {
      point = at;
    } else {
      return parseUnusual(textOf(bytes, start, end), shift);
    }
  }
  const digits = end - first - (point < 0 ? 0 : 1);
  const exponent = shift - (point < 0 ? 0 : end - 1 - point);
  if (digits === 0 || digits > EXACT_DIGITS || exponent >= POWERS.length) {
    return parseUnusual(textOf(bytes, start, end), shift);
  }
  // At most 15 digits: the quotient of two exact doubles is never rounded to a whole number that it is not.
  const value =
    exponent < 0 ? mantissa / (POWERS[-exponent] ?? 1) : mantissa * (POWERS[exponent] ?? 1);
  if (value > Number.MAX_SAFE_INTEGER) {
    return Number.NaN;
  }
  return isNegative && value !== 0 ? -value : value;
}

/** Signs, exponents, spaces around, and more digits than a double counts. */
function parseUnusual(text: string, shift: number): number {
  const [matched, sign, whole = '', fraction = '', power = '0'] = NUMBER.exec(text) ?? [];
  if (matched === undefined || whole.length + fraction.length === 0) {
    return Number.NaN;
  }
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') {
    return 0;
  }
  const trailing = digits.length - significant.length;
  const exponent = Number(power) - fraction.length + shift + trailing;
  const value = Number(`${significant}e${exponent}`);
  const isWhole = exponent >= 0;
  // Beyond the safe integers, or a fraction that rounding would swallow: a number, but none that we can hold.
  if (value > Number.MAX_SAFE_INTEGER || isWhole !== Number.isInteger(value)) {
    return Number.NaN;
  }
  return sign === '-' ? -value : value;
}

/**
 * A number of JSON or Parquet times 10^`shift`: its shortest decimal text is what its writer meant. @returns NaN where it
 * cannot be held.
 */
export function scaleNumber(value: number, shift: number): number {
  const power = POWERS[shift] ?? 1;
  const scaled = Math.round(value * power);
  if (scaled / power === value && Math.abs(scaled) <= 2 ** 50) {
    return scaled === 0 ? 0 : scaled;
  }
  return Number.isFinite(value) ? parseUnusual(String(value), shift) : Number.NaN;
}

/** Why a cell for which `parseScaled` gave NaN has no value: one of MISSING. */
export function missingReason(bytes: Uint8Array, start: number, end: number): number {
  return start === end ? MISSING.empty : missingReasonOf(textOf(bytes, start, end));
}

export function missingReasonOf(text: string): number {
  if (NULLS.test(text)) {
    return MISSING.empty;
  }
  if (PLACEHOLDERS.test(text)) {
    return MISSING.placeholder;
  }
  const isNumber = INFINITE.test(text) || (NUMBER.test(text) && /\d/.test(text));
  return isNumber ? MISSING.outOfRange : MISSING.unparseable;
}

/** Whether a cell says in words that the symbol did not trade. */
export function saysSuspended(bytes: Uint8Array, start: number, end: number): boolean {
  const text = textOf(bytes, start, end);
  return text === '停牌' || text === '暂停';
}

const LONGEST_CELL = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true });
const gb18030 = new TextDecoder('gb18030');

/** A cell as text, without spaces around; more than a number could need is cut. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const cell = bytes.subarray(start, Math.min(end, start + LONGEST_CELL));
  try {
    return utf8.decode(cell).trim();
  } catch {
    return gb18030.decode(cell).trim();
  }
}
