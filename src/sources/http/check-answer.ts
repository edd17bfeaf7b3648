import type { EtlError } from '../../domain/errors.ts';
import { isWholeJson, skipSpace } from '../decode/json-scan.ts';
import { isBlankBody, isHtml, retryAfterOf, shownBody, type HttpAnswer } from './answer.ts';
import { banned, rateLimited, shapeDrift, transient, type Place } from './source-error.ts';

/** What is wrong with an answer whatever its source: its status, and a body that cannot be data. */
export function checkAnswer(
  answer: HttpAnswer,
  place: Place,
  safe: (text: string) => string,
): EtlError | undefined {
  const { status, body } = answer;
  const shown = `HTTP ${status}: ${safe(shownBody(body)) || '(no body)'}`;
  if (status === 429) {
    return rateLimited(place, shown, { retryAfterMs: retryAfterOf(answer, Date.now()) });
  }
  if (status === 403 || status === 456 || status === 999) {
    return banned(place, shown);
  }
  if (status >= 500 || status === 408) {
    return transient(place, 'serverError', shown, { details: { status } });
  }
  if (status < 200 || status >= 300) {
    return shapeDrift(place, `unexpected ${shown}`);
  }
  if (isBlankBody(body)) {
    return transient(place, 'empty', 'the answer is empty', { details: { status } });
  }
  if (isHtml(body)) {
    return transient(place, 'html', `a web page in place of data: ${safe(shownBody(body))}`);
  }
  return undefined;
}

/** A body without a length that was cut off looks whole to HTTP: its JSON does not. */
export function checkWhole({ body }: HttpAnswer, place: Place): EtlError | undefined {
  return isJsonStart(body) && isWholeJson(body)
    ? undefined
    : transient(place, 'notWhole', `the answer of ${body.length} bytes is no whole JSON`);
}

/** An object, an array or null: sources that answer in JSON send no bare words, gateways do. */
function isJsonStart(body: Uint8Array): boolean {
  const start = skipSpace(body, 0);
  const first = body[start];
  return (
    first === 0x7b ||
    first === 0x5b ||
    Buffer.from(body.subarray(start, start + 4)).toString('latin1') === 'null'
  );
}
