import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { failureOf } from '../engine/kit.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';

const root = process.env['ENGINE_OPTIONAL'] ?? '';

const project = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': `replies:
  - match: { turn: 1 }
    toolCalls: [{ tool: run_code, input: { code: "\${{ text }}" } }]
default: { text: "{{json result}}" }
`,
  'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\n',
  'src/agents/a.md': '---\ndescription: A.\ncode: monty\nsandbox: box\n---\n\nYou are A.\n',
  'src/tools/note.ts': `import { appendFileSync, writeSync } from 'node:fs';
export default {
  description: 'Notes.',
  inputSchema: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } },
  async run({ n }) {
    appendFileSync(process.env.WITNESS, n + '\\n');
    if (process.env.HOLD === String(n)) {
      writeSync(1, JSON.stringify({ holding: n }) + '\\n');
      await new Promise(() => setInterval(() => undefined, 60_000));
    }
    return n * 10;
  },
};`,
  'src/workflows/notes.yaml': `steps:
  - id: all
    tools: [note]
    code: |
      print("starting")
      seen = {}
      for n in range(5):
        seen[n] = note(n)
      sum(seen.values())
output: '\${{ steps.all.output }}'
`,
  'src/workflows/greedy.yaml': `inputSchema: { type: string }
steps:
  - { id: a, code: '"x" * 2000000', limits: { memoryMb: 1 }, catch: [{ on: [tool_failed], steps: [{ id: b, set: { why: '\${{ error.message }}' } }] }] }
  - { id: c, code: 'while True: pass', limits: { time: 300ms }, catch: [{ on: [timeout], steps: [{ id: d, set: { why: '\${{ error.message }}' } }] }] }
  - { id: e, timeout: 500ms, code: 'while True: pass', limits: { time: 1m }, catch: [{ on: [timeout], steps: [{ id: f, set: { why: ended } }] }] }
output: ['\${{ steps.a.output.why }}', '\${{ steps.c.output.why }}', '\${{ steps.e.output.why }}']
`,
};

describe('Python in an engine', function () {
  this.timeout(60_000);
  let folder: string;
  let witness: string;
  let path: string;
  let engine: Engine | undefined;

  beforeEach(() => {
    folder = projectOf(project);
    mkdirSync(join(folder, 'node_modules/@pydantic'), { recursive: true });
    symlinkSync(join(root, 'node_modules/@pydantic/monty'), join(folder, 'node_modules/@pydantic/monty'));
    const place = temporaryFolder();
    witness = join(place, 'witness');
    path = join(place, 'engine.sqlite');
    process.env['WITNESS'] = witness;
  });
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
    delete process.env['WITNESS'];
  });

  it('a step that is killed between two calls goes on, and repeats only the call that was at work', async () => {
    const child = spawn(
      process.execPath,
      [
        '--import=tsx/esm',
        fileURLToPath(new URL('../engine/child.ts', import.meta.url)),
        ...[folder, path, 'run', 'notes', '{}'],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, HOLD: '3' } },
    );
    const exited = new Promise((resolve) => child.once('exit', resolve));
    for await (const line of createInterface({ input: child.stdout }))
      if ('holding' in (JSON.parse(line) as object)) child.kill('SIGKILL');
    await exited;
    engine = await createEngine({ project: folder, store: await openSqliteStore({ path }) });
    const [run] = await engine.runs.list();
    const { output, error } = await engine.runs.wait(run?.runId ?? '');
    expect([output, error]).to.deep.equal([100, undefined]);
    expect(readFileSync(witness, 'utf8').trim().split('\n')).to.deep.equal(['0', '1', '2', '3', '3', '4']);
  });

  it('the limits of a step hold, and its timeout', async () => {
    engine = await createEngine({ project: folder, store: 'memory' });
    const { output } = await engine.workflows.run('greedy', 'x');
    const [memory, ...others] = output as string[];
    expect(memory).to.match(/^MemoryError: memory limit exceeded.* \(line 1, column 1/);
    expect(others).to.deep.equal(['the code computed for longer than 300ms', 'ended']);
  });

  it('a model reads, writes and fails with it', async () => {
    engine = await createEngine({ project: folder, store: 'memory' });
    const { agents } = engine;
    const ask = async (code: string): Promise<string> =>
      (await agents.session('a', code.length.toString()).prompt(code)).text;
    expect(await ask('write_file("a.txt", "4"); int(read_file("a.txt")) * 2')).to.contain('8');
    expect(await ask('open("/etc/passwd")')).to.contain('PermissionError');
    expect(await ask('read_file("/etc/passwd")')).to.match(/PermissionError|OSError/);
    expect(await ask('read_file("../../../../../etc/passwd") ')).to.match(/PermissionError|OSError/);
  });

  it('nothing of the environment of the engine is in the processes, and none is left after it', async () => {
    process.env['CANARY'] = 'a-secret-of-the-engine';
    engine = await createEngine({ project: folder, store: 'memory' });
    const session = engine.agents.session('a', 'x');
    const stop = new AbortController();
    const running = failureOf(
      session.runCode('while True: pass', { timeoutMs: 120_000, signal: stop.signal }),
    );
    const ours = await interpreters();
    expect(ours).to.not.deep.equal([]);
    for (const pid of ours) {
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).to.not.contain('a-secret');
      expect(
        openFiles(pid).filter((file) => file.startsWith(folder) || file.includes('.sqlite')),
      ).to.deep.equal([]);
    }
    stop.abort();
    expect((await running).type).to.equal('aborted');
    delete process.env['CANARY'];
    await engine.close();
    engine = undefined;
    while ((await interpreters(0)).length > 0) await new Promise((next) => setTimeout(next, 20));
  });
});

/** The processes of code that this one has started, waiting for one at least. */
async function interpreters(atLeast = 1): Promise<string[]> {
  for (;;) {
    const found = readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
        const isOurs = stat[1] === String(process.pid) && stat[0] !== 'Z';
        return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('interpreter');
      } catch {
        return false;
      }
    });
    if (found.length >= atLeast) return found;
    await new Promise((next) => setTimeout(next, 20));
  }
}

function openFiles(pid: string): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}
