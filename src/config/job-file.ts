import { ConfigurationError } from '../domain/errors.ts';
import { readConfigText } from './env-file.ts';
import { describeValue } from './problems.ts';

/** The job's input out of a JSON file. @throws ConfigurationError ETL-CFG-110, ETL-CFG-111 or ETL-INPUT-101 */
export function readJobFile(path: string): unknown {
  const text = readConfigText(path);
  if (text === undefined || text.trim() === '') {
    throw new ConfigurationError(
      `Cannot read ${path}: ${text === undefined ? 'there is no such file (ENOENT)' : 'it is empty'}`,
      { code: 'ETL-CFG-111', hint: 'give the path of a JSON file.', details: { path } },
    );
  }
  return parseJobText(text, path);
}

/** JSON as an operator pastes it. @throws ConfigurationError ETL-INPUT-101 that names line and column. */
export function parseJobText(text: string, from: string): unknown {
  const clean = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(clean);
  } catch (error) {
    const { line, column, near } = placeOf(error, clean);
    throw new ConfigurationError(
      `${from}:${line}:${column}: not JSON near ${describeValue(near)}; expected one JSON object`,
      {
        code: 'ETL-INPUT-101',
        hint: 'use double quotes, and no comma after the last entry.',
        details: { line, column },
      },
    );
  }
}

/** V8 names the offset (`at position 12`), or, where the text ends too early, nothing: then it is the end. */
function placeOf(error: unknown, text: string): { line: number; column: number; near: string } {
  const match = error instanceof Error ? /at position (\d+)/.exec(error.message) : null;
  const shown =
    error instanceof Error ? /^Unexpected token .*?, (?:\.\.\.)?"/.exec(error.message) : null;
  const offset = match === null ? offsetWithoutPosition(text, shown !== null) : Number(match[1]);
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n'), near: text.slice(offset, offset + 20) };
}

/** Of short texts V8 quotes the whole and gives no offset: the longest prefix that is not yet wrong ends there. */
function offsetWithoutPosition(text: string, isToken: boolean): number {
  if (!isToken) {
    return text.length;
  }
  for (let length = 1; length <= text.length; length += 1) {
    if (isUnexpectedToken(text.slice(0, length))) {
      return length - 1;
    }
  }
  return text.length;
}

function isUnexpectedToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return error instanceof Error && /^Unexpected token/.test(error.message);
  }
}
