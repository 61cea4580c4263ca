import { createModels } from '../adapters/model/models.ts';
import type { Connections } from '../adapters/mcp/tool-servers.ts';
import { addressedElsewhere } from '../adapters/model/provider-key.ts';
import { createToolSource } from '../adapters/tools/tool-source.ts';
import type { EngineOptions } from '../api.ts';
import { createDescribeCode } from '../code/code-agents.ts';
import { createCodeLoader } from '../code/code-loader.ts';
import { openCodeWorkflow } from '../code/code-workflows.ts';
import { readSkill } from '../code/read-skill.ts';
import type { Secrets } from '../ports/secrets.ts';
import { describeOperation } from '../link/index.ts';
import { knownModel } from '../program/known-model.ts';
import type { ModelCapabilities } from '../program/model-facts.ts';
import type { ModelChoice } from '../program/model.ts';
import type { Program } from '../program/program.ts';
import type { SessionPorts } from '../session/index.ts';
import type { Tape } from './tape.ts';
import { openSecrets, requireSecrets } from './secrets.ts';
import type { Versions } from '../runs/versions.ts';

/** The ports that belong to one Program, or to the one engine. */
type OfProgram =
  | 'program'
  | 'specs'
  | 'version'
  | 'described'
  | 'codeOf'
  | 'readSkill'
  | 'secrets'
  | 'env'
  | 'models'
  | 'tools'
  | 'servers';

/** Makes what a Program works with, and the same for stored versions of it, each once. `learn` is told their secrets. */
export function createPortsOf(
  options: EngineOptions,
  shared: Omit<SessionPorts, OfProgram>,
  {
    versions,
    learn,
    onTape,
    connections,
  }: {
    readonly versions: Versions;
    readonly learn: (secrets: readonly string[]) => void;
    readonly onTape: Tape;
    readonly connections: Connections;
  },
): (program: Program, specs: string | undefined, secrets: Secrets) => SessionPorts {
  const processEnv = options.env ?? process.env;
  const loader = createCodeLoader();
  const describe = createDescribeCode(loader);
  const older = new Map<string, SessionPorts>();
  const version = async (specs: string): Promise<SessionPorts> => {
    const program = await versions.programOf(specs);
    const known = older.get(specs);
    if (known !== undefined) return known;
    const secrets = await openSecrets(program, options);
    requireSecrets(program, secrets, options);
    learn(secrets.values());
    const made = older.get(specs) ?? portsOf(program, specs, secrets);
    older.set(specs, made);
    return made;
  };
  const portsOf = (program: Program, specs: string | undefined, secrets: Secrets): SessionPorts => {
    const { settings, providers, scripts } = program;
    const { clock } = shared;
    const env = pick(processEnv, settings.env);
    const servers =
      options.ports?.servers ??
      connections.servers({ env, secrets, processEnv: { ...process.env, ...processEnv } });
    const can = (model: ModelChoice): ModelCapabilities => knownModel(model, program).capabilities ?? {};
    const ports: SessionPorts = {
      ...shared,
      program,
      specs,
      version,
      secrets,
      env,
      models: onTape(
        options.ports?.models ?? createModels({ providers, scripts, secrets, env, processEnv, clock, can }),
        (value) => shared.redact.json(value),
      ),
      elsewhere: addressedElsewhere(processEnv),
      servers,
      tools: options.ports?.tools ?? createToolSource({ env, readOperation: describeOperation, servers }),
      readSkill,
      codeOf: (workflow) => openCodeWorkflow(loader, program, workflow),
      async described(agent, context) {
        const own = await describe(program, agent, { ...context, agent: agent.name, env });
        // What it said is kept with the work that starts on it, which ends on it without asking again.
        return { ...ports, program: own, specs: await versions.keep(own) };
      },
    };
    return ports;
  };
  return portsOf;
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
