import { ConfigurationError } from '../domain/errors.ts';
import { createRedactor, isSecretKey, REDACTED } from '../observability/redact.ts';

/** One thing that is wrong with what a person gave us. */
export interface Problem {
  /** Field, variable or flag: `batch_size`, `symbols[3]`, `ETL_BATCH_SIZE`. */
  readonly field: string;
  /** The value as shown, or undefined where showing it says nothing or too much. */
  readonly got: string | undefined;
  readonly expected: string;
  /** What was probably meant. */
  readonly suggestion?: string | undefined;
}

const MAX_SHOWN = 80;
const redactor = createRedactor([]);

/** A value in at most 80 characters, without secrets, with invisible characters made visible. */
export function describeValue(value: unknown, field = ''): string {
  if (isSecretKey(field)) {
    return REDACTED;
  }
  if (typeof value === 'string') {
    return describeText(value);
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  }
  if (typeof value === 'object' && value !== null) {
    return 'an object';
  }
  return String(value).slice(0, MAX_SHOWN);
}

function describeText(text: string): string {
  const head = visible(redactor.text(text.slice(0, MAX_SHOWN * 2)));
  const quoted = `"${head}"`;
  if (text.length <= MAX_SHOWN && quoted.length <= MAX_SHOWN) {
    return quoted;
  }
  const size = `… (${text.length.toLocaleString('en-US')} characters)`;
  return `${quoted.slice(0, MAX_SHOWN - size.length - 1)}"${size}`;
}

/** What no terminal shows, as its code point. */
function visible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`,
  );
}

function renderProblem({ field, got, expected, suggestion }: Problem): string {
  const what = got === undefined ? '' : `got ${got}; `;
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return `${field}: ${what}expected ${expected}${hint}`;
}

export interface ProblemReport {
  readonly code: string;
  /** What is at fault, for the first line: `the job's input`. */
  readonly subject: string;
  readonly hint?: string;
}

const MAX_LISTED = 50;

/** All problems in one error: one line where there is one, else one line each below a first that counts them. */
export function problemsError(
  problems: readonly Problem[],
  { code, subject, hint }: ProblemReport,
): ConfigurationError {
  const listed = problems.slice(0, MAX_LISTED).map(renderProblem);
  const more = problems.length - listed.length;
  const lines = more > 0 ? [...listed, `and ${more.toLocaleString('en-US')} more`] : listed;
  const message =
    problems.length === 1
      ? lines.join('')
      : [`${problems.length} problems with ${subject}:`, ...lines.map((line) => `  ${line}`)].join(
          '\n',
        );
  return new ConfigurationError(message, {
    code,
    ...(hint === undefined ? {} : { hint }),
    details: {
      problems: problems.length,
      ...Object.fromEntries(
        problems
          .slice(0, MAX_LISTED)
          .map((problem) => [
            problem.field,
            renderProblem(problem).slice(problem.field.length + 2),
          ]),
      ),
    },
  });
}
