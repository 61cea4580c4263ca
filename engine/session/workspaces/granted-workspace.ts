import { Problem } from '../../core/problem.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { Grants } from './grants.ts';
import type { SessionPorts } from '../ports.ts';
import type { Workspace } from './workspace.ts';

/**
 * The workspace as one call sees it: its commands may run there too, and find its secrets in their environment. Nobody else's view
 * changes, whoever works in it meanwhile. Throws Problem `missing_secret` for one that is not set.
 */
export function grantedWorkspace(
  { secrets }: Pick<SessionPorts, 'secrets'>,
  workspace: Workspace,
  grants: Pick<Grants, 'commands' | 'secrets'>,
): Workspace {
  if (grants.commands.length === 0 && grants.secrets.length === 0) return workspace;
  const env = Object.fromEntries(
    grants.secrets.map((name) => {
      const value = secrets.get(name);
      if (value === undefined) throw new Problem('missing_secret', `the secret "${name}" is not set`);
      return [name, value];
    }),
  );
  const { common } = workspace;
  return {
    ...workspace,
    ...(common === undefined ? {} : { common: grantedWorkspace({ secrets }, common, grants) }),
    open: async () => withEnv(await workspace.open(), env, grants.commands),
  };
}

/** A sandbox whose commands find more in their environment, and may be more than its own. */
export function withEnv(
  sandbox: Sandbox,
  env: Readonly<Record<string, string>>,
  commands: readonly string[] = [],
): Sandbox {
  return {
    spec: sandbox.spec,
    readFile: (path) => sandbox.readFile(path),
    writeFile: (path, content) => sandbox.writeFile(path, content),
    stat: (path) => sandbox.stat(path),
    list: (path) => sandbox.list(path),
    makeFolder: (path) => sandbox.makeFolder(path),
    remove: (path, options) => sandbox.remove(path, options),
    resolve: (path) => sandbox.resolve(path),
    restricted: (view) => withEnv(sandbox.restricted(view), env, commands),
    exec: (command, options = {}) =>
      sandbox.exec(command, {
        ...options,
        env: { ...env, ...options.env },
        commands: [...commands, ...(options.commands ?? [])],
      }),
    get asleep() {
      return sandbox.asleep ?? false;
    },
    get dirty() {
      return sandbox.dirty;
    },
    snapshot: () => sandbox.snapshot(),
    close: () => sandbox.close(),
  };
}
