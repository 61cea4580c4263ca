import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files that somebody made to hurt, or that a broken tool wrote. */
export interface HostileCase {
  readonly title: string;
  /** Writes them into an empty folder. */
  write(folder: string): void;
  /** What one of the findings must say; without it the project may as well be clean. */
  readonly finds?: RegExp;
}

const mega = 1024 * 1024;

/** A file of a project, at `file`. */
function one(title: string, file: string, text: string | Buffer, finds?: RegExp): HostileCase {
  return many(title, { [file]: text }, finds);
}

function many(
  title: string,
  files: Readonly<Record<string, string | Buffer>>,
  finds?: RegExp,
): HostileCase {
  return {
    title,
    write: (folder) => {
      for (const [file, text] of Object.entries(files)) put(folder, file, text);
    },
    ...(finds === undefined ? {} : { finds }),
  };
}

function put(folder: string, file: string, text: string | Buffer): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

const workflow = 'src/workflows/w.yaml';
const agent = 'src/agents/a.md';

/** A workflow whose one step sets `value` to an expression. */
function setting(expression: string, inputSchema = ''): string {
  return `${inputSchema}steps:\n  - id: s\n    set:\n      value: '\${{ ${expression.replaceAll("'", "''")} }}'\n`;
}

function logging(template: string): string {
  return `steps:\n  - id: s\n    log: ${JSON.stringify(template)}\n`;
}

function withSchema(schema: unknown): string {
  return `inputSchema: ${JSON.stringify(schema)}\nsteps:\n  - { id: s, set: { value: "\${{ input }}" } }\n`;
}

function aliasBomb(levels: number, width: number): string {
  const lines = ['x-a0: &a0 [lol, lol]'];
  for (let level = 1; level < levels; level += 1)
    lines.push(`x-a${level}: &a${level} [${Array(width).fill(`*a${level - 1}`).join(', ')}]`);
  return `${lines.join('\n')}\nsteps: *a${levels - 1}\n`;
}

function nestedSchema(depth: number): unknown {
  let schema: unknown = { type: 'string' };
  for (let level = 0; level < depth; level += 1) schema = { type: 'object', properties: { a: schema } };
  return schema;
}

/** Definitions that all refer to all. */
function schemaWeb(count: number): unknown {
  const names = Array.from({ length: count }, (_, index) => `d${index}`);
  const all = names.map((name) => ({ $ref: `#/$defs/${name}` }));
  const properties = Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${name}` }]));
  const $defs = Object.fromEntries(
    names.map((name) => [name, { anyOf: all, type: 'object', properties }]),
  );
  return { $ref: '#/$defs/d0', $defs };
}

/** Unions of unions: two to the power of `depth` when it is multiplied out. */
function doublingSchema(depth: number): unknown {
  const $defs: Record<string, unknown> = { d0: { type: 'string' } };
  for (let level = 1; level <= depth; level += 1) {
    const below = { $ref: `#/$defs/d${level - 1}` };
    $defs[`d${level}`] = { type: 'object', properties: { a: below, b: below }, allOf: [below, below] };
  }
  return { $ref: `#/$defs/d${depth}`, $defs };
}

const step = 'steps: [{ id: s, log: hi }]\n';
const slowPatterns = ['^(a+)+$', '^(a|a)*$', '^(.*a){25}$', '(x+x+)+y', '^((a{1,100}){1,100}){1,100}$'];

