import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

import { parse } from 'yaml';

import { SETTING_NAMES } from '../../../src/config/settings.ts';
import { checkTemporalVersion } from '../../../src/runtime/doctor-rules.ts';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly configs?: readonly { readonly source: string }[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly command?: readonly string[];
  readonly restart?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly configs: Readonly<Record<string, unknown>>;
}

/** Read by Temporal's own client, not by us. */
const FOREIGN_SETTINGS = new Set(['NODE_ENV']);

// There is no Docker engine where this was written: what can be held without one is held here.
describe('docker-compose.temporal.yml', () => {
  const { services, volumes, configs } = parse(
    readFileSync('docker-compose.temporal.yml', 'utf8'),
    { merge: true },
  ) as Compose;
  const all = Object.entries(services);

  it('has Temporal, its PostgreSQL and UI, our worker and its database', () => {
    const images = all.map(([, { image = '' }]) => image.replace(/:.*/, ''));

    for (const image of ['temporalio/server', 'temporalio/ui', 'postgres', 'candlewick']) {
      assert.ok(images.includes(image), image);
    }
  });

  it('names exact, current images, none of them deprecated or with published holes', () => {
    for (const [name, { image = '' }] of all) {
      assert.match(image, /:(\d+(\.\d+)*|local)$/, name);
      assert.doesNotMatch(image, /auto-setup/, name);
    }
    const version = services['temporal']?.image?.split(':')[1] ?? '';
    assert.equal(checkTemporalVersion(version, false).state, 'ok');
    assert.equal(services['temporal-schema']?.image?.split(':')[1], version);
  });

  it('waits only for services that can become what is waited for', () => {
    for (const [name, { depends_on: others = {} }] of all) {
      for (const [other, { condition }] of Object.entries(others)) {
        const awaited = services[other];
        assert.ok(awaited, `${name} waits for ${other}`);
        if (condition === 'service_healthy') {
          assert.ok(awaited.healthcheck, `${other} has no health check`);
        } else {
          assert.equal(condition, 'service_completed_successfully');
          assert.notEqual(awaited.restart, 'unless-stopped', `${other} never completes`);
        }
      }
    }
  });

  it('watches the health of all that keeps running', () => {
    const unwatched = all
      .filter(([, { restart, healthcheck }]) => restart === 'unless-stopped' && !healthcheck)
      .map(([name]) => name);

    assert.deepEqual(unwatched, ['temporal-ui']);
  });

  it('opens ports on loopback only', () => {
    for (const port of all.flatMap(([, { ports = [] }]) => ports)) {
      assert.match(port, /^127\.0\.0\.1:\d+:\d+$/);
    }
  });

  it('mounts what it declares', () => {
    for (const [name, service] of all) {
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        assert.ok(/^[.$]/.test(source) || source in volumes, `${name}: ${volume}`);
      }
      for (const { source } of service.configs ?? []) {
        assert.ok(source in configs, `${name}: ${source}`);
      }
    }
  });

  it('gives the worker settings that exist', () => {
    const known = new Set<string>([...SETTING_NAMES, ...FOREIGN_SETTINGS]);

    for (const name of Object.keys(services['worker']?.environment ?? {})) {
      assert.ok(known.has(name), name);
    }
  });
});

describe('Dockerfile', () => {
  const lines = readFileSync('Dockerfile', 'utf8').split('\n');
  const copies = lines.filter((line) => /^COPY (?!--from)/.test(line));

  it('copies files that are there and that .dockerignore lets through', () => {
    const allowed = readFileSync('.dockerignore', 'utf8').split('\n');
    const sources = copies.flatMap((line) => line.split(' ').slice(1, -1));

    assert.ok(sources.length > 4);
    for (const source of sources) {
      const path = source.replace('./', '');
      assert.ok(existsSync(path), path);
      assert.ok(allowed.includes(`!${path}`), `${path} is ignored`);
    }
  });

  it('runs the command of the package, not as root', () => {
    const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      bin: { candlewick: string };
    };

    assert.ok(lines.includes(`ENTRYPOINT ["node", "${bin.candlewick}"]`));
    assert.ok(lines.includes('USER node'));
  });
});
