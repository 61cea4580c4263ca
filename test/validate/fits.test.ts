import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { Json } from '../../engine/core/json.ts';
import { nowhere } from '../../engine/validate/context.ts';
import { explain } from '../../engine/validate/explain.ts';
import { checkOf } from '../../engine/validate/fits.ts';
import { schemaSet } from '../../engine/validate/schema-set.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const set = schemaSet();
const kinds = [
  'project',
  'agent',
  'workflow',
  'tool',
  'sandbox',
  'model',
  'schedule',
  'channel',
  'test',
  'role',
];

describe('the quick check of a shape', () => {
  it('accepts exactly the specs in which nothing is found, those of other kinds and broken ones among them', () => {
    const specs = readSpecs();
    const random = randomBelow(7);
    const counts = { right: 0, wrong: 0 };
    const compare = (value: Json, kind: string): void => {
      const located = set.root(kind);
      if (located === undefined) throw new Error(`no schema of kind "${kind}"`);
      const around = { set, explain, root: located, around: [], elsewhere: nowhere, conditions: [] };
      const faults = explain(located, value, '', around);
      expect(checkOf(located, set)(value), `${kind}: ${JSON.stringify(value)}`).to.equal(faults.length === 0);
      counts[faults.length === 0 ? 'right' : 'wrong'] += 1;
    };
    for (const spec of specs) for (const kind of kinds) compare(spec, kind);
    for (let round = 0; round < 1500; round += 1) {
      const spec = specs[random(specs.length)] ?? null;
      const fitting = kinds.filter((kind) => {
        const located = set.root(kind);
        return located !== undefined && checkOf(located, set)(spec);
      });
      for (const kind of fitting) compare(broken(spec, random), kind);
    }
    expect(counts.right).to.be.greaterThan(100);
    expect(counts.wrong).to.be.greaterThan(500);
  });
});

function readSpecs(): Json[] {
  return ['examples', 'test/golden/ok'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.ya?ml$/.test(file) && !file.includes('node_modules'))
      .map((file) => parse(readFileSync(join(root, folder, file), 'utf8')) as Json),
  );
}

/** The value with one of its parts taken away, added, doubled or made another one. */
function broken(value: Json, random: (bound: number) => number): Json {
  if (typeof value !== 'object' || value === null || random(6) === 0) {
    const others: Json[] = [null, true, 0, -1, 2.5, '', 'x y', '5 minutes', [], {}, ['a', 'a'], { set: 1 }];
    return others[random(others.length)] ?? null;
  }
  if (Array.isArray(value)) {
    const items = [...(value as readonly Json[])];
    const at = random(items.length + 1);
    if (random(4) === 0) return [...items, items[0] ?? null];
    if (items[at] !== undefined) items[at] = broken(items[at], random);
    return items;
  }
  const entries = Object.entries(value);
  const at = random(entries.length + 1);
  const entry = entries[at];
  if (entry === undefined) return { ...value, [random(2) === 0 ? 'tool' : 'odd']: 'x' };
  if (random(5) === 0) return Object.fromEntries(entries.filter((one) => one !== entry));
  return { ...value, [entry[0]]: broken(entry[1], random) };
}

/** Whole numbers below a bound, the same ones each time. */
function randomBelow(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
