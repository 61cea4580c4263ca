import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transpileHere } from './validate/transpile.ts';
import { makeProject } from './validate/make-project.ts';

/*
 * What `engine validate` costs on projects of many workflows of 13 steps, in processes of their own, so that nothing is warm, and
 * as plain JavaScript, as it is published. The floor is `yaml` parsing the same files and doing nothing else. CPU times count,
 * since they do not grow when the machine is busy. `npx tsx bench/validate.ts [sizes...]`.
 */

const given = process.argv.slice(2).map(Number);
const sizes = given.length === 0 ? [10, 100, 300, 1000] : given;
const folder = mkdtempSync(join(tmpdir(), 'bench-validate-'));
try {
  const measure = transpileHere(folder);
  print(sizes, (what, project) => run(measure, what, project));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

type Figures = Readonly<Record<string, number | undefined>>;

function print(sizes: readonly number[], run: (what: string, project: string) => Figures): void {
  console.log('workflows  files   wall ms    CPU ms  floor ms  ratio   load  shape   link  rules');
  for (const size of sizes) {
    const project = join(folder, String(size));
    makeProject(project, size);
    const { wall, cpu, files, findings = 0 } = best(() => run('cold', project), 3);
    if (findings > 0) console.log(`the project of ${size} workflows has ${findings} findings`);
    const { cpu: least } = best(() => run('floor', project), 3);
    const parts = run('phases', project);
    console.log(
      [
        cell(size, 9),
        cell(files, 6),
        ...[wall, cpu, least].map((value) => cell(value, 9)),
        `${((cpu ?? 0) / (least ?? 1)).toFixed(1)}×`.padStart(6),
        ...['load', 'shape', 'link', 'rules'].map((name) => cell(parts[name], 6)),
      ].join(' '),
    );
  }
  console.log('\nworkflows  files  one save, CPU ms: median   p95   of an agent   nothing changed');
  for (const size of [16, ...sizes.filter((one) => one >= 100 && one <= 300)]) {
    const project = join(folder, `save-${size}`);
    makeProject(project, size);
    const { files, median, p95, agent, nothing } = run('saves', project);
    console.log(
      `${cell(size, 9)} ${cell(files, 6)} ${cell(median, 26)} ${cell(p95, 5)} ${cell(agent, 13)} ${cell(nothing, 17)}`,
    );
  }
  const largest = join(folder, String(sizes.filter((size) => size <= 300).at(-1) ?? sizes[0]));
  console.log('\nwhere the time goes (own time, share of the samples):');
  for (const [name, share] of Object.entries(run('profile', largest)))
    console.log(`  ${(share ?? 0).toFixed(1).padStart(5)} %  ${name}`);
}

function run(measure: string, what: string, project: string): Figures {
  const { stdout, stderr, status } = spawnSync(process.execPath, [measure, what, project], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Figures;
}

function best(measure: () => Figures, times: number): Figures {
  const all = Array.from({ length: times }, measure).sort(
    (one, other) => (one['cpu'] ?? 0) - (other['cpu'] ?? 0),
  );
  return all[0] ?? {};
}

function cell(value: number | undefined, width: number): string {
  return (value === undefined ? '-' : value.toFixed(0)).padStart(width);
}
