import {
  ConfigurationError,
  DataQualityError,
  EtlError,
  SystemError,
  TransientError,
  type ErrorDetails,
  type EtlErrorOptions,
} from '../domain/errors.ts';

type ErrorType = new (message: string, options: EtlErrorOptions) => EtlError;

interface Treatment {
  readonly type: ErrorType;
  readonly code: string;
  readonly hint: string;
}

const GONE: Treatment = {
  type: SystemError,
  code: 'ETL-DB-310',
  hint: 'check that PostgreSQL runs and is reachable; work resumes when it is back.',
};
const FULL: Treatment = {
  type: SystemError,
  code: 'ETL-DB-301',
  hint: 'free or add disk space for PostgreSQL; work resumes when there is room.',
};
const CROWDED: Treatment = {
  type: SystemError,
  code: 'ETL-DB-303',
  hint: 'raise max_connections of PostgreSQL, or run fewer workers or batches at a time.',
};
const BROKEN: Treatment = {
  type: SystemError,
  code: 'ETL-DB-320',
  hint: "read the server's log: it reports a fault of its own.",
};
const CONTENDED: Treatment = {
  type: TransientError,
  code: 'ETL-DB-401',
  hint: 'another session held the same rows; the work is tried again.',
};
const CUT_SHORT: Treatment = {
  type: TransientError,
  code: 'ETL-DB-402',
  hint: 'a time-out or a person ended the statement; the work is tried again.',
};
const DENIED: Treatment = {
  type: ConfigurationError,
  code: 'ETL-DB-203',
  hint: 'grant the role what it needs: GRANT etl_load TO <role>, or etl_owner for migrations; `candlewick db roles` makes both.',
};
const LOGIN: Treatment = {
  type: ConfigurationError,
  code: 'ETL-DB-201',
  hint: 'correct the user or the password in DATABASE_URL.',
};
const UNMIGRATED: Treatment = {
  type: ConfigurationError,
  code: 'ETL-DB-204',
  hint: 'run `candlewick db migrate`.',
};
/** No later attempt can succeed, and every other batch would meet it too. */
const WRONG_SQL: Treatment = {
  type: ConfigurationError,
  code: 'ETL-DB-330',
  hint: 'run `candlewick db migrate`; if that changes nothing, report this: the program sent what the database cannot do.',
};
const REFUSED_VALUE: Treatment = {
  type: DataQualityError,
  code: 'ETL-DB-502',
  hint: 'the table refuses such a row; see the constraint named in the details.',
};

/** SQLSTATEs that mean something in particular. */
const BY_STATE: Readonly<Record<string, Treatment>> = {
  '28P01': LOGIN,
  '28000': LOGIN,
  '3D000': {
    type: ConfigurationError,
    code: 'ETL-DB-202',
    hint: 'create the database, or correct its name in DATABASE_URL.',
  },
  '42501': DENIED,
  '42P01': UNMIGRATED,
  '42703': UNMIGRATED,
  '42883': UNMIGRATED,
  CW001: {
    type: ConfigurationError,
    code: 'ETL-DB-206',
    hint: 'use a demo database for simulated bars, or real sources for this one.',
  },
  '53100': FULL,
  '53200': { type: SystemError, code: 'ETL-DB-302', hint: 'give PostgreSQL more memory.' },
  '53300': CROWDED,
  '40001': CONTENDED,
  '40P01': CONTENDED,
  '55P03': CONTENDED,
  '57014': CUT_SHORT,
  '25P03': CUT_SHORT,
  '25P04': CUT_SHORT,
  // Its class is that of lost connections, but it is the program that broke the protocol: wrong parameters, for one.
  '08P01': WRONG_SQL,
  '23505': {
    type: TransientError,
    code: 'ETL-DB-501',
    hint: 'another writer has stored the same key; the work is tried again.',
  },
  // A hung write, or a disk error under it: the server stops, recovers and answers again.
  '58030': BROKEN,
};

/** The first two characters of a SQLSTATE: its class. */
const BY_CLASS: Readonly<Record<string, Treatment>> = {
  '08': GONE,
  '22': REFUSED_VALUE,
  '23': REFUSED_VALUE,
  '0A': WRONG_SQL,
  '26': WRONG_SQL,
  '34': WRONG_SQL,
  '3F': WRONG_SQL,
  '42': WRONG_SQL,
  '54': WRONG_SQL,
  P0: WRONG_SQL,
  '53': { ...FULL, code: 'ETL-DB-300' },
  '57': GONE,
  '58': BROKEN,
  XX: BROKEN,
};

/** What the driver and the operating system say, which have no SQLSTATE. */
const GONE_MESSAGE =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|Connection terminated|timeout expired|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|Client was closed/;

/**
 * Translates whatever the driver threw into our taxonomy, once. The server's `detail` and `where` are left out: they hold
 * rows. Its message is kept, cut short; it names constraints and columns.
 */
export function translateDatabaseError(error: unknown, doing: string): EtlError {
  if (error instanceof EtlError) {
    return error;
  }
  const facts = factsOf(error);
  const treatment = treatmentOf(facts) ?? {
    type: SystemError,
    code: 'ETL-DB-300',
    hint: 'see the message; report it if it makes no sense.',
  };
  const details: ErrorDetails = {
    sqlstate: facts.state,
    ...(facts.constraint === undefined ? {} : { constraint: facts.constraint }),
    ...(facts.table === undefined ? {} : { table: facts.table }),
  };
  const { type: Type, code, hint } = treatment;
  return new Type(`${doing}: ${facts.message}`, { code, hint, details });
}

/** The SQLSTATE of a driver's error or of its translation. */
export function sqlStateOf(error: unknown): string | undefined {
  const state = error instanceof EtlError ? error.details['sqlstate'] : factsOf(error).state;
  return typeof state === 'string' ? state : undefined;
}

interface DriverFacts {
  readonly state: string | null;
  readonly message: string;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
}

const MAX_MESSAGE = 200;
const SQL_STATE = /^[0-9A-Z]{5}$/;

function factsOf(error: unknown): DriverFacts {
  // Node reports a refused connection to a name with two addresses as an AggregateError without a message.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return factsOf(error.errors[0]);
  }
  function text(key: string): string | undefined {
    const value: unknown =
      typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  }
  const code = text('code');
  const isState = code !== undefined && SQL_STATE.test(code) && text('severity') !== undefined;
  const message = text('message') ?? code ?? String(error);
  return {
    state: isState ? code : null,
    // A refused cast quotes the value; a value of ours is no secret, but may be long.
    message: message.slice(0, MAX_MESSAGE),
    constraint: text('constraint'),
    table: text('table'),
  };
}

function treatmentOf({ state, message }: DriverFacts): Treatment | undefined {
  if (state === null) {
    return GONE_MESSAGE.test(message) ? GONE : undefined;
  }
  return BY_STATE[state] ?? BY_CLASS[state.slice(0, 2)];
}
