import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';

import { ConfigurationError } from '../domain/errors.ts';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;

/** The types as the server numbers them. */
const WANTED = Object.entries(SEARCH_ATTRIBUTES).map(
  ([name, type]) => [name, IndexedValueType[`INDEXED_VALUE_TYPE_${type}`]] as const,
);

/**
 * Registers what is missing, and proves the types of what was there: an attribute of another type would make every
 * workflow task fail for ever. @throws ConfigurationError ETL-TMP-310
 */
export async function ensureSearchAttributes(
  { operatorService }: Connection,
  namespace: string,
): Promise<void> {
  const present = (await operatorService.listSearchAttributes({ namespace })).customAttributes;
  const missing = WANTED.filter(([name]) => present[name] === undefined);
  if (missing.length > 0) {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing),
    });
  }
  const wrong = WANTED.filter(
    ([name, type]) => present[name] !== undefined && present[name] !== type,
  ).map(([name]) => name);
  if (wrong.length > 0) {
    throw new ConfigurationError(
      `Search attributes ${wrong.join(', ')} of namespace ${namespace} have another type than Candlewick gives them`,
      {
        code: 'ETL-TMP-310',
        hint: 'use a namespace of its own for Candlewick (TEMPORAL_NAMESPACE); on an embedded server remove temporal.db from the home folder.',
      },
    );
  }
}
