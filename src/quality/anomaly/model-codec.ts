import { FEATURE_NAMES } from './feature-list.ts';
import { MODEL_KINDS } from '../../domain/anomaly-model.ts';
import type { AnomalyModel } from './model.ts';

/** The first bytes of every model; the number is the format's version. */
const MAGIC = 'CWM1';
const PREAMBLE = 8;

type Header = Pick<AnomalyModel, 'kind' | 'features' | 'sampleSize' | 'threshold'> & {
  readonly nodes: number;
  readonly trees: number;
};

/** A model as bytes: magic, length of the header, header as JSON, then nodes, roots, values and depths, little-endian. */
export function encodeModel({ forest, ...model }: AnomalyModel): Uint8Array {
  const { kind, features, sampleSize, threshold } = model;
  const nodes = forest.values.length;
  const trees = forest.roots.length;
  const header: Header = { kind, features, sampleSize, threshold, nodes, trees };
  const text = JSON.stringify(header);
  const json = new TextEncoder().encode(text.padEnd(4 * Math.ceil(text.length / 4)));
  const parts = [
    new TextEncoder().encode(MAGIC),
    new Uint8Array(Uint32Array.of(json.length).buffer),
    json,
    bytesOf(forest.nodes),
    bytesOf(forest.roots),
    bytesOf(forest.values),
    forest.depths,
  ];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @throws RangeError where the bytes are no model, or one of features that this version does not have. */
export function decodeModel(given: Uint8Array): AnomalyModel {
  // A copy of its own: aligned, and safe from whoever owns the bytes.
  const bytes = Uint8Array.from(given);
  if (new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new RangeError(`These ${bytes.length} bytes are no anomaly model of format ${MAGIC}`);
  }
  const length = new DataView(bytes.buffer).getUint32(MAGIC.length, true);
  const header: unknown = JSON.parse(
    new TextDecoder().decode(bytes.subarray(PREAMBLE, PREAMBLE + length)),
  );
  if (!isHeader(header)) {
    throw new RangeError('The header of the anomaly model lacks a field');
  }
  const unknown = header.features.find((name) => !FEATURE_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`The anomaly model asks for a feature that is unknown here: ${unknown}`);
  }
  const { nodes, trees, ...model } = header;
  const from = PREAMBLE + length;
  const size = from + 12 * nodes + 5 * trees;
  if (bytes.length !== size) {
    throw new RangeError(`The anomaly model has ${bytes.length} bytes, not ${size}`);
  }
  return {
    ...model,
    forest: {
      features: header.features.length,
      nodes: new Int32Array(bytes.buffer, from, 2 * nodes),
      roots: new Int32Array(bytes.buffer, from + 8 * nodes, trees),
      values: new Float32Array(bytes.buffer, from + 8 * nodes + 4 * trees, nodes),
      depths: bytes.subarray(from + 12 * nodes + 4 * trees),
    },
  };
}

function bytesOf(array: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function isHeader(header: unknown): header is Header {
  if (typeof header !== 'object' || header === null) {
    return false;
  }
  const { kind, features, sampleSize, threshold, nodes, trees } = Object(header);
  return (
    MODEL_KINDS.includes(kind) &&
    Array.isArray(features) &&
    [sampleSize, threshold, nodes, trees].every((one) => typeof one === 'number')
  );
}
