import { mkdirSync, existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A group of processes whose number and memory the kernel bounds. */
export interface ControlGroup {
  /** Files that take the id of a process to put it, and what it starts, into the group. */
  readonly members: readonly string[];
  /** Removes the group, once nothing is in it. */
  remove(): Promise<void>;
}

/** Makes a control group, where this machine lets the engine; else undefined. */
export function makeControlGroup(bounds: {
  readonly memoryMb: number;
  readonly processes: number;
}): ControlGroup | undefined {
  if (process.platform !== 'linux') return undefined;
  made += 1;
  const name = `${prefix}${process.pid}-${made}`;
  const bytes = String(bounds.memoryMb * 1024 * 1024);
  const folders: string[] = [];
  for (const [controller, limits] of [
    ['pids', { 'pids.max': String(bounds.processes) }],
    ['memory', { 'memory.max': bytes, 'memory.swap.max': '0', 'memory.limit_in_bytes': bytes }],
  ] as const) {
    const folder = places(controller)
      .map((place) => makeIn(place, name, limits))
      .find((one) => one !== undefined);
    if (folder !== undefined && !folders.includes(folder)) folders.push(folder);
  }
  if (folders.length === 0) return undefined;
  return {
    members: folders.map((folder) => `${folder}/cgroup.procs`),
    async remove() {
      // What has been ended may take a moment to be gone; what stays is removed by the next engine.
      for (let round = 0; round < 20; round += 1) {
        for (const folder of folders) attempt(() => rmdirSync(folder));
        if (!folders.some((folder) => existsSync(folder))) return;
        await pause(10);
      }
    },
  };
}

const prefix = 'flue-engine-';
let made = 0;

/** Folders in which a group with this controller may be made: beside or below the one of the engine. */
function places(controller: string): string[] {
  const mounts = linesOf('/proc/self/mounts').map((line) => line.split(' '));
  const own = linesOf('/proc/self/cgroup').map((line) => line.split(':'));
  return mounts.flatMap(([, folder = '', type = '', options = '']) => {
    const isFirst = type === 'cgroup' && options.split(',').includes(controller);
    if (!isFirst && type !== 'cgroup2') return [];
    const path = own.find(([, names = '']) =>
      isFirst ? names.split(',').includes(controller) : names === '',
    )?.[2];
    if (path === undefined) return [];
    const here = posix.join(folder, path);
    return isFirst ? [here, folder] : [here, posix.dirname(here)].filter((place) => place.startsWith(folder));
  });
}

/** The group, when it could be made there and has the controller whose limits these are. */
function makeIn(place: string, name: string, limits: Readonly<Record<string, string>>): string | undefined {
  const folder = posix.join(place, name);
  return attempt(() => {
    sweep(place);
    mkdirSync(folder);
    let isBound = false;
    for (const [file, value] of Object.entries(limits)) {
      if (!existsSync(`${folder}/${file}`)) continue;
      writeFileSync(`${folder}/${file}`, value);
      isBound = true;
    }
    if (isBound) return folder;
    rmdirSync(folder);
    return undefined;
  });
}

/** Groups of engines that are gone. */
function sweep(place: string): void {
  for (const name of readdirSync(place)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      attempt(() => {
        rmdirSync(posix.join(place, name));
      });
  }
}

function linesOf(path: string): string[] {
  return (
    attempt(() =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    ) ?? []
  );
}

function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
