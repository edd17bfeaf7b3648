import type * as s3Module from '@aws-sdk/client-s3';

import { ConfigurationError, SystemError, TransientError } from '../domain/errors.ts';
import { checkKey, checkPrefix, type ObjectStore } from './object-store.ts';
import type { StoreAddress } from './store-url.ts';

type S3Address = Extract<StoreAddress, { kind: 's3' }>;
type S3Module = typeof s3Module;
interface Opened {
  readonly s3: S3Module;
  readonly client: s3Module.S3Client;
}

const DEFAULT_REGION = 'us-east-1';
/** Retries of the SDK itself; Temporal's come on top. */
const MAX_ATTEMPTS = 3;

/**
 * Objects in a bucket, with credentials found the way every AWS tool finds them. The SDK (500 files) is loaded at the
 * first use. A PUT is whole or absent by S3's own promise; a body shorter than announced is refused by both ends.
 */
export function createS3Store(address: S3Address): ObjectStore {
  const { bucket, prefix } = address;
  const location = `s3://${bucket}/${prefix}`;
  let opened: Promise<Opened> | undefined;
  async function send<Result>(
    key: string,
    work: (opened: Opened, at: { Bucket: string; Key: string }) => Promise<Result>,
  ): Promise<Result> {
    checkKey(key);
    opened ??= openClient(address);
    try {
      return await work(await opened, { Bucket: bucket, Key: `${prefix}${key}` });
    } catch (error) {
      throw translate(error, key, location);
    }
  }
  async function size(key: string): Promise<number | undefined> {
    try {
      return await send(key, async ({ s3, client }, at) => {
        const head = await client.send(new s3.HeadObjectCommand(at));
        return head.ContentLength;
      });
    } catch (error) {
      if (error instanceof SystemError && error.code === 'ETL-STO-001') {
        return undefined;
      }
      throw error;
    }
  }
  return {
    location,
    size,
    put: (key, bytes) =>
      send(key, async ({ s3, client }, at) => {
        const ContentLength = bytes.byteLength;
        await client.send(new s3.PutObjectCommand({ ...at, Body: bytes, ContentLength }));
      }),
    get: (key) => send(key, ({ s3, client }, at) => download(s3, client, at)),
    delete: (key) =>
      send(key, async ({ s3, client }, at) => {
        await client.send(new s3.DeleteObjectCommand(at));
      }),
    async *list(under) {
      checkPrefix(under);
      let token: string | undefined;
      do {
        const page = await send('_', ({ s3, client }) =>
          client.send(
            new s3.ListObjectsV2Command({
              Bucket: bucket,
              Prefix: `${prefix}${under}`,
              ContinuationToken: token,
            }),
          ),
        );
        for (const { Key } of page.Contents ?? []) {
          if (Key !== undefined) {
            yield Key.slice(prefix.length);
          }
        }
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },
  };
}

async function openClient({ endpoint, region, pathStyle }: S3Address): Promise<Opened> {
  const s3 = await import('@aws-sdk/client-s3');
  const client = new s3.S3Client({
    maxAttempts: MAX_ATTEMPTS,
    forcePathStyle: pathStyle,
    ...(endpoint === undefined ? {} : { endpoint, ...olderServers() }),
    ...(region === undefined ? regionOfEndpoint(endpoint) : { region }),
  });
  return { s3, client };
}

/** AWS needs the right region and the SDK finds it; another server takes any, and the SDK insists on one. */
function regionOfEndpoint(endpoint: string | undefined): { region?: string } {
  return endpoint === undefined ? {} : { region: DEFAULT_REGION };
}

/** Servers other than AWS often do not know the checksums that the SDK adds by itself; ours prove every byte anyway. */
function olderServers(): {
  requestChecksumCalculation: 'WHEN_REQUIRED';
  responseChecksumValidation: 'WHEN_REQUIRED';
} {
  return {
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
}

async function download(
  s3: S3Module,
  client: s3Module.S3Client,
  at: { Bucket: string; Key: string },
): Promise<Buffer> {
  const { Body, ContentLength } = await client.send(new s3.GetObjectCommand(at));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array(0);
  if (ContentLength !== undefined && bytes.byteLength !== ContentLength) {
    throw new TransientError(`S3 sent ${bytes.byteLength} of ${ContentLength} bytes of ${at.Key}`, {
      code: 'ETL-STO-010',
    });
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isServiceError(error: unknown): error is s3Module.S3ServiceException {
  return error instanceof Error && '$metadata' in error;
}

/** The SDK's errors hold headers and the request: only their name and status go on. */
function translate(error: unknown, key: string, location: string): Error {
  if (error instanceof TransientError || error instanceof ConfigurationError) {
    return error;
  }
  const name = error instanceof Error ? error.name : 'unknown';
  const status = isServiceError(error) ? (error.$metadata.httpStatusCode ?? 0) : 0;
  const details = { key, store: location, error: name, status };
  if (name === 'NoSuchBucket') {
    return new ConfigurationError(`There is no bucket at ${location}`, {
      code: 'ETL-STO-103',
      hint: 'create it, or correct STORAGE_URL.',
      details,
    });
  }
  if (status === 404) {
    return new SystemError(`There is no such object: ${key} in ${location}`, {
      code: 'ETL-STO-001',
      hint: 'run the job again from its first stage.',
      details,
    });
  }
  if (status === 401 || status === 403 || /Credentials|InvalidAccessKey/.test(name)) {
    return new ConfigurationError(`S3 refuses access to ${location} (${name})`, {
      code: 'ETL-STO-104',
      hint: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role, that may read and write there.',
      details,
    });
  }
  return new TransientError(`S3 does not serve ${location} (${name}, status ${status})`, {
    code: 'ETL-STO-011',
    hint: 'check the endpoint in STORAGE_URL and the network.',
    details,
  });
}
