import { REDACTED } from '../observability/redact.ts';
import { isPlaintextRemote, parseStoreUrl } from '../storage/store-url.ts';
import { isLoopback, isPlaintextDatabase } from './database-url.ts';
import { describeValue, type Problem } from './problems.ts';
import type { SettingValues } from './settings.ts';
import { isPlaintextWebhook } from './webhook.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const TEMPORAL_TLS = [
  'TEMPORAL_API_KEY',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_CERT_DATA',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  'TEMPORAL_TLS_SERVER_CA_CERT_DATA',
  'TEMPORAL_PROFILE',
  'TEMPORAL_CONFIG_FILE',
];

const SOURCE_URLS = [
  'ETL_TUSHARE_URL',
  'ETL_EASTMONEY_URL',
  'ETL_TENCENT_URL',
  'ETL_SINA_URL',
  'ETL_YAHOO_URL',
  'ETL_AKTOOLS_URL',
  'ETL_TIINGO_URL',
] as const;

/** Settings that are well formed and yet not safe: data in clear over a network, failpoints in production. */
export function* unsafeSettings(values: SettingValues, env: Environment): Iterable<Problem> {
  yield* failpointProblems(values, env);
  if (!values.ETL_ALLOW_PLAINTEXT) {
    yield* plaintextProblems(values, env);
  }
}

function* plaintextProblems(values: SettingValues, env: Environment): Iterable<Problem> {
  const wayOut = 'or ETL_ALLOW_PLAINTEXT=1 where the network is trusted';
  if (values.DATABASE_URL !== undefined && isPlaintextDatabase(values.DATABASE_URL.reveal())) {
    yield {
      field: 'DATABASE_URL',
      got: REDACTED,
      expected: `TLS to another machine: add ?sslmode=verify-full (and &sslrootcert=FILE for a private CA), ${wayOut}`,
    };
  }
  const host = values.TEMPORAL_ADDRESS?.replace(/:\d+$/, '');
  const hasTls =
    env['TEMPORAL_TLS'] === 'true' || TEMPORAL_TLS.some((name) => (env[name] ?? '') !== '');
  if (host !== undefined && !isLoopback(host) && !hasTls) {
    yield {
      field: 'TEMPORAL_ADDRESS',
      got: describeValue(values.TEMPORAL_ADDRESS),
      expected: `TLS to another machine: set TEMPORAL_TLS=true, a certificate or TEMPORAL_API_KEY, ${wayOut}`,
    };
  }
  if (values.ETL_NOTIFY_WEBHOOKS?.some(isPlaintextWebhook) === true) {
    yield {
      field: 'ETL_NOTIFY_WEBHOOKS',
      got: REDACTED,
      expected: `https: URLs to other machines, ${wayOut}`,
    };
  }
  for (const name of SOURCE_URLS) {
    const url = values[name];
    if (url !== undefined && url.startsWith('http:') && !isLoopback(new URL(url).hostname)) {
      yield {
        field: name,
        got: describeValue(url),
        expected: `an https: URL to another machine (a token would travel in clear), ${wayOut}`,
      };
    }
  }
  if (values.STORAGE_URL !== undefined && isPlaintextRemote(parseStoreUrl(values.STORAGE_URL))) {
    yield {
      field: 'STORAGE_URL',
      got: describeValue(values.STORAGE_URL),
      expected: `an https: endpoint on another machine, ${wayOut}`,
    };
  }
}

function* failpointProblems(values: SettingValues, env: Environment): Iterable<Problem> {
  if (values.CANDLEWICK_FAILPOINTS !== undefined && env['NODE_ENV'] === 'production') {
    yield {
      field: 'CANDLEWICK_FAILPOINTS',
      got: describeValue(values.CANDLEWICK_FAILPOINTS),
      expected: 'nothing where NODE_ENV is production',
    };
  }
}
