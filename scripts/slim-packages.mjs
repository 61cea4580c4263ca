// Takes out of packages what the engine never uses of them, as far as a start would read it.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { transform } from 'esbuild';

/** A plugin for esbuild. */
export const slimPackages = { name: 'slim-packages', setup };

function setup(bundler) {
  bundler.onLoad({ filter: /\/mime-db\/db\.json$/ }, ({ path }) => ({
    contents: `module.exports = JSON.parse(${JSON.stringify(usedTypes(path))});`,
  }));
  // Front matter is YAML and parsed by us: the parsers that the package would fall back to, `eval` among them, are never asked.
  bundler.onLoad({ filter: /\/gray-matter\/lib\/engines\.js$/ }, () => ({
    contents: 'module.exports = {};',
  }));
  // Its first version, which an old package still asks for, evaluates text: that keeps a bundler from giving names of its own.
  bundler.onResolve({ filter: /^depd$/ }, ({ path, kind, importer, pluginData }) =>
    pluginData === slimPackages
      ? undefined
      : bundler.resolve(path, {
          ...{ kind, importer },
          resolveDir: import.meta.dirname,
          pluginData: slimPackages,
        }),
  );
  bundler.onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, shorten);
}

/** The types that have extensions or a charset, which is all that is ever looked up. As text, which is read faster than code. */
function usedTypes(file) {
  const all = Object.entries(JSON.parse(readFileSync(file, 'utf8')));
  const used = all.filter(([, { extensions, charset }]) => extensions !== undefined || charset !== undefined);
  const kept = used.map(([type, { source, charset, extensions }]) => [type, { source, charset, extensions }]);
  return JSON.stringify(Object.fromEntries(kept));
}

/** Shortens names inside functions; those that a trace of errors or another file may name stay. */
async function shorten({ path }) {
  const { code } = await transform(readFileSync(path, 'utf8'), {
    sourcefile: path,
    sourcemap: 'inline',
    sourcesContent: false,
    minifyIdentifiers: true,
    minifySyntax: true,
    target: 'node20',
  });
  return { contents: code, resolveDir: dirname(path) };
}
