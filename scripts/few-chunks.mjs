// Puts into one file what is loaded together. A bundler that splits code makes a file of each set of entries that share some, sixty
// for `engine serve`; to find and read one costs a start as much as twenty thousand characters of code.
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles once more what a bundling that split code has written: the same files, but for chunks that became parts of layers.
 * @param parts folder of the first bundling.
 * @param outputs of its metafile, by their paths in that folder.
 * @param layers names, each with the sources of entries: a layer is the chunks that any (or every) one of these loads when it begins
 *   and no layer before has.
 * @param apart sources of entries that load no layer.
 */
export async function fewChunks({ parts, outputs, layers, apart, ...options }) {
  const layerOf = placeChunks(outputs, layers, apart);
  const setup = (bundler) => {
    bundler.onResolve({ filter: /^layer:/ }, ({ path }) => ({ path: path.slice(6), namespace: 'layer' }));
    bundler.onLoad({ filter: /./, namespace: 'layer' }, ({ path: name }) => {
      const chunks = [...layerOf.keys()].filter((chunk) => layerOf.get(chunk) === name);
      const lines = chunks.map((chunk) =>
        again(outputs[chunk].exports, `./${chunk}`, (given) => `${given} as ${unique(chunk, given)}`),
      );
      return { contents: lines.join('\n'), resolveDir: parts };
    });
    bundler.onResolve({ filter: /./, namespace: 'file' }, ({ path, kind, importer, resolveDir }) => {
      if (kind === 'entry-point') return undefined;
      const [from, target] = [importer, resolve(resolveDir, path)].map((file) => relative(parts, file));
      const layer = kind === 'import-statement' ? layerOf.get(target) : undefined;
      if (layer === undefined) return { path, external: true };
      if (layer === layerOf.get(from)) return undefined;
      return { path: `${dirname(from)}:${target}`, namespace: 'in-layer' };
    });
    bundler.onLoad({ filter: /./, namespace: 'in-layer' }, ({ path }) => {
      const [folder, chunk] = path.split(':');
      const file = relative(folder, `chunks/${layerOf.get(chunk)}.js`);
      const names = outputs[chunk].exports;
      const contents = again(names, `./${file}`, (given) => `${unique(chunk, given)} as ${given}`);
      return { contents };
    });
    bundler.onResolve({ filter: /./, namespace: 'in-layer' }, ({ path }) => ({ path, external: true }));
  };
  const files = Object.keys(outputs).filter((path) => path.endsWith('.js') && !layerOf.has(path));
  await build({
    ...options,
    entryPoints: [
      ...Object.keys(layers).map((name) => ({ in: `layer:${name}`, out: `chunks/${name}` })),
      ...files.map((path) => ({ in: join(parts, path), out: path.slice(0, -'.js'.length) })),
    ],
    splitting: false,
    plugins: [{ name: 'few-chunks', setup }],
  });
}

/** The name in its layer of what a chunk gives. */
function unique(chunk, name) {
  return `${name}_${/(\w+)\.js$/.exec(chunk)[1]}`;
}

function again(names, file, rename) {
  return `export {${names.map(rename).join(', ')}} from ${JSON.stringify(file)};`;
}

/** The layer of each chunk that becomes part of one. What reads a package when it begins does not: others would have to read it too. */
function placeChunks(outputs, layers, apart) {
  const isOwn = (path) => outputs[path].entryPoint !== undefined || readsPackage(outputs, path);
  const taken = new Set(loadedBy(outputs, apart));
  const placed = new Map();
  for (const [name, { any, every }] of Object.entries(layers)) {
    const each = (every ?? []).map((source) => new Set(loadedBy(outputs, [source])));
    for (const path of loadedBy(outputs, any ?? every)) {
      if (!each.every((loaded) => loaded.has(path))) continue;
      if (!taken.has(path) && !isOwn(path)) placed.set(path, name);
      taken.add(path);
    }
  }
  return placed;
}

function readsPackage(outputs, chunk) {
  const all = loadedFrom(outputs, [chunk]).flatMap((path) => importsOf(outputs, path));
  return all.some(({ external, path }) => external === true && !isBuiltin(path));
}

/** Outputs that are loaded when entries are. */
function loadedBy(outputs, sources) {
  const entries = Object.keys(outputs).filter((path) => sources.includes(outputs[path].entryPoint));
  return loadedFrom(outputs, entries);
}

function loadedFrom(outputs, paths) {
  const seen = new Set(paths);
  for (const path of seen)
    for (const { external, path: other } of importsOf(outputs, path)) if (external !== true) seen.add(other);
  return [...seen];
}

function importsOf(outputs, path) {
  return outputs[path].imports.filter(({ kind }) => kind === 'import-statement');
}
