import { isIP } from 'node:net';
import { Problem } from '../../../core/problem.ts';
import type { Sandbox as SandboxSpec } from '../../../program/sandbox.ts';

/**
 * What a service is to let through: names of hosts, and blocks of addresses; `all` where it is everything.
 * Throws Problem `invalid_project` for what no service can keep to: hosts that are denied, and ports.
 */
export function hostsOf(spec: SandboxSpec): {
  readonly all: boolean;
  readonly names: readonly string[];
  readonly blocks: readonly string[];
} {
  const { allow, deny } = spec.network;
  const odd = deny[0] ?? allow.find((host) => /:\d+$/.test(host) && isIP(host) === 0);
  if (odd !== undefined)
    throw new Problem(
      'invalid_project',
      `sandbox "${spec.name}" (${spec.type}) cannot keep to "${odd}" of "network": the service knows hosts that are allowed, without ports`,
    );
  const all = allow.includes('*');
  const hosts = all ? [] : allow;
  return {
    all,
    names: hosts.filter((host) => isIP(host) === 0),
    blocks: hosts.filter((host) => isIP(host) !== 0).map((host) => `${host}/${isIP(host) === 6 ? 128 : 32}`),
  };
}
