import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { createCompiler } from '../../engine/compiler.ts';
import { link } from '../../engine/link/index.ts';
import { checkProject } from '../../engine/rules/index.ts';
import { loadProject, loadShipped } from '../../engine/source/index.ts';
import { validateShape } from '../../engine/validate/index.ts';

/* One measurement of a project in a process of its own: `measure.js <what> <project>` prints figures as JSON. */

type Figures = Readonly<Record<string, number | undefined>>;

const subjects: Readonly<Record<string, (project: string) => Figures | Promise<Figures>>> = {
  cold,
  floor,
  phases,
  saves,
  profile,
};
const [what = '', project = ''] = process.argv.slice(2);
console.log(JSON.stringify(await subjects[what]?.(project)));

/** CPU and wall time of some work, in milliseconds. */
async function timed(work: () => unknown): Promise<{ readonly cpu: number; readonly wall: number }> {
  const before = process.cpuUsage();
  const started = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000, wall: performance.now() - started };
}

async function cold(project: string): Promise<Figures> {
  let files = 0;
  let findings = 0;
  const time = await timed(async () => {
    const { diagnostics, sources } = await createCompiler(project).analyze();
    findings = diagnostics.length;
    files = sources.length;
  });
  return { ...time, files, findings };
}

function floor(project: string): Figures {
  const texts = yamlFiles(project).map((file) => readFileSync(file, 'utf8'));
  const before = process.cpuUsage();
  for (const text of texts) parse(text);
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000 };
}

async function phases(project: string): Promise<Figures> {
  let at = process.cpuUsage();
  const lap = (): number => {
    const { user, system } = process.cpuUsage(at);
    at = process.cpuUsage();
    return (user + system) / 1000;
  };
  const { value: loaded } = await loadProject(project);
  const load = lap();
  const sources = loaded.config === undefined ? loaded.sources : [loaded.config, ...loaded.sources];
  validateShape(sources);
  const shape = lap();
  const { value: program, facts } = link(loaded, loadShipped());
  const linking = lap();
  checkProject({ program, facts, sources }, []);
  return { load, shape, link: linking, rules: lap() };
}

/** Saves workflows, one after another, and looks at the project after each. */
async function saves(project: string): Promise<Figures> {
  const compiler = createCompiler(project);
  const { sources } = await compiler.analyze();
  const save = async (file: string, turn: number): Promise<number> => {
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(/^description: .*$/m, (line) => `${line} Again (${turn}).`),
    );
    return (await timed(() => compiler.analyze())).cpu;
  };
  const workflows = yamlFiles(join(project, 'src/workflows'));
  const times: number[] = [];
  for (let turn = 0; turn < 20; turn += 1)
    times.push(await save(workflows[(turn * 7) % workflows.length] ?? '', turn));
  const agents = [];
  for (let turn = 0; turn < 5; turn += 1)
    agents.push(await save(join(project, 'src/agents/refund-analyst.yaml'), turn));
  const nothing = (await timed(() => compiler.analyze())).cpu;
  times.sort((one, other) => one - other);
  agents.sort((one, other) => one - other);
  return { files: sources.length, median: times[10], p95: times[18], agent: agents[2], nothing };
}

async function profile(project: string): Promise<Figures> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  await createCompiler(project).analyze();
  const { profile } = await session.post('Profiler.stop');
  const root = resolve(fileURLToPath(import.meta.url), '../../..');
  const shares = new Map<string, number>();
  let all = 0;
  for (const { callFrame, hitCount = 0 } of profile.nodes) {
    const file = callFrame.url.replace(`file://${root}/`, '').replace(/\?.*$/, '');
    const name = `${callFrame.functionName || '(anonymous)'}  ${file}`;
    shares.set(name, (shares.get(name) ?? 0) + hitCount);
    all += hitCount;
  }
  const most = [...shares].sort((one, other) => other[1] - one[1]).slice(0, 25);
  return Object.fromEntries(most.map(([name, hits]) => [name, (100 * hits) / all]));
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => join(folder, file));
}
