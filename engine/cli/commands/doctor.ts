import { resolve } from 'node:path';
import { examineStore, type StoreReport } from '../../adapters/store/examine.ts';
import { salvageStore, type Salvaged } from '../../adapters/store/salvage.ts';
import { analyze } from '../../compile.ts';
import { exitCodes } from '../exit-codes.ts';
import { count } from '../report/summary.ts';
import { table } from '../report/table.ts';
import { printable, type Terminal } from '../terminal.ts';

/** Options of `engine doctor`. */
export interface DoctorOptions {
  readonly project: string;
  readonly store?: string;
  readonly salvage?: string;
  readonly json?: boolean;
}

/**
 * Says how a store is, without changing it, and copies what can be read when asked to. Exit code 1 when something is wrong with it.
 * The project itself may have errors.
 */
export async function doctor(options: DoctorOptions, terminal: Terminal): Promise<number> {
  const { out, err } = terminal;
  const settings = options.store === undefined ? (await analyze(options.project)).draft.settings : undefined;
  if (settings?.store.type === 'memory') {
    err.line('the store is in memory (store.type in engine.yaml); there is no file to look at');
    return exitCodes.ok;
  }
  const report = await examineStore(resolve(options.store ?? settings?.store.path ?? ''));
  const findings = findingsOf(report);
  const salvaged =
    options.salvage === undefined ? undefined : await salvageStore(report.path, resolve(options.salvage));
  if (options.json === true)
    out.line(
      JSON.stringify(
        { ok: findings.length === 0, findings, ...report, ...(salvaged && { salvaged }) },
        null,
        2,
      ),
    );
  else {
    out.line(describe(report));
    for (const finding of findings) out.line(`${out.colors.red('wrong:')} ${printable(finding)}`);
    if (salvaged !== undefined) out.line(savedText(salvaged, options.salvage ?? ''));
    else if (isDamaged(report)) out.line(adviceOf(report));
    if (findings.length === 0) out.line(out.colors.green('nothing is wrong with it'));
  }
  return findings.length === 0 ? exitCodes.ok : exitCodes.failed;
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
  const open = ['queued', 'running', 'waiting']
    .map((state) => `${executions[state] ?? 0} ${state}`)
    .join(', ');
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
