import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type InputType, type ZlibOptions } from 'node:zlib';

type Decompress = (input: InputType, options: ZlibOptions) => Promise<Buffer>;

/* Strict: a stream that ends too early is an error here, where `fetch` and axios give what there was as if it were all. */
const DECOMPRESSORS: Readonly<Record<string, Decompress>> = {
  gzip: promisify<InputType, ZlibOptions, Buffer>(gunzip),
  'x-gzip': promisify<InputType, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<InputType, ZlibOptions, Buffer>(inflate),
  br: (input, options) =>
    promisify<InputType, ZlibOptions, Buffer>(brotliDecompress)(input, options),
};

/** What we ask for. */
export const ACCEPTED_ENCODINGS = 'gzip, br';

/**
 * A whole body without its content encodings.
 * @throws an error with a code of zlib's (`Z_…`) where it is cut off or broken; `ERR_BUFFER_TOO_LARGE` beyond `maxBytes`;
 * `Z_UNKNOWN_ENCODING` for one that was not asked for
 */
export async function decompress(
  body: Buffer,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const encodings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  let current = body;
  for (const name of encodings.toReversed()) {
    const step = DECOMPRESSORS[name];
    if (step === undefined) {
      throw Object.assign(new Error('unknown encoding'), { code: 'Z_UNKNOWN_ENCODING' });
    }
    current = await step(current, { maxOutputLength: maxBytes });
  }
  return current;
}
