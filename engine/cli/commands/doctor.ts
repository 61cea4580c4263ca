import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { examineStore, type StoreReport } from '../../adapters/store/examine.ts';
import { salvageStore, type Salvaged } from '../../adapters/store/salvage.ts';
import { createEnvSecrets } from '../../adapters/secrets/env.ts';
import { analyze } from '../../compile.ts';
import { Problem } from '../../core/problem.ts';
import { openStates } from '../../core/status.ts';
import type { Program } from '../../program/program.ts';
import { envOf, type EnvFromOptions } from '../engine-options.ts';
import { exitCodes } from '../exit-codes.ts';
import { count } from '../report/summary.ts';
import { table } from '../report/table.ts';
import { printable, type Terminal } from '../terminal.ts';

/** Options of `engine doctor`. */
export interface DoctorOptions extends EnvFromOptions {
  readonly project: string;
  readonly store?: string;
  readonly salvage?: string;
  readonly json?: boolean;
}

/**
 * Says how a store is, without changing it, and copies what can be read when asked to; and which secrets are not set, by name. Exit code 1
 * when something is wrong. The project itself may have errors.
 */
export async function doctor(options: DoctorOptions, terminal: Terminal): Promise<number> {
  const { out, err } = terminal;
  const draft = options.store === undefined ? (await analyze(options.project)).draft : undefined;
  const settings = draft?.settings;
  const secrets = draft === undefined ? undefined : secretsOf(draft, options);
  if (settings?.store.type === 'memory') {
    if (options.json === true)
      out.line(JSON.stringify({ ok: secrets?.finding === undefined, secrets: secrets?.report }, null, 2));
    err.line('the store is in memory (store.type in engine.yaml); there is no file to look at');
    if (options.json !== true && secrets !== undefined) out.line(secrets.text);
    return secrets?.finding === undefined ? exitCodes.ok : exitCodes.failed;
  }
  if (options.store !== undefined && !existsSync(options.store))
    throw new Problem('invalid_request', `--store: there is no file "${options.store}"`);
  const report = await examineStore(resolve(options.store ?? settings?.store.path ?? ''));
  const findings = [...findingsOf(report), ...(secrets?.finding === undefined ? [] : [secrets.finding])];
  const salvaged =
    options.salvage === undefined ? undefined : await salvageStore(report.path, resolve(options.salvage));
  if (options.json === true)
    out.line(
      JSON.stringify(
        {
          ok: findings.length === 0,
          findings,
          ...report,
          ...(salvaged && { salvaged }),
          ...(secrets && { secrets: secrets.report }),
        },
        null,
        2,
      ),
    );
  else {
    out.line(describe(report));
    if (secrets !== undefined) out.line(secrets.text);
    for (const finding of findings) out.line(`${out.colors.red('wrong:')} ${printable(finding)}`);
    if (salvaged !== undefined) out.line(savedText(salvaged, options.salvage ?? ''));
    else if (isDamaged(report)) out.line(adviceOf(report));
    if (findings.length === 0) out.line(out.colors.green('nothing is wrong with it'));
  }
  return findings.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** Which declared secrets have no value here, by name; undefined where none are declared. */
function secretsOf(
  { settings, root }: Pick<Program, 'settings' | 'root'>,
  options: DoctorOptions,
):
  | {
      readonly text: string;
      readonly finding: string | undefined;
      readonly report: { readonly missing: readonly string[] };
    }
  | undefined {
  const declared = settings.secrets;
  const names = Object.keys(declared);
  if (names.length === 0) return undefined;
  const { env = process.env } = envOf(options);
  const values = createEnvSecrets({ declared, env, root, given: new Map() });
  const missing = names.filter((name) => !isSet(() => values.get(name)));
  const required = missing.filter((name) => declared[name]?.required === true);
  // A module may know them, which is only asked when the engine starts.
  const isAsked = settings.secretsModule === undefined;
  const list = (some: readonly string[]): string => some.map((name) => `"${name}"`).join(', ');
  const elsewhere = isAsked ? '' : ' in the environment and in files; their module is not asked here';
  return {
    text:
      missing.length === 0
        ? 'secrets      all are set'
        : `secrets      not set${elsewhere}: ${list(missing)}`,
    finding:
      isAsked && required.length > 0
        ? `required secrets are not set, and no engine starts: ${list(required)}`
        : undefined,
    report: { missing },
  };
}

function isSet(read: () => string | undefined): boolean {
  try {
    return read() !== undefined;
  } catch {
    return false;
  }
}

/** What is wrong, a sentence each. */
function findingsOf({ problem, faults, damaged, unknown, format }: StoreReport): string[] {
  const newer = `its format is ${format.version}, this engine knows ${format.known}; update the engine`;
  return [
    ...(problem === undefined ? [] : [problem.message]),
    ...(format.version > format.known ? [newer] : []),
    ...faults.map((fault) => `pages: ${fault}`),
    ...damaged.map((row) => `damaged row: ${row}`),
    ...unknown.map((one) => `left alone, because this engine does not know its kind or state: ${one}`),
  ];
}

function isDamaged({ problem, faults, damaged }: StoreReport): boolean {
  return problem?.type === 'store_corrupt' || faults.length > 0 || damaged.length > 0;
}

function describe(report: StoreReport): string {
  const { path, exists, problem, owner, bytes, format, executions, backups } = report;
  if (!exists) return `store    ${path}\n         there is no store yet`;
  const user = owner === undefined ? 'nobody' : owner === null ? 'another process' : `process ${owner}`;
  const open = openStates.map((state) => `${executions[state] ?? 0} ${state}`).join(', ');
  const older = format.version < format.known ? ' (older; brought up to date at the next start)' : '';
  const rows = [
    ['store', path],
    ['in use by', user],
    ...(problem === undefined ? [['format', `${format.version}${older}`]] : []),
    ['size', `${size(bytes.file)}, of it ${size(bytes.free)} free; log ${size(bytes.log)}`],
    ...(problem === undefined ? [['unfinished', open]] : []),
    ...backups.map((backup) => ['backup', backup]),
    ...Object.entries(report.tables).map(([name, { rows: number, bytes: room }]) => [
      name,
      `${count(number, 'row')}, ${size(room)}`,
    ]),
  ];
  return table(rows);
}

function adviceOf({ backups }: StoreReport): string {
  const copy = backups.at(-1);
  return `save what can be read with: engine doctor --salvage <new file>${copy === undefined ? '' : `\nor go back to the copy ${copy}`}`;
}

function savedText({ tables }: Salvaged, target: string): string {
  const rows = Object.entries(tables).map(([name, { saved, lost }]) => [name, String(saved), String(lost)]);
  return `${table([['TABLE', 'SAVED', 'LOST'], ...rows])}\nwritten to ${target}; name it in "store.path", or move it to the place of the old one`;
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
