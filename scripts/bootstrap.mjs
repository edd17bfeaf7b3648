/**
 * What `npm start`, `npm test`, `npm run bench` and `npm run candlewick` run: installs by lockfile and builds where
 * that is needed, then hands over. Plain Node without any package, since nothing may be installed yet. It talks on
 * stderr only: stdout belongs to the command.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const state = join(root, '.candlewick', 'build');
const MIN_NODE = [20, 19];
const isTerminal = process.stderr.isTTY === true;

function say(line) {
  process.stderr.write(`candlewick: ${line}\n`);
}

function fail(line, code = 1) {
  say(line);
  process.exit(code);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1])) {
    fail(
      `Node ${process.versions.node} is too old; version ${MIN_NODE.join('.')} or later is needed.`,
      3,
    );
  }
}

function filesUnder(folder) {
  return existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)],
      )
    : [];
}

function hashOf(paths) {
  const hash = createHash('sha256').update(process.versions.node);
  for (const path of paths.toSorted()) {
    hash.update(path.slice(root.length)).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function stampOf(name) {
  const path = join(state, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function run(command, args, what) {
  const started = Date.now();
  say(`${what} …`);
  // Their output is talk: it goes to stderr.
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, npm_config_loglevel: isTerminal ? 'notice' : 'error' },
  });
  if (error !== undefined || status !== 0) {
    const reason = error?.message ?? (signal === null ? `exit code ${status}` : `signal ${signal}`);
    fail(`${what} failed (${reason}).${error === undefined ? '' : ` Is ${command} installed?`}`);
  }
  say(`${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** One set-up at a time in a checkout; the lock of a process that is gone is taken over. */
async function withLock(work) {
  mkdirSync(state, { recursive: true });
  const lock = join(state, 'lock');
  for (let told = false; ; told = true) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      const pid = Number(existsSync(lock) ? readFileSync(lock, 'utf8') : 0);
      if (!isAlive(pid)) {
        rmSync(lock, { force: true });
        continue;
      }
      if (!told) {
        say(`process ${pid} is setting this checkout up; waiting for it`);
      }
      await new Promise((done) => setTimeout(done, 200));
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function installAndBuild() {
  const lockHash = hashOf([join(root, 'package-lock.json')]);
  if (
    !existsSync(join(root, 'node_modules', '.package-lock.json')) ||
    stampOf('install') !== lockHash
  ) {
    // A checkout whose packages were installed by hand is as good, if they fit the lockfile.
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], 'installing packages');
    writeFileSync(join(state, 'install'), lockHash);
  }
  const sources = ['src', 'schedules', 'test', 'bench'].flatMap((name) =>
    filesUnder(join(root, name)),
  );
  const buildHash = hashOf([
    ...sources,
    join(root, 'tsconfig.json'),
    join(root, 'package-lock.json'),
  ]);
  if (!existsSync(join(root, 'dist', 'workflow-bundle.js')) || stampOf('build') !== buildHash) {
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc')], 'building');
    run(process.execPath, [join(root, 'dist', 'src', 'bundle-workflows.js')], 'bundling workflows');
    writeFileSync(join(state, 'build'), buildHash);
  }
}

/** Runs the command in our place: its signals, its exit code. */
function handOver(args, env = {}) {
  const child = spawn(process.execPath, args, {
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
    stdio: 'inherit',
    env: {
      ...process.env,
      CANDLEWICK_HOME: process.env['CANDLEWICK_HOME'] ?? join(root, '.candlewick'),
      // Fewer heaps of glibc for the threads of a worker: 60 to 100 MB less of them.
      MALLOC_ARENA_MAX: process.env['MALLOC_ARENA_MAX'] ?? '2',
      // Young objects of a batch are few and large: half of V8's room for them costs 2 % of the time and saves 40 MB.
      NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '--max-semi-space-size=8',
      ...env,
    },
  });
  // A Ctrl-C reaches the whole group of the terminal, the child included; what is sent to us alone is passed on.
  process.on('SIGINT', () => isTerminal || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 1));
  });
}

const cli = join(root, 'dist', 'src', 'cli', 'main.js');
const [target, ...args] = process.argv.slice(2);
const targets = {
  start: () => handOver([cli, 'demo', ...args]),
  candlewick: () => handOver([cli, ...args]),
  bench: () => handOver(['--expose-gc', join(root, 'dist', 'bench', 'main.js'), ...args]),
  'bench:daily': () => handOver([join(root, 'dist', 'bench', 'daily.js'), ...args]),
  'bench:quota': () => handOver([join(root, 'dist', 'bench', 'quota.js'), ...args]),
  'bench:quality': () => handOver([join(root, 'dist', 'bench', 'quality.js'), ...args]),
  'bench:decode': () => handOver([join(root, 'dist', 'bench', 'decode.js'), ...args]),
  'bench:models': () => handOver([join(root, 'dist', 'bench', 'models.js'), ...args]),
  'bench:quality-table': () => handOver([join(root, 'scripts', 'quality-table.mjs'), ...args]),
  'bench:quality-speed': () => handOver([join(root, 'dist', 'bench', 'quality-speed.js'), ...args]),
  test: () => {
    process.chdir(root);
    process.env['INIT_CWD'] = root;
    run(
      process.execPath,
      [join(root, 'dist', 'test', 'support', 'provision.js')],
      'finding servers for the tests',
    );
    const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const c8 = join(root, 'node_modules', 'c8', 'bin', 'c8.js');
    // A part of the tests covers a part of the code: only a whole run is held to the coverage.
    handOver(args.length === 0 ? [c8, mocha] : [mocha, ...args]);
  },
  setup: () => undefined,
};

if (targets[target] === undefined) {
  fail(`unknown target ${target}; expected one of ${Object.keys(targets).join(', ')}`, 2);
}
checkNode();
process.chdir(resolve(process.cwd()));
await withLock(installAndBuild);
targets[target]();
