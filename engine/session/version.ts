import type { Execution } from '../ports/store.ts';
import type { SessionPorts } from './ports.ts';

/**
 * What an execution works with: the loaded project while its spec is the one it was admitted on, else the version that was stored
 * with it. Of a workflow in code nobody knows what it will ask for, so that it works with nothing but the version it was admitted on. One of before versions were stored gets the loaded project. Throws Problem `spec_changed`.
 */
export async function versionOf(
  engine: Pick<SessionPorts, 'now'>,
  { kind, name, hash, specs }: Execution,
): Promise<SessionPorts> {
  const ports = engine.now();
  const { agents, workflows } = ports.program;
  if (specs === undefined || specs === ports.specs) return ports;
  const isRun = kind === 'run';
  const all: Readonly<Record<string, { readonly hash: string }>> = isRun ? workflows : agents;
  const now = Object.hasOwn(all, name) ? all[name] : undefined;
  const isCode = isRun && workflows[name]?.module !== undefined;
  return now?.hash === hash && !isCode ? ports : ports.version(specs);
}