/** Everything that is tried. */
export const cases: readonly HostileCase[] = [
  // YAML
  one('an alias bomb', workflow, aliasBomb(30, 10), /:\d+:\d+ yaml\/too-many-aliases/),
  one('an alias bomb in an engine.yaml', 'engine.yaml', aliasBomb(30, 10), /yaml\/too-many-aliases/),
  one('an alias that names itself', workflow, 'steps: &a [*a]\n', /:\d+:\d+ /),
  one('100000 aliases of one value', workflow, `x-a: &a 1\nx-b: [${'*a, '.repeat(100_000)}]\n${step}`, /too-many-aliases|source\/unreadable/),
  one('flow lists 20000 deep', workflow, `steps: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`, /yaml\/too-deep/),
  one('flow lists 20000 deep, never closed', workflow, `steps: ${'['.repeat(20_000)}\n`, /yaml\//),
  one('flow maps 20000 deep', workflow, `steps: ${'{a: '.repeat(20_000)}${'}'.repeat(20_000)}\n`, /yaml\/too-deep/),
  one('flow maps 20000 deep, never closed', workflow, `steps: ${'{a: '.repeat(20_000)}\n`, /yaml\//),
  one('flow maps as keys, 20000 deep', workflow, `steps: ${'{'.repeat(20_000)}${'}'.repeat(20_000)}\n`, /yaml\//),
  one('block lists 20000 deep', workflow, `steps:\n  ${'- '.repeat(20_000)}x\n`, /yaml\/too-deep/),
  one(
    'block maps 1200 deep',
    workflow,
    `steps:\n${Array.from({ length: 1200 }, (_, level) => `${' '.repeat(level + 1)}a:`).join('\n')} x\n`,
    /yaml\/too-deep|larger/,
  ),
  one('JSON 20000 deep', 'src/workflows/w.json', `{"steps":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, /yaml\/too-deep/),
  one('JSON objects 20000 deep', 'engine.json', `{"models":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`, /yaml\/too-deep/),
  one('a package.json 20000 deep', 'package.json', `{"engine":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`),
  one('front matter 20000 deep', agent, `---\ntools: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n---\nhi\n`, /yaml\/too-deep/),
  one('explicit keys 5000 deep', workflow, `${'? '.repeat(5000)}a\n`, /yaml\//),
  one('100000 anchors', workflow, `x-a: [${Array.from({ length: 60_000 }, (_, at) => `&a${at} 1`).join(', ')}]\n${step}`),
  one('a tag that names a class', workflow, `steps: !!js/function "function () { throw 1 }"\n`, /bang-is-a-tag/),
  one('20000 comments that never end', agent, `---\nmodel: false\n---\n<!-- engine-ignore style/x: y -->\n${'{{!-- <!-- '.repeat(20_000)}`),
  one('5000 documents in one file', workflow, '---\nsteps: []\n'.repeat(5000), /yaml\/syntax|source\/unreadable/),
  one('5000 directives', workflow, `${'%YAML 1.2\n'.repeat(5000)}---\n${step}`),
  one('10000 broken lines', workflow, 'a: "b" c: {{ d }} !e *f\n'.repeat(10_000), /:\d+:\d+ /),
  one('10000 tabs at the starts of lines', workflow, 'steps:\n\t- a\n'.repeat(10_000), /yaml\/tab-indent|source\/unreadable/),
  one('100000 quotes', workflow, `steps: ${'"'.repeat(100_001)}\n`, /:\d+:\d+ /),
  one('100000 colons', workflow, `steps: ${'a: '.repeat(100_000)}\n`, /:\d+:\d+ /),
  one('a key of 100000 letters', workflow, `${'k'.repeat(100_000)}: 1\n${step}`, /unknown-key|yaml\//),
  one('a number of 100000 digits', workflow, `x-n: ${'9'.repeat(100_000)}\n${step}`),
  // Size
  one('5 MB in one text', workflow, `${step}description: ${'x'.repeat(5 * mega)}\n`, /source\/unreadable/),
  one('5 MB of keys', workflow, Array.from({ length: 350_000 }, (_, at) => `key${at}: 1`).join('\n'), /source\/unreadable/),
  one('5 MB of entries', workflow, `steps:\n${'- a\n'.repeat(1_300_000)}`, /source\/unreadable/),
  one('5 MB of Markdown', agent, `---\nmodel: false\n---\n${'x '.repeat(2.5 * mega)}`, /source\/unreadable/),
  one('5 MB of AGENTS.md', 'AGENTS.md', 'x '.repeat(2.5 * mega), /source\/unreadable/),
  one('5 MB of a partial', 'partials/p.hbs', 'x '.repeat(2.5 * mega), /source\/unreadable/),
  one('5 MB of engine.yaml', 'engine.yaml', `description: ${'x'.repeat(5 * mega)}\n`, /source\/unreadable/),
  one('5 MB of package.json', 'package.json', `{"engine":{"description":"${'x'.repeat(5 * mega)}"}}`),
  one('a text as large as may be', workflow, `${step}description: ${'x'.repeat(mega - 100)}\n`),
  one('70000 keys', workflow, Array.from({ length: 70_000 }, (_, at) => `key${at}: 1`).join('\n'), /:\d+:\d+ /),
  one('260000 entries', workflow, `steps:\n${'- a\n'.repeat(260_000)}`, /:\d+:\d+ |unreadable/),
  one('30000 steps', workflow, `steps:\n${Array.from({ length: 30_000 }, (_, at) => `- {id: s${at}, log: hi}`).join('\n')}`, /:\d+:\d+ |unreadable/),
  one('a megabyte of line ends', workflow, `${step}${'\n'.repeat(mega - 1000)}`),
  one('half a million comments', workflow, `${step}${'#\n'.repeat(mega / 2 - 1000)}`),
  one('25000 ignores', workflow, `${step}${'# engine-ignore schema/unknown-key: no\n'.repeat(25_000)}`),
  one('7000 entries that are no steps', workflow, `steps:\n${'- a\n'.repeat(7000)}`, /:\d+:\d+ /),
  one('7000 unknown keys', workflow, Array.from({ length: 7000 }, (_, at) => `key${at}: 1`).join('\n'), /unknown-key/),
  one('1000 steps', workflow, `steps:\n${Array.from({ length: 1000 }, (_, at) => `- {id: s${at}, log: hi}`).join('\n')}`),
  one('700 steps that each read the one before', workflow, `steps:\n${Array.from({ length: 700 }, (_, at) => `- {id: s${at}, log: "{{steps.s${Math.max(0, at - 1)}.output}}"}`).join('\n')}`),
  // Keys
  one('7000 times the same key', workflow, `${'a: 1\n'.repeat(7000)}${step}`, /yaml\/duplicate-key/),
  one('2000 times the same step id', workflow, `steps:\n${'- {id: a, log: b}\n'.repeat(2000)}`, /ref\/duplicate-id/),
  ...['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'then'].flatMap((key) => [
    one(`the key "${key}" at every level`, workflow, `${key}: { polluted: true }\ninputSchema: { type: object, properties: { ${key}: { type: string } }, required: [${key}] }\nsteps:\n  - id: s\n    ${key}: x\n    set: { ${key}: { a: "\${{ input.${key} }}" }, b: "\${{ steps.${key} }}" }\n`, new RegExp(key)),
    one(`the step "${key}"`, workflow, `steps:\n  - { id: ${key}, set: { a: 1 } }\n  - { id: b, log: "{{steps.${key}.output.a}}" }\n`),
    many(`names and references "${key}"`, {
      'engine.yaml': `models: { ${key}: { model: script/x } }\nproviders: { ${key}: { type: openai } }\nsecrets: { ${key}: { env: A } }\nrules: { ${key}: off }\nenv: [${key}]\n`,
      [`src/agents/${key}.md`]: `---\nmodel: ${key}\nextends: ${key}\ntools: [${key}]\nskills: [${key}]\nsubagents: [${key}]\nsandbox: ${key}\nsecrets: [${key}]\nharness: ${key}\n---\n{{> ${key}}} {{${key}}} {{lookup this "${key}"}}\n`,
      [workflow]: `steps:\n  - { id: a, agent: ${key}, with: { ${key}: 1 } }\n  - { id: b, tool: ${key}, with: { ${key}: 1 } }\n  - { id: c, workflow: ${key} }\n  - { id: d, log: "{{env.${key}}}{{input.${key}}}" }\n  - { id: e, agent: x, role: ${key} }\n`,
      [`schemas/${key}.yaml`]: '{ type: string }',
    }),
  ]),
  // Front matter
  one('JavaScript front matter', agent, '---js\nglobalThis.hacked = true; process.exit(9);\n---\nhi\n', /source\/front-matter-code/),
  one('JavaScript front matter by its long name', agent, '---javascript\nprocess.exit(9);\n---\nhi\n', /source\/front-matter-code/),
  one('JSON front matter', agent, '---json\n{"model": false}\n---\nhi\n', /:\d+:\d+ source\//),
  one('CoffeeScript front matter', agent, '---coffee\nprocess.exit 9\n---\nhi\n', /source\//),
  one('JavaScript front matter in a skill', '.agents/skills/s/SKILL.md', '---js\nprocess.exit(9)\n---\nhi\n', /source\//),
  one('front matter that never ends', agent, `---\n${'a: 1\n'.repeat(20_000)}`, /unclosed-front-matter/),
  one('20000 fences', agent, '---\n'.repeat(20_000)),
  one('a module as a config', 'engine.config.js', 'process.exit(9)\n'),
  one('a tool that ends the process when it is read', 'src/tools/t.ts', 'process.exit(9);\n'),
  // Templates
  one('blocks 5000 deep', agent, `---\nmodel: false\n---\n${'{{#if input}}'.repeat(5000)}x${'{{/if}}'.repeat(5000)}`, /:\d+:\d+ template\//),
  one('20000 blocks that are never closed', agent, `---\nmodel: false\n---\n${'{{#if input}}'.repeat(20_000)}`, /:\d+:\d+ template\//),
  one('20000 ends of blocks', agent, `---\nmodel: false\n---\n${'{{/if}}'.repeat(20_000)}`, /:\d+:\d+ template\//),
  one('loops in loops', agent, `---\nmodel: false\n---\n${'{{#each input}}'.repeat(40)}x${'{{/each}}'.repeat(40)}`),
  one('subexpressions 2000 deep', agent, `---\nmodel: false\n---\n{{json ${'(upper '.repeat(2000)}"a"${')'.repeat(2000)}}}`, /:\d+:\d+ template\//),
  one('20000 else branches', agent, `---\nmodel: false\n---\n{{#if input}}${'{{else if input}}'.repeat(10_000)}{{/if}}`, /:\d+:\d+ template\//),
  one('50000 placeholders', workflow, logging('{{input.a}}'.repeat(50_000))),
  one('100000 open braces', workflow, logging('{'.repeat(100_000))),
  one('raw blocks', agent, `---\nmodel: false\n---\n{{{{raw}}}}${'{{{{raw}}}}'.repeat(5000)}`, /:\d+:\d+ template\//),
  one('a path of 50000 parts', workflow, logging(`{{input${'.a'.repeat(50_000)}}}`)),
  one('a template that reaches for the prototype', workflow, logging('{{input.constructor.constructor}}{{lookup input "__proto__"}}{{__proto__}}'), /:\d+:\d+ /),
  many('a partial that calls itself', { 'partials/p.hbs': '{{> p}}', [workflow]: logging('{{> p}}') }, /template\//),
  many('partials that call each other', { 'partials/p.hbs': '{{> q}}', 'partials/q.hbs': '{{> p}}', [workflow]: logging('{{> p}}') }, /template\//),
  many(
    'partials that double at every level',
    {
      ...Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`partials/p${at}.hbs`, `{{> p${at + 1}}}{{> p${at + 1}}}`])),
      'partials/p40.hbs': 'x',
      [workflow]: logging('{{> p0}}'),
    },
  ),
  many('2000 partials in a row', {
    ...Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`partials/p${at}.hbs`, at === 1999 ? 'x' : `{{> p${at + 1}}}`])),
    [workflow]: logging('{{> p0}}'),
  }),
  many('a partial with 50000 calls of another', { 'partials/p.hbs': '{{> q}}'.repeat(50_000), 'partials/q.hbs': '{{input.a}}', [workflow]: logging('{{> p}}') }),
  // Expressions
  one('parentheses 5000 deep', workflow, setting(`${'('.repeat(5000)}1${')'.repeat(5000)}`), /:\d+:\d+ (?:expr|yaml\/too-deep)/),
  one('20000 open parentheses', workflow, setting('('.repeat(20_000)), /:\d+:\d+ (?:expr|yaml\/too-deep)/),
  one('a sum of 10000 terms', workflow, setting(Array(10_000).fill('1').join(' + ')), /:\d+:\d+ (?:expr|yaml\/too-deep)/),
  one('10000 ands', workflow, setting(Array(10_000).fill('true').join(' && ')), /:\d+:\d+ (?:expr|yaml\/too-deep)/),
  one('5000 not', workflow, setting(`${'!'.repeat(5000)}true`), /:\d+:\d+ (?:expr|yaml\/too-deep)/),
  one('5000 minus', workflow, setting(`${'-'.repeat(5000)}1`), /:\d+:\d+ (?:expr|yaml\/too-deep)/),
  one('5000 questions', workflow, setting(`${'true ? 1 : '.repeat(5000)}2`), /:\d+:\d+ (?:expr|yaml\/too-deep)/),
  one('lists 5000 deep', workflow, setting(`${'['.repeat(5000)}1${']'.repeat(5000)}`), /:\d+:\d+ (?:expr|yaml\/too-deep)/),
  one('maps 5000 deep', workflow, setting(`${'{"a": '.repeat(5000)}1${'}'.repeat(5000)}`), /:\d+:\d+ (?:expr|yaml\/too-deep)/),
  one('a member path of 10000 parts', workflow, setting(`input${'.a'.repeat(10_000)}`)),
  one('calls of calls', workflow, setting(`${'size(['.repeat(2000)}1${'])'.repeat(2000)}`), /:\d+:\d+ (?:expr|yaml\/too-deep)/),
  one('macros in macros', workflow, setting(`${'[1,2].map(x, '.repeat(30)}x${')'.repeat(30)}`)),
  one('exists of exists', workflow, setting(`${'[1,2].exists(x, '.repeat(60)}true${')'.repeat(60)}`)),
  one('a literal list of 20000 numbers', workflow, setting(`[${Array(20_000).fill('1').join(',')}]`)),
  one('a text of 200000 letters', workflow, setting(`"${'x'.repeat(200_000)}"`)),
  one('conditions that double what is known', workflow, `inputSchema: { type: object, properties: { ${Array.from({ length: 40 }, (_, at) => `a${at}: { enum: [a, b, null] }`).join(', ')} } }\nsteps:\n  - { id: s, log: hi, if: '${Array.from({ length: 40 }, (_, at) => `(input.a${at} == "a" || input.a${at} == "b")`).join(' && ')}' }\n`),
  one('400 steps that each read the one before', workflow, `steps:\n${Array.from({ length: 400 }, (_, at) => `  - { id: s${at}, set: { a: "\${{ ${at === 0 ? '1' : `steps.s${at - 1}.output`} }}", b: "\${{ ${at === 0 ? '1' : `steps.s${at - 1}.output`} }}" } }`).join('\n')}\n`),
  one('values that grow with every step', workflow, `steps:\n${Array.from({ length: 60 }, (_, at) => `  - { id: s${at}, set: { a: "\${{ ${at === 0 ? '1' : `steps.s${at - 1}`} }}", b: "\${{ ${at === 0 ? '1' : `steps.s${at - 1}`} }}" } }`).join('\n')}\n`),
  one('blocks 80 deep', workflow, `steps: ${'[{id: p, parallel: {branches: {a: '.repeat(30)}[{id: x, log: y}]${'}}}]'.repeat(30)}\n`),
  // Regular expressions
  ...slowPatterns.map((pattern) =>
    one(
      `the pattern ${pattern}`,
      workflow,
      `inputSchema: { type: object, properties: { a: { type: string, pattern: ${JSON.stringify(pattern)}, default: ${'a'.repeat(5000)}! } } }\nsteps:\n  - { id: s, if: '"${'a'.repeat(2000)}!".matches("${pattern}")', log: hi }\n  - { id: t, workflow: w, with: { a: ${'a'.repeat(5000)}! } }\n`,
    ),
  ),
  one('a pattern of 100000 letters', workflow, withSchema({ type: 'string', pattern: '(a|b)*'.repeat(15_000) })),
  one('a pattern that is none', workflow, withSchema({ type: 'string', pattern: '((((' }), /:\d+:\d+ schema\/invalid-json-schema/),
  one('a pattern with huge counts', workflow, withSchema({ type: 'string', pattern: 'a{1000}{1000}{1000}' })),
  many('a scripted model with a slow pattern', { 'src/models/m.yaml': `replies:\n  - { match: { pattern: "^(a+)+$" }, text: hi }\n` }),
  many('permissions with wild patterns', { [agent]: `---\nmodel: false\nsandbox: virtual\npermissions: { allow: ["bash(${'*'.repeat(5000)})"], deny: ["${'('.repeat(5000)}"] }\n---\nhi\n` }),
  // Schemas
  one('a schema 2000 deep', workflow, withSchema(nestedSchema(2000)), /:\d+:\d+ /),
  one('a schema 300 deep', workflow, withSchema(nestedSchema(300))),
  one('definitions that all refer to all', workflow, withSchema(schemaWeb(60))),
  one('a schema that doubles 60 times', workflow, withSchema(doublingSchema(60))),
  one('a schema that refers to itself', workflow, withSchema({ $ref: '#' })),
  one('definitions that go round', workflow, withSchema({ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } })),
  one('an enum of 12000 words', workflow, withSchema({ enum: Array.from({ length: 12_000 }, (_, at) => `w${at}`) })),
  one('an enum of 12000 words, and a slip', workflow, `inputSchema: ${JSON.stringify({ type: 'object', properties: { a: { enum: Array.from({ length: 12_000 }, (_, at) => `word${at}`) } }, required: ['a'] })}\nsteps:\n  - { id: s, if: 'input.a == "wrod7"', log: hi }\n`),
  one('3000 properties', workflow, withSchema({ type: 'object', properties: Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`p${at}`, { type: 'string' }])) })),
  one('3000 properties, and a slip', workflow, `inputSchema: ${JSON.stringify({ type: 'object', additionalProperties: false, properties: Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`property${at}`, { type: 'string' }])) })}\nsteps:\n  - { id: s, set: { a: "\${{ input.proprety7 }}" } }\n`, /unknown-field/),
  one('5000 anyOf', workflow, withSchema({ anyOf: Array.from({ length: 5000 }, (_, at) => ({ type: 'object', required: ['k'], properties: { k: { const: at } } })) })),
  one('uniqueItems of 20000 defaults', workflow, withSchema({ type: 'array', uniqueItems: true, default: Array.from({ length: 20_000 }, (_, at) => ({ at })) })),
  many('shared schemas that go round', { 'schemas/a.yaml': '{ $ref: schemas/b.yaml }', 'schemas/b.yaml': '{ $ref: schemas/a.yaml }', [workflow]: 'inputSchema: { $ref: schemas/a.yaml }\nsteps: [{ id: s, log: "{{input.x}}" }]\n' }),
  many('60 shared schemas that double', {
    ...Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`schemas/s${at}.yaml`, at === 59 ? '{ type: string }' : `{ type: object, properties: { a: { $ref: schemas/s${at + 1}.yaml }, b: { $ref: schemas/s${at + 1}.yaml } } }`])),
    [workflow]: 'inputSchema: { $ref: schemas/s0.yaml }\nsteps: [{ id: s, set: { x: "${{ input.a.b.a }}" } }]\n',
  }),
  one('a $ref out of the project', workflow, withSchema({ $ref: '../../../../../etc/passwd' }), /:\d+:\d+ /),
  one('a $ref to the network', workflow, withSchema({ $ref: 'http://127.0.0.1:9/schema.json' }), /:\d+:\d+ /),
  // References
  many('profiles that go round', { 'src/profiles/a.yaml': 'extends: b\n', 'src/profiles/b.yaml': 'extends: a\n', [agent]: '---\nextends: a\nmodel: false\n---\n' }, /graph\/cycle/),
  many('60 profiles in a chain', {
    ...Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`src/profiles/p${at}.yaml`, at === 59 ? 'model: false\n' : `extends: p${at + 1}\ninstructions: hi\n`])),
    [agent]: '---\nextends: p0\n---\n',
  }),
  many('workflows that call each other', { [workflow]: 'steps: [{ id: s, workflow: v }]\n', 'src/workflows/v.yaml': 'steps: [{ id: s, workflow: w }]\n' }),
  many('30 agents that are all subagents of all', Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`src/agents/a${at}.yaml`, `model: false\ninstructions: hi\nsubagents: [${Array.from({ length: 30 }, (_, other) => `a${other}`).filter((name) => name !== `a${at}`).join(', ')}]\n`]))),
  // Bytes
  one('NUL bytes', workflow, `steps:\n  - id: "a\0b"\n    log: "\0"\n\0\0\0`, /:\d+:\d+ /),
  one('a file of NUL bytes', workflow, Buffer.alloc(100_000)),
  one('bytes that are no UTF-8', workflow, Buffer.from([0x73, 0xff, 0xfe, 0x80, 0xc0]), /source\/unreadable/),
  one('UTF-16 with its mark', workflow, Buffer.from(`\ufeff${step}`, 'utf16le'), /source\/unreadable/),
  one('UTF-16 without a mark', workflow, Buffer.from(step, 'utf16le'), /:\d+:\d+ |unreadable/),
  one('a byte order mark', workflow, `\ufeff${step}`),
  one('byte order marks everywhere', workflow, `\ufeff\ufeff${step}\ufeff`),
  one('a byte order mark before front matter', agent, '\ufeff---\nmodel: false\n---\nhi\n'),
  one('lone surrogates', workflow, 'steps:\n  - { id: s, log: "\\uD800 \\uDFFF" }\n'),
  one('line ends of old Macs', workflow, 'steps:\r  - id: s\r    log: hi\r'),
  one('line ends of old Macs around front matter', agent, '---\rmodel: false\r---\rhi\r'),
  one('line ends of all sorts', workflow, 'steps:\r\n  - id: s\n    log: hi\r\n\u2028\u2029\u0085'),
  one('control characters and directions', workflow, 'steps:\n  - { id: s, log: "\u202e\u0007\u001b[31m" }\n  - { id: "\u202es", log: hi }\n', /:\d+:\d+ /),
  one('a binary file in place of a spec', workflow, Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 7919) % 256)), /source\/unreadable|yaml\//),
  one('an empty file', workflow, '', /schema\/missing-key/),
  one('an empty agent', agent, ''),
  one('only a line end', 'engine.yaml', '\n'),
  // Files and folders
  {
    title: 'links that go round',
    write: (folder) => {
      mkdirSync(join(folder, 'src/workflows/a'), { recursive: true });
      symlinkSync('..', join(folder, 'src/workflows/a/b'));
      symlinkSync('../workflows', join(folder, 'src/agents'));
      symlinkSync('.', join(folder, 'src/src'));
      symlinkSync('self.yaml', join(folder, 'src/workflows/self.yaml'));
      put(folder, workflow, step);
    },
  },
  {
    title: 'a link to a file of the system',
    write: (folder) => {
      mkdirSync(join(folder, 'src/workflows'), { recursive: true });
      symlinkSync('/etc/passwd', join(folder, workflow));
      symlinkSync('/', join(folder, 'src/tools'));
      symlinkSync('/dev/zero', join(folder, 'engine.yaml'));
      symlinkSync('/dev/zero', join(folder, 'AGENTS.md'));
    },
    finds: /outside/,
  },
  {
    title: 'pipes in the place of specs',
    write: (folder) => {
      for (const file of [workflow, 'partials/p.hbs', 'AGENTS.md', 'schemas/s.yaml', '.agents/skills/s/SKILL.md', '.agents/skills/t/references/x.md', 'loose.yaml']) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        execFileSync('mkfifo', [join(folder, file)]);
      }
      put(folder, '.agents/skills/t/SKILL.md', '---\nname: t\ndescription: hi\n---\n');
    },
    finds: /not a file/,
  },
  {
    title: 'a pipe in the place of the config',
    write: (folder) => execFileSync('mkfifo', [join(folder, 'engine.yaml')]),
    finds: /not a file/,
  },
  {
    title: 'folders in the place of files',
    write: (folder) => {
      for (const file of [workflow, 'engine.yaml', 'AGENTS.md', '.agents/skills/s/SKILL.md', 'partials/p.hbs', 'package.json'])
        mkdirSync(join(folder, file), { recursive: true });
    },
  },
  {
    title: 'files in the place of folders',
    write: (folder) => {
      for (const file of ['src/workflows', 'agents', '.agents', 'schemas', 'partials']) put(folder, file, 'x');
    },
  },
  {
    title: 'a file and a folder that may not be read',
    write: (folder) => {
      put(folder, workflow, step);
      put(folder, 'src/agents/a.md', 'hi');
      chmodSync(join(folder, workflow), 0);
      chmodSync(join(folder, 'src/agents'), 0);
    },
    ...(process.getuid?.() === 0 ? {} : { finds: /may not be read/ }),
  },
  {
    title: '10000 files in one folder',
    write: (folder) => {
      mkdirSync(join(folder, 'src/workflows'), { recursive: true });
      for (let at = 0; at < 10_000; at += 1) writeFileSync(join(folder, `src/workflows/notes${at}.txt`), '');
    },
    finds: /ignored-file/,
  },
  {
    title: 'folders 60 deep',
    write: (folder) => put(folder, `src/workflows/${'d/'.repeat(60)}w.yaml`, step),
  },
  many('odd file names', {
    'src/workflows/a\nb.yaml': step,
    'src/workflows/a:b.yaml': step,
    'src/workflows/a b.yaml': step,
    'src/workflows/-rf.yaml': step,
    'src/workflows/\u001b[31mred.yaml': step,
    'src/workflows/%2e%2e.yaml': step,
    'src/workflows/..yaml': step,
    'src/workflows/.yaml': step,
    'src/workflows/c\\d.yaml': step,
  }, /bad-name/),
  one('a very long name', `src/workflows/${'n'.repeat(240)}.yaml`, step, /bad-name/),
];
