import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { refreshTypes } from '../../engine/cli/project-types/refresh-types.ts';
import { projectTypes } from '../../engine/cli/project-types/project-types.ts';
import { programOf, projectOf, temporaryFolder } from '../fakes/project.ts';
import { typeFaults, type TypeFault } from '../fakes/type-faults.ts';
import { runCli } from './run-cli.ts';

const files = {
  'engine.yaml': { name: 'shop', model: 'script/clerk', models: { fast: 'script/clerk' } },
  'models/clerk.yaml': { default: { text: 'Hello' } },
  'roles/strict.md': '---\ndescription: Strict.\n---\nBe strict.\n',
  'agents/clerk.md': '---\ndescription: Answers people. */\n---\nAnswer.\n',
  'agents/order-desk.yaml': {
    description: 'Takes orders.',
    instructions: 'Take {{input.order.id}}.',
    inputSchema: {
      type: 'object',
      required: ['order'],
      properties: { order: { $ref: '#/$defs/order' }, urgent: { type: ['boolean', 'null'] } },
      $defs: {
        order: {
          type: 'object',
          required: ['id', 'size'],
          additionalProperties: false,
          properties: {
            id: { type: 'string', description: 'As it is printed.' },
            size: { enum: ['small', 'large', 3] },
            parts: { type: 'array', items: { $ref: '#/$defs/order' } },
          },
        },
      },
    },
    outputSchema: {
      oneOf: [
        { type: 'object', required: ['price'], properties: { price: { type: 'number' } } },
        { type: 'null' },
      ],
    },
  },
  'workflows/refund.yaml': {
    description: 'Pays back.',
    inputSchema: { type: 'object', required: ['orderId'], properties: { orderId: { type: 'string' } } },
    outputSchema: {
      type: 'object',
      required: ['paid', 'tags'],
      properties: {
        paid: { type: 'boolean' },
        tags: { type: 'object', additionalProperties: { type: 'integer' } },
      },
    },
    steps: [{ id: 'one', set: { paid: true, tags: {} } }],
    output: '${{ steps.one.output }}',
  },
  'workflows/tidy.yaml': { description: 'Tidies.', steps: [{ id: 'one', set: { ok: true } }] },
  'schedules/nightly.yaml': { cron: '0 3 * * *', timezone: 'UTC', workflow: 'tidy' },
};

const right = `
const { output } = await client.agents.invoke('clerk', 'i', { message: 'Hi', role: 'strict', model: 'fast' });
export const said: string = output;
const order = { id: '1', size: 'small', parts: [{ id: '2', size: 3 }] } as const;
const taken = await client.agents.invoke('order-desk', 'i', { input: { order: { id: '1', size: 'large' }, urgent: null } });
export const price: number | undefined = taken.output?.price;
const free = await client.agents.invoke('clerk', 'i', { message: 'Hi', result: { type: 'object' } });
export const json: Json = free.output;
const refund = await client.workflows.invoke('refund', { orderId: order.id }, { wait: true });
export const paid: boolean = refund.output.paid;
export const tag: number | undefined = refund.output.tags['x'];
await client.workflows.invoke('tidy');
await client.runs.list({ workflow: 'one that was removed' });
await client.schedules.trigger('nightly');
const socket = await client.agents.connect('order-desk', 'i');
export const priced: number | undefined = (await socket.prompt('Go', { input: { order: { id: '1', size: 3 } } })).output?.price;
const desk = engine.agents.session('order-desk', 'i');
const given = { input: { order: { id: '1', size: 3 } } } as const;
export const cost: number | undefined = (await desk.prompt('Hi', given)).output?.price;
export const asked: Json = (await desk.prompt('Hi', { ...given, result: { type: 'object' } })).output;
for await (const event of desk.stream('', given)) event.index;
export const embedded: string = (await engine.agents.session('clerk', 'i').prompt('Hi', { role: 'strict' })).output;
export const ran: boolean = (await engine.workflows.run('refund', { orderId: '1' })).output.paid;
await engine.dispatch('order-desk', { instance: 'i', input: { order: { id: '1', size: 'small' } } });
createServer(engine);
`;

/** Lines of which each is wrong for the project, and none where nothing is known of it. */
const wrong = [
  `await client.agents.invoke('clark', 'i', { message: 'Hi' });`,
  `await client.agents.invoke('clerk', 'i', { input: {} });`,
  `await client.agents.invoke('clerk', 'i', { message: 'Hi', role: 'stern' });`,
  `await client.agents.invoke('clerk', 'i', { message: 'Hi', model: 'slow' });`,
  `await client.agents.invoke('order-desk', 'i', { input: { order: { id: '1', size: 'huge' } } });`,
  `await client.agents.invoke('order-desk', 'i', { message: 'Hi' });`,
  `await client.agents.stream('order-desk', 'i', { input: { order: { id: '1', size: 3, colour: 'red' } } });`,
  `await client.workflows.invoke('refund', { orderID: '1' });`,
  `await client.workflows.invoke('refund', { orderId: '1', reason: 'none' }, { wait: true });`,
  `await client.schedules.trigger('nighty');`,
  `await client.agents.history('clark', 'i');`,
  `engine.agents.session('clark', 'i');`,
  `await engine.agents.session('clerk', 'i').prompt('Hi', { role: 'stern' });`,
  `await engine.agents.session('clerk', 'i').prompt('Hi', { input: {} });`,
  `await engine.agents.session('order-desk', 'i').prompt('Hi');`,
  `await engine.agents.session('order-desk', 'i').send('Hi', { role: 'strict' });`,
  `engine.agents.session('order-desk', 'i').stream('Hi', { input: { order: { id: '1' } } });`,
  `await (await client.agents.connect('order-desk', 'i')).prompt('Hi');`,
  `(await client.agents.connect('order-desk', 'i')).stream('Hi', { session: 's' });`,
  `await engine.workflows.run('refund', { orderId: 1 });`,
  `await engine.workflows.start('refunds', {});`,
  `await engine.dispatch('clark', { instance: 'i', message: 'Hi' });`,
];

