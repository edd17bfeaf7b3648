import type { EtlError } from '../../domain/errors.ts';
import { endOfString, findKey, findPath, skipSpace, valueAt } from '../decode/json-scan.ts';
import type { HttpAnswer } from '../http/answer.ts';
import {
  badRequest,
  noPermission,
  rateLimited,
  refusedToken,
  shapeDrift,
  transient,
  type Place,
} from '../http/source-error.ts';

const OPEN_OBJECT = 0x7b;
const QUOTE = 0x22;
const DAY_MS = 86_400_000;
const SHANGHAI_MS = 8 * 3_600_000;

/** 每分钟最多访问该接口200次; the counter's window and its limit. */
const RATE = /每(分钟|小时|天|日)最多访问[^\d]*(\d+)?/;
const TOO_MANY_ADDRESSES = /IP数量超限/;
const BAD_TOKEN = /token不对|token无效|token不存在/i;
const NO_PERMISSION = /没有[^，,]*权限|积分不足|权限不足/;
const UNKNOWN_API = /请指定正确的接口名/;
const BAD_PARAMETER = /必填参数|参数错误|参数校验|param/i;
const WINDOW_SECONDS: Readonly<Record<string, number>> = { 分钟: 60, 小时: 3600 };

/** What Tushare itself reports. Its codes are not enough: 40203 means "too fast" as well as "not allowed". */
export function tushareFault(
  { body }: HttpAnswer,
  place: Place,
  safe: (text: string) => string,
): EtlError | undefined {
  const codeAt = body[skipSpace(body, 0)] === OPEN_OBJECT ? findKey(body, 0, 'code') : -1;
  if (codeAt < 0) {
    return undefined; // No answer of Tushare's: the general checks name it.
  }
  const code = Number(valueAt(body, codeAt));
  if (code === 0) {
    const isTable =
      findPath(body, ['data', 'fields']) >= 0 && findPath(body, ['data', 'items']) >= 0;
    // A body that was cut off lacks them too; that is found by its end, not here.
    return isTable || !endsInBrace(body)
      ? undefined
      : shapeDrift(place, 'success without data.fields and data.items');
  }
  return faultOfMessage(code, messageOf(body, safe), place);
}

function endsInBrace(body: Uint8Array): boolean {
  return Buffer.from(body.subarray(-16)).toString('latin1').trimEnd().endsWith('}');
}

function messageOf(body: Uint8Array, safe: (text: string) => string): string {
  const at = findKey(body, 0, 'msg');
  const isText = at >= 0 && body[at] === QUOTE && endOfString(body, at) > 0;
  return isText ? safe(String(valueAt(body, at)).slice(0, 300)) : 'no message';
}

/** By the message first, the rate limit before the permission, which shares its code. */
function faultOfMessage(code: number, message: string, place: Place): EtlError {
  const what = `code ${code}: ${message}`;
  const [, window, limit] = RATE.exec(message) ?? [];
  if (window !== undefined) {
    const windowSeconds = WINDOW_SECONDS[window] ?? DAY_MS / 1000;
    return rateLimited(place, what, {
      windowSeconds,
      retryAfterMs: windowSeconds < DAY_MS / 1000 ? windowSeconds * 1000 : msToMidnight(Date.now()),
      limit: limit === undefined ? undefined : Number(limit),
    });
  }
  if (TOO_MANY_ADDRESSES.test(message)) {
    return noPermission(
      place,
      what,
      'use this token from fewer addresses: one egress for all workers.',
    );
  }
  if (BAD_TOKEN.test(message) || code === 40101) {
    return refusedToken(place, what, 'TUSHARE_TOKEN');
  }
  if (UNKNOWN_API.test(message) || NO_PERMISSION.test(message) || code === 2002 || code === -2001) {
    return noPermission(
      place,
      what,
      'this token may not read this interface: raise its points, or take it out of ETL_SOURCES.',
    );
  }
  return BAD_PARAMETER.test(message) || code === 40001
    ? badRequest(place, what)
    : transient(place, 'said', what, { details: { code } });
}

/** Daily counters begin anew at midnight in Shanghai; a minute more, since clocks differ. */
function msToMidnight(nowMs: number): number {
  return DAY_MS - ((nowMs + SHANGHAI_MS) % DAY_MS) + 60_000;
}
