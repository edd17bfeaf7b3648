/** Names of fields whose value is a secret, whatever it is. Matched against the name without `_`, `-` and case. */
const SECRET_KEY =
  /(password|passwd|passphrase|pwd|secret|token|apikey|accesskey|accesskeyid|privatekey|authorization|cookie|credential|credentials|databaseurl|connectionstring|dsn|webhooks?|webhookurl|smtpurl)$/;
/** `sha256`, counts and ids may end like a secret's name, yet are none. */
const HARMLESS_KEY = /^(next|page|nextpage|continuation|task|attempt)token$/;

export const REDACTED = '***';

const URL_CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*@/gi;
const SECRET_PARAMETER =
  /([?&;\s"'{,]|^)(["']?[\w-]*(?:password|passwd|pwd|token|secret|api[-_]?key|access[-_]?key|signature)["']?\s*[=:]\s*["']?)([^\s"'&;,}]+)/gi;
const BEARER = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/g;

/** Shorter values would blank out words that have nothing to do with them. */
const MIN_SECRET_LENGTH = 4;
const MAX_DEPTH = 8;
const MAX_ITEMS = 100;

export function isSecretKey(key: string): boolean {
  const name = key.replaceAll(/[-_\s]/g, '').toLowerCase();
  return SECRET_KEY.test(name) && !HARMLESS_KEY.test(name);
}

/** Makes texts and values safe to show: by the name of a field, by the shape of a text, and by the very secrets. */
export interface Redactor {
  text(text: string): string;
  value(value: unknown): unknown;
}

export function createRedactor(secrets: readonly string[]): Redactor {
  const needles = [...new Set(secrets.flatMap(formsOf))].toSorted((a, b) => b.length - a.length);
  function text(input: string): string {
    const known = needles.reduce((out, needle) => out.replaceAll(needle, REDACTED), input);
    return known
      .replaceAll(URL_CREDENTIALS, `$1${REDACTED}@`)
      .replaceAll(BEARER, `$1 ${REDACTED}`)
      .replaceAll(SECRET_PARAMETER, `$1$2${REDACTED}`);
  }
  return { text, value: (value) => redactValue(value, text, MAX_DEPTH, new Set()) };
}

/** A secret shows up as it is, escaped for a URL or for JSON, and in Base64. */
function formsOf(secret: string): string[] {
  if (secret.length < MIN_SECRET_LENGTH) {
    return [];
  }
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ];
}

type TextRedactor = (text: string) => string;

function redactValue(
  value: unknown,
  text: TextRedactor,
  depth: number,
  above: ReadonlySet<object>,
): unknown {
  if (typeof value === 'string') {
    return text(value);
  }
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') {
    return text(String(value)).slice(0, 200);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (above.has(value)) {
    return '[circular]';
  }
  if (depth === 0) {
    return '[too deep]';
  }
  const below = new Set(above).add(value);
  return redactObject(value, (part) => redactValue(part, text, depth - 1, below));
}

function redactObject(value: object, inner: (part: unknown) => unknown): unknown {
  if (value instanceof Error) {
    return redactError(value, inner);
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `[${value.constructor.name} of ${value.byteLength} bytes]`; // rows and payloads do not belong in a log
  }
  if (value instanceof Map) {
    return redactFields(
      [...value].map(([key, part]) => [String(key), part]),
      inner,
    );
  }
  const list = value instanceof Set ? [...value] : value;
  if (Array.isArray(list)) {
    const shown = list.slice(0, MAX_ITEMS).map(inner);
    return list.length > MAX_ITEMS ? [...shown, `… ${list.length} in all`] : shown;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return inner(value.toJSON());
  }
  return redactFields(Object.entries(value), inner);
}

function redactFields(
  entries: readonly (readonly [string, unknown])[],
  inner: (part: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    entries.map(([key, part]) => [
      inner(key),
      isSecretKey(key) && part !== undefined && part !== null ? REDACTED : inner(part),
    ]),
  );
}

/** Of an error only what is known to be harmless: drivers hang requests, headers and whole rows on theirs. */
const ERROR_FIELDS = ['code', 'errorClass', 'hint', 'details', 'type', 'nonRetryable', 'severity'];

function redactError(error: Error, inner: (part: unknown) => unknown): Record<string, unknown> {
  const facts = ERROR_FIELDS.flatMap((field): [string, unknown][] => {
    const part: unknown = Reflect.get(error, field);
    return part === undefined || (field === 'details' && !isPlain(part))
      ? []
      : [[field, inner(part)]];
  });
  return {
    name: error.name,
    message: inner(error.message),
    ...Object.fromEntries(facts),
    ...(error.stack === undefined ? {} : { stack: inner(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: inner(error.cause) }),
    ...(error instanceof AggregateError ? { errors: inner(error.errors) } : {}),
  };
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
