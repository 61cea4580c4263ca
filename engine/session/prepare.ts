import type { Json, JsonSchema } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import { compileSchema, describeFaults, schemaFaults } from '../expr/index.ts';
import type { Agent } from '../program/agent.ts';
import { resolveModel } from '../program/model-reference.ts';
import type { ModelChoice, ModelSettings, Thinking } from '../program/model.ts';
import type { Program } from '../program/program.ts';
import type { Role } from '../program/role.ts';
import type { ResultCheck } from './results/typed-result.ts';

/** What a caller asks of an agent. */
export interface Ask {
  readonly message: string | undefined;
  readonly input: Json | undefined;
  readonly role: string | undefined;
  readonly model: string | ModelChoice | undefined;
  readonly modelSettings: ModelSettings;
  readonly thinking: Thinking | undefined;
  readonly schema: JsonSchema | undefined;
  /** How often an answer may be corrected; default as the agent says. */
  readonly retries?: number | undefined;
}

/** An ask with everything decided. */
export interface Prepared {
  readonly message: string;
  readonly input: Json | undefined;
  readonly role: Role | undefined;
  readonly model: ModelChoice;
  readonly settings: ModelSettings;
  readonly thinking: Thinking | undefined;
  readonly schema: JsonSchema | undefined;
  readonly retries?: number | undefined;
  /** What the caller's own schema says of a result that fits; never stored. */
  readonly check?: ResultCheck | undefined;
}

const maxSchemaLength = 32_768;

/**
 * Decides model, role, settings and schema of a call, and checks its input, before anything is stored or started.
 * A call's own choice beats the role's, which beats the agent's.
 * Throws Problem `invalid_input`, `unknown_role`, `missing_model`, `invalid_request`.
 */
export function prepare(program: Program, agent: Agent, ask: Ask): Prepared {
  const input = checkInput(agent, ask.input);
  const role = ask.role === undefined ? undefined : findRole(program, ask.role);
  const model = chooseModel(program, agent, role, ask.model);
  const schema = ask.schema ?? agent.outputSchema;
  if (ask.schema !== undefined) checkSchema(ask.schema);
  return {
    message: messageOf(agent, ask.message, input),
    input,
    role,
    model,
    settings: { ...model.settings, ...agent.modelSettings, ...role?.modelSettings, ...ask.modelSettings },
    thinking: ask.thinking ?? role?.thinking ?? agent.thinking,
    schema,
    retries: ask.retries,
  };
}

/** A schema may come from a caller, and compiling a long one holds up everybody. */
function checkSchema(schema: JsonSchema): void {
  if (JSON.stringify(schema).length > maxSchemaLength)
    throw new Problem('invalid_request', `the result schema is longer than ${maxSchemaLength} characters`);
  const [fault] = schemaFaults(schema);
  if (fault !== undefined)
    throw new Problem(
      'invalid_request',
      `the result schema is invalid at "${fault.pointer}": ${fault.message}`,
    );
  try {
    compileSchema(schema).check(null);
  } catch (thrown) {
    throw new Problem('invalid_request', 'the result schema is too large to be used', { cause: thrown });
  }
}

function checkInput(agent: Agent, input: Json | undefined): Json | undefined {
  if (agent.inputSchema === undefined) {
    if (input !== undefined) {
      throw new Problem(
        'invalid_input',
        `agent "${agent.name}" takes a message, not an input; declare an "inputSchema" to give it one`,
      );
    }
    return undefined;
  }
  const checked = compileSchema(agent.inputSchema).check(input ?? {});
  if (checked.faults.length > 0) {
    throw new Problem('invalid_input', `input of agent "${agent.name}": ${describeFaults(checked.faults)}`, {
      details: { faults: checked.faults.map(({ pointer, message }) => ({ pointer, message })) },
    });
  }
  return checked.value;
}

function messageOf(agent: Agent, message: string | undefined, input: Json | undefined): string {
  if (message !== undefined && message.trim() !== '') return message;
  if (input !== undefined) return JSON.stringify(input, null, 2);
  throw new Problem('invalid_input', `agent "${agent.name}" needs a message`);
}

function findRole(program: Program, name: string): Role {
  const role = Object.hasOwn(program.roles, name) ? program.roles[name] : undefined;
  if (role === undefined)
    throw new Problem('unknown_role', `no role "${name}"${choices(name, Object.keys(program.roles))}`);
  return role;
}

function chooseModel(
  program: Program,
  agent: Agent,
  role: Role | undefined,
  asked: string | ModelChoice | undefined,
): ModelChoice {
  if (typeof asked === 'object') return asked;
  if (asked !== undefined) {
    const found = resolveModel(asked, {
      models: program.settings.models,
      providers: program.providers,
      scripts: program.scripts,
    });
    if ('fault' in found) throw new Problem('missing_model', found.fault);
    return found.choice;
  }
  const choice = role?.model ?? (agent.model === false ? undefined : (agent.model ?? program.settings.model));
  if (choice !== undefined) return choice;
  throw new Problem(
    'missing_model',
    agent.model === false
      ? `agent "${agent.name}" says "model: false": every call must name a model`
      : `agent "${agent.name}" has no model; write "model: provider/model" in its file or in engine.yaml`,
  );
}
