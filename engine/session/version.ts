import type { Execution } from '../ports/store.ts';
import type { SessionPorts } from './ports.ts';

/**
 * What an execution works with: the loaded project while its spec is the one it was admitted on, else the version that was stored
 * with it. One of before versions were stored gets the loaded project. Throws Problem `spec_changed`.
 */
export async function versionOf(
  engine: Pick<SessionPorts, 'now'>,
  { kind, name, hash, specs }: Execution,
): Promise<SessionPorts> {
  const ports = engine.now();
  const { agents, workflows } = ports.program;
  const all: Readonly<Record<string, { readonly hash: string }>> = kind === 'run' ? workflows : agents;
  const now = Object.hasOwn(all, name) ? all[name] : undefined;
  if (now?.hash === hash || specs === undefined || specs === ports.specs) return ports;
  return ports.version(specs);
}
