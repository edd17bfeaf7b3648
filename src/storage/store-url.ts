import { fileURLToPath } from 'node:url';

import { ConfigurationError } from '../domain/errors.ts';

export type StoreAddress =
  | { readonly kind: 'local'; readonly directory: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Empty, or ends in `/`. */
      readonly prefix: string;
      readonly endpoint: string | undefined;
      readonly region: string | undefined;
      /** `http://host/bucket/key` in place of `http://bucket.host/key`: what servers other than AWS expect. */
      readonly pathStyle: boolean;
    };

const EXPECTED = 'a directory, file:///directory or s3://bucket/prefix?endpoint=…&region=…';
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^([A-Za-z0-9_][A-Za-z0-9._-]*\/)*$/;
const S3_OPTIONS = ['endpoint', 'region', 'path_style'];

/** What a storage address means. @throws ConfigurationError ETL-CFG-120, which never repeats a secret. */
export function parseStoreUrl(text: string): StoreAddress {
  if (text === '' || text.includes('\0')) {
    throw wrong('is empty or holds a NUL byte');
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(text)?.[1]?.toLowerCase();
  if (scheme === 's3') {
    return parseS3(text);
  }
  if (scheme === 'file') {
    return { kind: 'local', directory: directoryOf(text) };
  }
  if (scheme !== undefined) {
    throw wrong(`has the scheme ${scheme}:`);
  }
  return { kind: 'local', directory: text };
}

function directoryOf(text: string): string {
  try {
    return fileURLToPath(text);
  } catch {
    throw wrong('is a file: URL without an absolute path');
  }
}

function parseS3(text: string): StoreAddress {
  if (!URL.canParse(text)) {
    throw wrong('is no URL');
  }
  const { hostname, pathname, username, password, searchParams } = new URL(text);
  if (username !== '' || password !== '') {
    throw wrong('holds credentials; give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  }
  const unknown = [...searchParams.keys()].find((name) => !S3_OPTIONS.includes(name));
  if (unknown !== undefined) {
    throw wrong(`has the unknown option ${unknown}; allowed: ${S3_OPTIONS.join(', ')}`);
  }
  const path = pathname.replace(/^\/|\/$/g, '');
  const prefix = path === '' ? '' : `${path}/`;
  if (!BUCKET.test(hostname) || !PREFIX.test(prefix)) {
    throw wrong('has a bucket or prefix of other characters than A-Z a-z 0-9 . _ -');
  }
  const endpoint = endpointOf(searchParams.get('endpoint'));
  const pathStyle = searchParams.get('path_style') ?? String(endpoint !== undefined);
  if (pathStyle !== 'true' && pathStyle !== 'false') {
    throw wrong('has a path_style other than true or false');
  }
  return {
    kind: 's3',
    bucket: hostname,
    prefix,
    endpoint,
    region: searchParams.get('region') ?? undefined,
    pathStyle: pathStyle === 'true',
  };
}

function endpointOf(text: string | null): string | undefined {
  if (text === null) {
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '') {
    throw wrong('has an endpoint that is no http(s) URL without credentials');
  }
  return text;
}

/** An S3 endpoint to which data would go unencrypted over a network. */
export function isPlaintextRemote(address: StoreAddress): boolean {
  if (address.kind !== 's3' || !address.endpoint?.startsWith('http:')) {
    return false;
  }
  return !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(address.endpoint).hostname);
}

function wrong(what: string): ConfigurationError {
  return new ConfigurationError(`The storage address ${what}; expected ${EXPECTED}`, {
    code: 'ETL-CFG-120',
  });
}
