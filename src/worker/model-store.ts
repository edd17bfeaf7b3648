import type { ModelStore } from '../activities/deps.ts';
import type { ModelVersion } from '../domain/anomaly-model.ts';
import type { Config } from '../config/config.ts';
import {
  activateModel,
  listModels,
  readModelBytes,
  saveDrift,
  saveModel,
} from '../warehouse/model-versions.ts';
import { queryRows, type Warehouse } from '../warehouse/pool.ts';
import { knownSymbols } from '../warehouse/queries.ts';
import { readBarColumns } from '../warehouse/read-bar-columns.ts';

type ModelConfig = Pick<Config, 'anomalyContamination' | 'anomalyModel' | 'anomalyShare'>;

/** Of an old worker's shadows too: small, and read once. */
const MODELS_KEPT = 8;

/** The acting model, and of each kind the newest shadow that was trained after it. `models` are newest first. */
function chooseModels(
  models: readonly ModelVersion[],
  wanted: Exclude<Config['anomalyModel'], 'off'>,
): readonly ModelVersion[] {
  const kinds = wanted === 'auto' ? (['boosted_trees', 'isolation_forest'] as const) : [wanted];
  const active = kinds
    .map((kind) => models.find((one) => one.kind === kind && one.status === 'active'))
    .find((one) => one !== undefined);
  const shadows = kinds
    .map((kind) => models.find((one) => one.kind === kind && one.status !== 'retired'))
    .filter((one) => one?.status === 'shadow');
  return [active, ...shadows].filter((one) => one !== undefined);
}

/** Models and history in a warehouse, as training and judging use them. */
export function createModelStore(
  warehouse: Warehouse,
  { anomalyContamination, anomalyModel, anomalyShare }: ModelConfig,
): ModelStore {
  const bytes = new Map<number, Uint8Array>();
  async function bytesOf(modelId: number): Promise<Uint8Array> {
    const known = bytes.get(modelId);
    if (known !== undefined) {
      return known;
    }
    const { encoded } = await readModelBytes(warehouse, modelId);
    // Shared with the threads: a batch does not copy it.
    const shared = new Uint8Array(new SharedArrayBuffer(encoded.length));
    shared.set(encoded);
    if (bytes.size >= MODELS_KEPT) {
      bytes.clear();
    }
    bytes.set(modelId, shared);
    return shared;
  }
  return {
    contamination: anomalyContamination,
    share: anomalyShare,
    async ranking() {
      if (anomalyModel === 'off') {
        return [];
      }
      const chosen = chooseModels(await listModels(warehouse), anomalyModel);
      return Promise.all(
        chosen.map(async ({ modelId, sha256, status }) => ({
          modelId,
          sha256,
          encoded: await bytesOf(modelId),
          isShadow: status === 'shadow',
        })),
      );
    },
    async symbols(startDate, endDate) {
      const rows = await queryRows<{ symbol: string }>(
        warehouse,
        'Reading symbols with bars',
        `select s.symbol from unnest($1::text[]) as s (symbol)
          where exists (select from daily_bars b
                         where b.symbol = s.symbol and b.trade_date between $2 and $3)
          order by s.symbol collate "C"`,
        [[...(await knownSymbols(warehouse))], startDate, endDate],
      );
      return rows.map(({ symbol }) => symbol);
    },
    bars: (range) => readBarColumns(warehouse, range),
    save: (model) => saveModel(warehouse, model),
    list: (filter) => listModels(warehouse, filter),
    stored: (modelId) => readModelBytes(warehouse, modelId),
    activate: (decision) => activateModel(warehouse, decision),
    saveDrift: (drift) => saveDrift(warehouse, drift),
  };
}