/** Lines that are wrong with and without. */
const alwaysWrong = [
  `(await client.workflows.invoke('refund', { orderId: '1' }, { wait: true })).output.payed;`,
  `(await engine.workflows.run('refund', { orderId: '1' })).output.payed;`,
  `await client.agents.invoke('clerk', 'i', { mesage: 'Hi' });`,
];

describe('engine types', function () {
  this.timeout(120_000);

  it('lets the compiler find wrong names, inputs, outputs and roles, and nothing in right code', async () => {
    const text = projectTypes(await programOf(files));
    const lines = [...wrong, ...alwaysWrong];
    const faults = faultsOf({ 'engine-types.d.ts': text, 'right.ts': right, 'wrong.ts': lines.join('\n') });
    expect(faults.filter(({ file }) => file !== 'wrong.ts')).to.deep.equal([]);
    expect(found(faults, lines)).to.deep.equal(lines);
  });

  it('knows a project where it is named, without registering it', async () => {
    const text = projectTypes(await programOf(files), false);
    const named = `import type { Project } from './engine-types.d.ts';
const shop = createClient<Project>({ baseUrl: 'http://127.0.0.1:8000' });
`;
    const faults = faultsOf({
      'engine-types.d.ts': text,
      'right.ts': `${named}await shop.workflows.invoke('tidy'); await client.workflows.invoke('any');`,
      'wrong.ts': `${named}await shop.workflows.invoke('any');`,
    });
    expect(faults.map(({ file }) => file)).to.deep.equal(['wrong.ts']);
  });

  it('changes nothing for those who have no such file', () => {
    const lines = [...wrong, ...alwaysWrong];
    const faults = faultsOf({ 'wrong.ts': lines.join('\n') });
    expect(found(faults, lines)).to.deep.equal(alwaysWrong);
  });

  it('writes beside engine.yaml, elsewhere, or to stdout, and checks what is there', async () => {
    const cwd = projectOf(files);
    const engine = (...args: string[]) => runCli(['types', ...args], { cwd });
    expect((await engine('--check')).exitCode).to.equal(1);
    expect(existsSync(join(cwd, 'engine-types.d.ts'))).to.equal(false);
    expect((await engine()).stderr).to.equal('written to engine-types.d.ts\n');
    const written = readFileSync(join(cwd, 'engine-types.d.ts'), 'utf8');
    expect((await engine('--check')).exitCode).to.equal(0);
    expect((await engine('--stdout')).stdout).to.equal(written);
    const { stdout } = await engine('--out', 'web/types.d.ts', '--json');
    expect(JSON.parse(stdout)).to.deep.equal({
      file: join(cwd, 'web/types.d.ts'),
      changed: true,
      written: true,
    });
    expect(readFileSync(join(cwd, 'web/types.d.ts'), 'utf8')).to.equal(written);
    expect((await engine('--stdout', '--check')).exitCode).to.equal(2);
  });

  it('is done again by "engine dev" only where the file is there', async () => {
    const program = await programOf(files);
    expect(await refreshTypes(program)).to.equal(false);
    const file = join(program.root, 'engine-types.d.ts');
    writeFileSync(file, '');
    expect(await refreshTypes(program)).to.equal(true);
    expect(await refreshTypes(program)).to.equal(false);
    expect(readFileSync(file, 'utf8')).to.equal(projectTypes(program));
    rmSync(file);
  });
});

/** The lines in which the compiler found something. */
function found(faults: readonly TypeFault[], lines: readonly string[]): readonly string[] {
  const wrongLines = new Set(faults.filter(({ file }) => file === 'wrong.ts').map(({ line }) => line));
  // Two lines of imports and names stand before.
  return lines.filter((_, index) => wrongLines.has(index + preamble.split('\n').length - 1));
}

const preamble = `import { createClient, type Json } from 'flue-engine/client';
import { createEngine, createServer } from 'flue-engine';
const client = createClient({ baseUrl: 'http://127.0.0.1:8000' });
const engine = await createEngine();
export type Known = Json; createServer;
`;

/** What the compiler says of files beside each other. */
function faultsOf(given: Readonly<Record<string, string>>): readonly TypeFault[] {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const names = Object.entries(given).map(([name, text]) => {
    writeFileSync(join(folder, name), name.endsWith('.d.ts') ? text : preamble + text);
    return join(folder, name);
  });
  return typeFaults(names).map((fault) => ({ ...fault, file: fault.file.slice(folder.length + 1) }));
}
