import type {
  DriftMeasure,
  ModelKind,
  ModelMetrics,
  ModelStatus,
} from '../domain/anomaly-model.ts';
import type { RunIdentity } from './contract.ts';

export interface PlanTrainingInput extends RunIdentity {
  /** What the caller sent, unread. */
  readonly input: unknown;
  /** ISO instant at which the run was due. */
  readonly dueAt: string;
}

/** Settled once, so that a retry trains on the same rows. */
export interface TrainingPlan extends RunIdentity {
  readonly kinds: readonly ModelKind[];
  readonly startDate: string;
  readonly endDate: string;
  readonly symbols: number;
  readonly maxRows: number;
  readonly seed: number;
  readonly contamination: number;
  /** A model that is no worse than the active one takes its place. */
  readonly activate: boolean;
  readonly effectiveInput: Readonly<Record<string, unknown>>;
}

export interface TrainingTask {
  readonly plan: TrainingPlan;
  readonly kind: ModelKind;
}

export interface TrainedModel {
  readonly modelId: number;
  readonly kind: ModelKind;
  readonly status: ModelStatus;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  readonly symbols: number;
  readonly metrics: ModelMetrics;
  /** Why it has its status, in one sentence. */
  readonly why: string;
}

export interface DriftTask extends RunIdentity {
  /** What the caller sent, unread: `days_back`. */
  readonly input: unknown;
  readonly dueAt: string;
}

export interface ModelActivities {
  /** @throws ConfigurationError, not retried, naming each field at fault. */
  planTraining(input: PlanTrainingInput): Promise<TrainingPlan>;
  trainModel(task: TrainingTask): Promise<TrainedModel>;
  /** Of each model that is in use; tells people of those that drifted. */
  measureDrift(task: DriftTask): Promise<readonly DriftMeasure[]>;
}
