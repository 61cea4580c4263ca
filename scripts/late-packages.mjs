// Leaves big packages out of what is read at every start, though code imports them as usual: each becomes a file of its own, and what
// it gives is stood in for until it is first used.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { slimPackages } from './slim-packages.mjs';

const require = createRequire(import.meta.url);

/** Packages by the name of their file; those of one file share what they are made of. None of them is constants, or is extended. */
const files = {
  yaml: ['yaml'],
  ajv: ['ajv/dist/2020.js', 'ajv-formats'],
  croner: ['croner'],
  re2js: ['re2js'],
};

/** An entry for what loads them, so that it lies beside them. */
export const lateEntry = { 'chunks/late': 'late:' };

/** A plugin for esbuild. */
export const latePackages = { name: 'late-packages', setup };

/** Writes the files; gives the metafiles of that. */
export async function writeLatePackages({ outdir, ...options }) {
  const { metafile } = await build({
    ...options,
    entryPoints: Object.keys(files).map((name) => ({ in: `late-file:${name}`, out: `chunks/${name}` })),
    outdir,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    metafile: true,
    plugins: [{ name: 'late-files', setup: setupFiles }, slimPackages],
  });
  return metafile;
}

function setup(bundler) {
  const wanted = new Map(
    Object.entries(files).flatMap(([file, packages]) => packages.map((name) => [name, file])),
  );
  bundler.onResolve({ filter: /./ }, ({ path, importer, kind }) => {
    if (path === 'late:') return { path, namespace: 'late' };
    const isOurs = kind === 'import-statement' && !importer.includes('/node_modules/');
    return isOurs && wanted.has(path) ? { path, namespace: 'late-package' } : undefined;
  });
  bundler.onLoad({ filter: /./, namespace: 'late' }, () => ({ contents: standIn }));
  bundler.onLoad({ filter: /./, namespace: 'late-package' }, ({ path }) => {
    const given = require(path);
    const names = Object.keys(given).filter((name) => /^(function|object)$/.test(typeof given[name]));
    const part = (name) =>
      `late(${JSON.stringify(`./${wanted.get(path)}.cjs`)}, ${JSON.stringify(path)}${name})`;
    const lines = names
      .filter((name) => name !== 'default' && /^\w+$/.test(name))
      .map((name) => `export const ${name} = /* @__PURE__ */ ${part(`, ${JSON.stringify(name)}`)};`);
    return {
      contents: [
        `import { late } from 'late:';`,
        ...lines,
        `export default /* @__PURE__ */ ${part('')};`,
      ].join('\n'),
    };
  });
}

function setupFiles(bundler) {
  bundler.onResolve({ filter: /^late-file:/ }, ({ path }) => ({
    path: path.slice(10),
    namespace: 'late-file',
  }));
  bundler.onLoad({ filter: /./, namespace: 'late-file' }, ({ path }) => ({
    contents: files[path]
      .map((name) => `exports[${JSON.stringify(name)}] = require(${JSON.stringify(name)});`)
      .join('\n'),
    resolveDir: join(import.meta.dirname, '..'),
  }));
}

/** Stands in for a function, a class or an object of a package that is read when it is first used. */
const standIn = `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
export function late(file, name, part) {
  let real;
  const load = () => (real ??= part === undefined ? require(file)[name] : require(file)[name][part]);
  return new Proxy(function () {}, {
    get: (_, key) => load()[key],
    has: (_, key) => key in load(),
    apply: (_, self, args) => Reflect.apply(load(), self, args),
    construct: (_, args) => Reflect.construct(load(), args),
  });
}`;
