const ENCRYPTED = ['require', 'verify-ca', 'verify-full', 'no-verify'];

/** What is wrong with a database URL, in words that never repeat any of it; undefined where nothing is. */
export function databaseUrlFault(text: string): string | undefined {
  if (/\s/.test(text)) {
    return 'a URL without spaces (write %20)';
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return 'a URL: postgres://user:password@host:port/database';
  }
  if (scheme !== 'postgres' && scheme !== 'postgresql') {
    return `the scheme postgres:, not ${scheme.slice(0, 20)}:`;
  }
  const authority = text.slice(scheme.length + 3).split(/[/?#]/)[0] ?? '';
  if (authority.split('@').length > 2) {
    return 'a URL in whose password @ is written %40';
  }
  return URL.canParse(text) && isPercentEncoded(text)
    ? undefined
    : 'a URL: postgres://user:password@host:port/database, its password percent-encoded';
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Would rows and password cross a network in clear? pg speaks plaintext unless `sslmode` says otherwise. */
export function isPlaintextDatabase(text: string): boolean {
  const { hostname, searchParams } = new URL(text);
  const host = searchParams.get('host') ?? decodeURIComponent(hostname);
  const isLocal = host === '' || host.startsWith('/') || isLoopback(host);
  return !isLocal && !ENCRYPTED.includes(searchParams.get('sslmode') ?? 'disable');
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host) || /^\[?::1\]?$/.test(host);
}

/** `postgres://user:***@host/db` without anything that could be a password. */
export function shownDatabaseUrl(text: string): string {
  const url = new URL(text);
  const user = url.username === '' ? '' : `${url.username}${url.password === '' ? '' : ':***'}@`;
  return `${url.protocol}//${user}${url.host}${url.pathname}${shownQuery(url)}`;
}

function shownQuery({ searchParams }: URL): string {
  const mode = searchParams.get('sslmode');
  return mode === null ? '' : `?sslmode=${mode}`;
}
