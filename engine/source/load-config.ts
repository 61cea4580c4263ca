import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { CosmiconfigResult, Options } from 'cosmiconfig';
import type { Checked, Diagnostic } from '../core/diagnostic.ts';
import { isObject } from '../core/json.ts';
import { staysInside } from './disk.ts';
import { parseYaml, type ParsedYaml } from './parse-yaml.ts';
import type { Reading } from './reading.ts';
import { makeSource, type Source } from './source.ts';

/** Where a project config may be, the first one winning. */
export const configPlaces = [
  'engine.yaml',
  'engine.yml',
  'engine.json',
  '.enginerc',
  '.enginerc.yaml',
  '.enginerc.json',
  'package.json',
] as const;

/**
 * Finds and reads the project config in the project folder itself (`package.json` counts when it has a key `engine`).
 * YAML and JSON only: finding a config runs no code.
 */
export async function loadConfig(
  { disk, sources }: Reading,
  root: string,
  realRoot: string,
): Promise<Checked<Source | undefined>> {
  const diagnostics: Diagnostic[] = [];
  const present: { place: string; parsed: ParsedYaml; text: string }[] = [];
  const here = new Set(disk.entries(root).map(({ name }) => name));
  for (const place of configPlaces) {
    if (!here.has(place)) continue;
    const path = join(root, place);
    const read = staysInside(disk, realRoot, path)
      ? disk.readText(path)
      : { fault: 'leads out of the project', missing: false };
    if ('fault' in read) {
      if (place !== 'package.json') {
        diagnostics.push({
          rule: 'source/unreadable',
          level: 'error',
          message: `the file ${read.fault}`,
          file: place,
        });
      }
      continue;
    }
    const parsed = parseYaml(read.text, { file: place });
    if (place !== 'package.json' || hasEngineKey(parsed)) present.push({ place, parsed, text: read.text });
  }

  const chosen = await choose(root, present);
  if (chosen === undefined) return { value: undefined, diagnostics };
  const others = present.filter((other) => other !== chosen).map(({ place }) => place);
  if (others.length > 0) {
    diagnostics.push({
      rule: 'source/second-config',
      level: 'warning',
      message: `${others.map((place) => `"${place}"`).join(', ')} is not read, because "${chosen.place}" comes first`,
      file: chosen.place,
      related: others.map((file) => ({ file, message: 'another config' })),
    });
  }
  const path = join(root, chosen.place);
  const before = sources.get(path);
  const isSame = before?.text === chosen.text && before.identity === 'config';
  const value = isSame ? before.read.value : asSource(root, chosen);
  if (!isSame) sources.set(path, { text: chosen.text, identity: 'config', read: { value, diagnostics: [] } });
  return { value, diagnostics: [...diagnostics, ...chosen.parsed.diagnostics] };
}

interface Found {
  readonly place: string;
  readonly parsed: ParsedYaml;
  readonly text: string;
}

/** The part of cosmiconfig that is used; its own types leave this file out. */
interface ExplorerModule {
  readonly Explorer: new (options: Options & { readonly moduleName: string }) => {
    search: (from: string) => Promise<CosmiconfigResult>;
  };
}

/**
 * Lets cosmiconfig choose among the files that are there. Its `Explorer` is used instead of its factory: the factory
 * first looks for settings of its own in the current folder and would run a `.config/config.js` it finds there.
 */
async function choose(root: string, present: readonly Found[]): Promise<Found | undefined> {
  if (present.length === 0) return undefined;
  // The loaders give back only which file it is, so that a key such as `$import` in it means nothing here.
  const loader = (path: string): object => {
    const place = basename(path);
    const found = present.find((one) => one.place === place);
    return place === 'package.json' ? { engine: { found } } : { found };
  };
  const { Explorer } = createRequire(import.meta.url)('cosmiconfig/dist/Explorer.js') as ExplorerModule;
  const explorer = new Explorer({
    moduleName: 'engine',
    packageProp: 'engine',
    searchPlaces: present.map(({ place }) => place),
    searchStrategy: 'none',
    ignoreEmptySearchPlaces: false,
    cache: false,
    mergeImportArrays: false,
    mergeSearchPlaces: false,
    loaders: { '.yaml': loader, '.yml': loader, '.json': loader, noExt: loader },
    transform: (result) => result,
  });
  const result = await explorer.search(root);
  const place = result === null ? undefined : basename(result.filepath);
  return present.find((one) => one.place === place);
}

function hasEngineKey({ value }: ParsedYaml): boolean {
  return isObject(value) && value['engine'] !== undefined;
}

function asSource(root: string, { place, parsed, text }: Found): Source {
  const nested = place === 'package.json' && isObject(parsed.value);
  const value = nested ? parsed.value['engine'] : parsed.value;
  return makeSource({
    kind: 'project',
    name: 'project',
    file: place,
    path: join(root, place),
    text,
    value: value ?? {},
    shipped: false,
    damaged: nested ? parsed.damaged.flatMap(belowEngine) : parsed.damaged,
    place: nested ? (parsed.place.children?.get('engine') ?? parsed.place) : parsed.place,
  });
}

function belowEngine(pointer: string): string[] {
  if (pointer === '') return [''];
  return pointer === '/engine' || pointer.startsWith('/engine/') ? [pointer.slice('/engine'.length)] : [];
}
