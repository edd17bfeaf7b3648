import { checked, optional, withDefault } from './setting-parsers.ts';

function portFault(text: string): string | undefined {
  const isPort = /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
  return text === 'off' || isPort ? undefined : 'off, or a port; 0 takes any that is free';
}

function hostFault(text: string): string | undefined {
  return /^[A-Za-z0-9.:_-]{1,255}$/.test(text) ? undefined : 'a host name or address';
}

function endpointFault(text: string): string | undefined {
  return /^https?:\/\//.test(text) && URL.canParse(text) ? undefined : 'an http(s) URL';
}

/** How a worker can be looked at from outside. */
export const MONITORING_SETTINGS = {
  CANDLEWICK_HTTP_PORT: withDefault(
    checked(portFault).transform((text) => (text === 'off' ? undefined : Number(text))),
    {
      meaning: "Port of each worker's /health/live, /health/ready, /health/data and /metrics",
      expected: 'off, or a port; 0 takes any that is free and logs it',
      fallback: 'off',
    },
  ),
  CANDLEWICK_HTTP_HOST: withDefault(checked(hostFault), {
    meaning: 'Address on which that port listens; nothing there asks for a password',
    expected: 'a host name or address',
    fallback: '127.0.0.1',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(checked(endpointFault), {
    meaning: 'Where traces go by OTLP over HTTP, http://127.0.0.1:4318',
    expected: 'an http(s) URL',
    fallback: 'no traces',
  }),
};
