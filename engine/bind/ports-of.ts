import { createModels } from '../adapters/model/models.ts';
import type { Connections } from '../adapters/mcp/tool-servers.ts';
import { addressedElsewhere } from '../adapters/model/provider-key.ts';
import { createToolSource } from '../adapters/tools/tool-source.ts';
import type { EngineOptions } from '../api.ts';
import { openCodeWorkflow } from '../code/code-workflows.ts';
import { readSkill } from '../code/read-skill.ts';
import { describeOperation } from '../link/index.ts';
import { knownModel } from '../program/known-model.ts';
import type { ModelCapabilities } from '../program/model-facts.ts';
import type { ModelChoice } from '../program/model.ts';
import type { Program } from '../program/program.ts';
import type { SessionPorts } from '../session/index.ts';
import type { Bound } from './bind-program.ts';
import type { ProjectCode } from './project-code.ts';
import type { Tape } from './tape.ts';
import { openSecrets, secretsOfEarlier } from './secrets.ts';
import type { Versions } from '../runs/versions.ts';
import type { Outgoing } from '../ports/telemetry.ts';

/** The ports that belong to one Program, or to the one engine. */
type OfProgram =
  | keyof Bound
  | 'program'
  | 'now'
  | 'specs'
  | 'version'
  | 'described'
  | 'codeOf'
  | 'readSkill'
  | 'env'
  | 'models'
  | 'tools'
  | 'servers';

/** Most versions that are kept linked. */
const mostKept = 16;

/** Makes the ports of a Program. Work on stored versions of it finds what was bound, and the code that was imported, last. */
export type PortsOf = (
  program: Program,
  specs: string | undefined,
  bound: Bound,
  code: ProjectCode,
) => SessionPorts;

/** Makes what a Program works with, and the same for stored versions of it, each once. `learn` is told their secrets. */
export function createPortsOf(
  options: EngineOptions,
  shared: Omit<SessionPorts, OfProgram>,
  {
    versions,
    learn,
    onTape,
    connections,
    outgoing,
  }: {
    readonly versions: Versions;
    readonly learn: (secrets: readonly string[]) => void;
    readonly onTape: Tape;
    readonly connections: Connections;
    readonly outgoing: Outgoing | undefined;
  },
): PortsOf {
  const processEnv = options.env ?? process.env;
  let last: { readonly bound: Bound; readonly code: ProjectCode } | undefined;
  const older = new Map<string, SessionPorts>();
  const version = async (specs: string): Promise<SessionPorts> => {
    const known = older.get(specs);
    if (known !== undefined) return known;
    const program = await versions.programOf(specs);
    const secrets = secretsOfEarlier(program, await openSecrets(program, options), options);
    learn(secrets.values());
    if (last === undefined) throw new Error('no Program was bound');
    const made = older.get(specs) ?? portsFor(program, specs, { ...last.bound, secrets }, last.code);
    keep(specs, made);
    return made;
  };
  const keep = (specs: string, ports: SessionPorts): void => {
    older.delete(specs);
    older.set(specs, ports);
    for (const [oldest] of older) if (older.size > mostKept) older.delete(oldest);
  };
  const portsFor: PortsOf = (program, specs, bound, { loader, tools, describe }) => {
    const { secrets } = bound;
    const { settings, providers, scripts } = program;
    const { clock } = shared;
    const env = pick(processEnv, settings.env);
    const servers =
      options.ports?.servers ??
      connections.servers({ env, secrets, processEnv: { ...process.env, ...processEnv } });
    const can = (model: ModelChoice): ModelCapabilities => knownModel(model, program).capabilities ?? {};
    const ports: SessionPorts = {
      ...shared,
      ...bound,
      now: () => ports,
      program,
      specs,
      version,
      env,
      models: onTape(
        options.ports?.models ??
          createModels({ providers, scripts, secrets, env, processEnv, clock, can, outgoing }),
        (value) => shared.redact.json(value),
      ),
      elsewhere: addressedElsewhere(processEnv),
      servers,
      tools:
        options.ports?.tools ??
        createToolSource({ env, readOperation: describeOperation, servers, loader: tools, outgoing }),
      readSkill,
      codeOf: (workflow) => openCodeWorkflow(loader, program, workflow),
      async described(agent, context) {
        const own = await describe(program, agent, { ...context, agent: agent.name, env });
        // What it said is kept with the work that starts on it, which ends on it without asking again.
        const specs = await versions.keep(own);
        const declared: SessionPorts = { ...ports, program: own, specs, now: () => declared };
        return declared;
      },
    };
    return ports;
  };
  return (program, specs, bound, code) => {
    last = { bound, code };
    const made = portsFor(program, specs, bound, code);
    // What was accepted on it ends on it, when another Program has taken its place too.
    if (specs !== undefined) keep(specs, made);
    return made;
  };
}

function pick(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
