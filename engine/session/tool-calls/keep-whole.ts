import type { Agent } from '../../program/agent.ts';
import type { Workspace } from '../workspaces/workspace.ts';

/** Keeps a result that is too long to be shown where the model can read it, and says where. */
export type KeepWhole = (text: string, callKey: string) => Promise<string | undefined>;

/** Folder of the workspace for results that were too long. */
const folder = 'tool-results';

/**
 * How an agent's results are kept: as files of its workspace, which it can read. Undefined where it cannot read any, or may write
 * none; what does not fit there is not kept.
 */
export function keepWholeIn(workspace: Workspace, agent: Agent, operationId: string): KeepWhole | undefined {
  const { type, write } = workspace.spec;
  if (type === 'none' || !write || !agent.builtins.includes('read')) return undefined;
  return async (text, callKey) => {
    const name = `${operationId}-${callKey}`.replaceAll(/[^A-Za-z0-9_-]/g, '_');
    const path = `${folder}/${name}.txt`;
    try {
      const sandbox = await workspace.open();
      await sandbox.makeFolder(folder);
      await sandbox.writeFile(path, text);
      await workspace.save();
      return path;
    } catch {
      return undefined;
    }
  };
}
