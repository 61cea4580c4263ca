import type { Engine } from '../api.ts';
import type { Address } from '../server/index.ts';
import type { Terminal } from './terminal.ts';

/** Says what is served, and where: lines for people, or with `json` a line of the type `listening`. */
export function announce(
  { program }: Engine,
  address: Address,
  { json }: { readonly json?: boolean },
  { out }: Terminal,
): void {
  const agents = Object.keys(program.agents);
  const workflows = Object.keys(program.workflows);
  const channels = Object.keys(program.channels);
  const schedules = Object.values(program.schedules).filter(({ enabled }) => enabled);
  if (json === true) {
    const names = { agents, workflows, channels, schedules: schedules.map(({ name }) => name) };
    return out.line(JSON.stringify({ type: 'listening', ...address, pid: process.pid, ...names }));
  }
  const { bold, cyan, dim } = out.colors;
  out.line(`${bold(program.name)} is served at ${cyan(address.url)}`);
  for (const name of agents)
    out.line(`  agent     ${name} ${dim(`POST ${address.url}/agents/${name}/<instance>`)}`);
  for (const name of workflows)
    out.line(`  workflow  ${name} ${dim(`POST ${address.url}/workflows/${name}`)}`);
  for (const name of channels) out.line(`  channel   ${name} ${dim(`POST ${address.url}/channels/${name}`)}`);
  for (const { name, cron, timezone, target } of schedules)
    out.line(
      `  schedule  ${name} ${dim(`${cron} (${timezone}) ${target.kind} ${target.kind === 'agent' ? target.agent : target.workflow}`)}`,
    );
  for (const name of boundless(program))
    out.line(
      `  sandbox   ${name} ${dim('type local is no boundary: its commands run as you, on this machine')}`,
    );
  if (agents.length + workflows.length === 0)
    out.line('  no agents and no workflows; put them in src/agents and src/workflows');
  out.line(dim(`  described at ${address.url}/openapi.json`));
}

/** Sandboxes in use whose commands nothing holds back. */
function boundless({ agents, delegates, workflows }: Engine['program']): string[] {
  const used = [...Object.values(agents), ...Object.values(delegates), ...Object.values(workflows)];
  const found = used.flatMap(({ sandbox }) =>
    sandbox.type === 'local' && sandbox.shell ? [sandbox.name] : [],
  );
  return [...new Set(found)];
}
