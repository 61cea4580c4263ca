import { lstatSync, readlinkSync } from 'node:fs';
import type { Bubblewrap } from './can-isolate.ts';

/** What a command sees of this machine besides the system. */
export interface BwrapOrder {
  /** Whether it shares the network of this machine. */
  readonly network: boolean;
  /** In this order: a later one may lie inside an earlier one. No `from`: a file system in memory. */
  readonly binds: readonly { readonly from?: string; readonly to: string; readonly write: boolean }[];
  readonly cwd: string;
}

/**
 * The arguments of bubblewrap for one command: namespaces of its own for processes, mounts, users, names and messages between processes,
 * a read-only system without the files of this machine's users and services, no capabilities, no terminal. Everything ends with the engine.
 */
export function bwrapArguments({ isRecent }: Bubblewrap, order: BwrapOrder): string[] {
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(order.network ? [] : ['--unshare-net']),
    ...(isRecent ? ['--disable-userns'] : []),
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...['--uid', '1000', '--gid', '1000', '--hostname', 'sandbox'],
    ...system.flatMap(systemFolder),
    ...[...readable, ...(order.network ? readableForNetwork : [])].flatMap((path) => [
      '--ro-bind-try',
      path,
      path,
    ]),
    ...['--proc', '/proc', '--dev', '/dev', '--remount-ro', '/dev'],
    ...(isRecent ? ['--size', String(sharedBytes)] : []),
    ...['--tmpfs', '/dev/shm'],
    ...order.binds.flatMap(({ from, to, write }) =>
      from === undefined
        ? ['--tmpfs', to, ...(write ? [] : ['--remount-ro', to])]
        : [write ? '--bind' : '--ro-bind', from, to],
    ),
    ...['--remount-ro', '/', '--chdir', order.cwd],
  ];
}

/** Memory that processes may share by name. */
const sharedBytes = 64 * 1024 * 1024;

const system = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** Files of the system that programs need and that say nothing of this machine. */
const readable = [
  ...['/etc/alternatives', '/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/localtime'],
  ...['/etc/mime.types', '/etc/magic', '/etc/ssl/certs', '/etc/ssl/openssl.cnf', '/etc/ca-certificates'],
  ...['/etc/pki/tls/certs', '/etc/pki/ca-trust', '/nix/store'],
];

const readableForNetwork = ['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf', '/etc/services'];

/** Part of the system as it is on this machine: a folder, or a link to one. */
function systemFolder(path: string): string[] {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info === undefined) return [];
  return info.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}
