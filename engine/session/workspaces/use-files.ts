import type { SessionAddress } from '../../core/ids.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { Agent } from '../../program/agent.ts';
import { checkAddress } from '../address.ts';
import type { LiveSessions } from '../live-sessions.ts';

/** Does something with the files that a session works with. */
export type UseFiles = <T>(
  agent: Agent,
  address: SessionAddress,
  use: (sandbox: Sandbox) => Promise<T>,
) => Promise<T>;

/** Opens the workspace of a session's instance for a while. What was written is stored when this resolves. */
export async function withFiles<T>(
  live: LiveSessions,
  agent: Agent,
  address: SessionAddress,
  use: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  checkAddress(address);
  const workspace = live.workspace(agent, address);
  const letGo = live.hold(address);
  try {
    try {
      return await use(await workspace.open());
    } finally {
      await workspace.save();
    }
  } finally {
    letGo();
    await live.trim();
  }
}
