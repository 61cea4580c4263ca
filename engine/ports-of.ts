import { createModels } from './adapters/model/models.ts';
import { addressedElsewhere } from './adapters/model/provider-key.ts';
import { createEnvSecrets } from './adapters/secrets/env.ts';
import { createToolSource } from './adapters/tools/tool-source.ts';
import type { EngineOptions } from './api.ts';
import { createDescribeCode } from './code-agents.ts';
import { createCodeLoader } from './code-loader.ts';
import { openCodeWorkflow } from './code-workflows.ts';
import { readSkill } from './read-skill.ts';
import { Problem } from './core/problem.ts';
import type { Secrets } from './ports/secrets.ts';
import { describeOperation } from './link/index.ts';
import { knownModel } from './program/known-model.ts';
import type { ModelCapabilities } from './program/model-facts.ts';
import type { ModelChoice } from './program/model.ts';
import type { Program } from './program/program.ts';
import type { SessionPorts } from './session/index.ts';
import type { Tape } from './tape.ts';
import type { Versions } from './versions.ts';

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
  | 'tools';

/** Makes what a Program works with, and the same for stored versions of it, each once. `learn` is told their secrets. */
export function createPortsOf(
  options: EngineOptions,
  shared: Omit<SessionPorts, OfProgram>,
  {
    versions,
    learn,
    onTape,
  }: {
    readonly versions: Versions;
    readonly learn: (secrets: readonly string[]) => void;
    readonly onTape: Tape;
  },
): (program: Program, specs: string | undefined) => SessionPorts {
  const processEnv = options.env ?? process.env;
  const loader = createCodeLoader();
  const describe = createDescribeCode(loader);
  const older = new Map<string, SessionPorts>();
  const version = async (specs: string): Promise<SessionPorts> => {
    const program = await versions.programOf(specs);
    const made = older.get(specs) ?? portsOf(program, specs);
    requireSecrets(program, made.secrets, options);
    learn(made.secrets.values());
    older.set(specs, made);
    return made;
  };
  const portsOf = (program: Program, specs: string | undefined): SessionPorts => {
    const { settings, providers, scripts } = program;
    const { clock } = shared;
    const secrets = secretsOf(program, options);
    const env = pick(processEnv, settings.env);
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
      tools: options.ports?.tools ?? createToolSource({ env, readOperation: describeOperation }),
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

/** The secrets that a Program declares. */
export function secretsOf({ settings, root }: Program, { env = process.env, ports }: EngineOptions): Secrets {
  return ports?.secrets ?? createEnvSecrets({ declared: settings.secrets, env, root });
}

/**
 * Work that needs a required secret would fail much later and far away; the keys of providers are not needed for a replay.
 * Throws Problem `missing_secret`.
 */
export function requireSecrets(
  program: Program,
  secrets: Secrets,
  { replay }: Pick<EngineOptions, 'replay'>,
): void {
  for (const [name, { required, env, file }] of Object.entries(program.settings.secrets)) {
    if (!required || secrets.get(name) !== undefined) continue;
    if (replay !== undefined && isProviderKey(program, name)) continue;
    const places = [
      ...(env === undefined ? [] : [`the environment variable "${env}"`]),
      ...(file === undefined ? [] : [`the file "${file}"`]),
    ];
    throw new Problem('missing_secret', `the secret "${name}" is required; set ${places.join(' or ')}`, {
      details: { secret: name },
    });
  }
}

function isProviderKey({ providers }: Program, secret: string): boolean {
  return Object.values(providers).some(({ apiKey }) => apiKey === secret);
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
