// Makes the code of engine/ into few files. Reading a thousand small modules is most of what a start costs, so what every start needs of
// other packages is taken in too; the rest stays in node_modules and is read when it is first used.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { fewChunks } from './few-chunks.mjs';
import { lateEntry, latePackages, writeLatePackages } from './late-packages.mjs';
import { slimPackages } from './slim-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packages that every start needs: plain JavaScript that is one copy's own business. */
const takenIn = [
  '@keyv/sqlite',
  '@koa/router',
  '@marcbachmann/cel-js',
  'ajv',
  'ajv-formats',
  'commander',
  'croner',
  'diff',
  'gray-matter',
  'handlebars',
  'keyv',
  'koa',
  'koa-websocket',
  'picocolors',
  're2js',
  'ulid',
  'ws',
  'yaml',
];

/** Native code, and what such a package only tries to find. */
const never = ['sqlite3', 'bufferutil', 'utf-8-validate', 'source-map'];

/** Data that several packages bring in nearly the same version: the first of each major version serves all. */
const shared = ['mime-db', 'mime-types'];

const entries = {
  index: 'engine/index.ts',
  'client/index': 'engine/client/index.ts',
  'telemetry/index': 'engine/telemetry/index.ts',
  'testing/index': 'engine/testing/index.ts',
  'cli/main': 'engine/cli/main.ts',
  // Files that are found by where they are.
  'chunks/package-url': 'engine/core/package-url.ts',
  'chunks/interpreter': 'engine/adapters/code/monty/interpreter.ts',
  'chunks/shell-worker': 'engine/adapters/sandbox/shell-worker.ts',
};

/** Entries that are pages' or workers' own, and what is found by where it is. */
const apart = [
  'client/index',
  'telemetry/index',
  'testing/index',
  'chunks/package-url',
  'chunks/interpreter',
  'chunks/shell-worker',
];

/** What is loaded together, from the least to the most; who imports the engine reads nothing of its commands. */
const library = 'engine/index.ts';
const layers = {
  core: { every: ['engine/cli/main.ts', library] },
  command: { any: ['engine/cli/main.ts'] },
  texts: { every: ['engine/cli/commands/init.ts', library] },
  project: { every: ['engine/cli/commands/validate.ts', library] },
  engine: { every: ['engine/cli/commands/run.ts', library] },
  server: { any: [library] },
  reports: { every: ['engine/cli/commands/validate.ts', 'engine/cli/commands/run.ts'] },
  work: { any: ['engine/cli/commands/run.ts'] },
};

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Reading white space costs a tenth of a start; names stay, and lines, for the traces of errors.
  minifyWhitespace: true,
  lineLimit: 120,
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  logOverride: { 'direct-eval': 'error' },
};

/**
 * @param outdir an empty folder beside `schema/` and `specs/`.
 */
export async function bundle(outdir) {
  const parts = join(outdir, 'parts');
  const { metafile } = await build({
    ...options,
    entryPoints: { ...entries, ...lateEntry },
    outdir: parts,
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    metafile: true,
    plugins: [
      latePackages,
      { name: 'few-packages', setup: leaveOut },
      { name: 'one-copy', setup: share },
      slimPackages,
      { name: 'required-parts-of-node', setup: giveBuiltins },
    ],
  });
  await fewChunks({
    ...options,
    parts,
    outputs: outputsIn(parts, metafile),
    layers,
    apart: apart.map((name) => entries[name]),
    outdir,
  });
  rmSync(parts, { recursive: true });
  const late = await writeLatePackages({ ...options, outdir });
  writeNotices(outdir, [...Object.keys(metafile.inputs), ...Object.keys(late.inputs)]);
}

/** The outputs by their paths in a folder. */
function outputsIn(folder, { outputs }) {
  const inside = (path) => relative(folder, join(root, path));
  const given = Object.entries(outputs).map(([path, { imports, ...output }]) => [
    inside(path),
    { ...output, imports: imports.map((one) => (one.external ? one : { ...one, path: inside(one.path) })) },
  ]);
  return Object.fromEntries(given);
}

/** Leaves every package where it is but those taken in, and what they are made of. */
function leaveOut(bundler) {
  bundler.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
    const name = path
      .split('/')
      .slice(0, path.startsWith('@') ? 2 : 1)
      .join('/');
    if (isBuiltin(path)) return undefined;
    if (never.includes(name)) return { path, external: true };
    // Bundlers of pages replace it by nothing, as its package says, and know it only by its name.
    if (importer.endsWith('/engine/client/web-socket.ts')) return { path, external: true };
    const isOurs = !importer.includes('/node_modules/');
    return isOurs && !takenIn.includes(name) ? { path, external: true } : undefined;
  });
}

/** Gives all who want shared data the same copy. */
function share(bundler) {
  const copies = new Map();
  bundler.onResolve(
    { filter: new RegExp(`^(${shared.join('|')})$`) },
    async ({ path, pluginData, ...from }) => {
      if (pluginData === share) return undefined;
      const { kind, importer, resolveDir } = from;
      const found = await bundler.resolve(path, { kind, importer, resolveDir, pluginData: share });
      const folder = /^.*node_modules\/[^/]+/.exec(found.path)?.[0] ?? '';
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const key = `${path} ${version.split('.')[0]}`;
      if (!copies.has(key)) copies.set(key, found);
      return copies.get(key);
    },
  );
}

/** What a package in CommonJS requires of Node: modules like ours have no `require`. */
function giveBuiltins(bundler) {
  bundler.onResolve({ filter: /./ }, ({ path, kind }) =>
    kind === 'require-call' && isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
  );
  bundler.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
    contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
  }));
}

/** The licences of what was taken in. */
function writeNotices(outdir, inputs) {
  const folders = new Set(
    inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const notices = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  writeFileSync(join(outdir, 'THIRD-PARTY-NOTICES.txt'), notices.join(`\n${'-'.repeat(72)}\n\n`));
}
