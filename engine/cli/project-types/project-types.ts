import type { JsonSchema } from '../../core/json.ts';
import type { Program } from '../../program/program.ts';
import { declareSchema, type SchemaUse } from './schema-type.ts';
import { comment, indented, keyText, oneOf, pascal } from './text.ts';

/** Where types are written when nothing else is said, beside engine.yaml. */
export const typesFile = 'engine-types.d.ts';

/** Makes the types those of every client and engine. */
const registration = `declare module 'flue-engine/register' {\n  interface Register {\n    readonly project: Project;\n  }\n}\n`;

/** What is known of an agent or workflow. */
interface Declared {
  readonly name: string;
  readonly description: string;
  readonly module?: string | undefined;
  readonly inputSchema: JsonSchema | undefined;
  readonly outputSchema: JsonSchema | undefined;
}

/**
 * The text of a declaration file with the names, inputs and outputs of a project, which `flue-engine` and `flue-engine/client` look at.
 * The same project gives the same text.
 * @param isRegistered whether the types hold for every client and engine, or only where they are named; default true.
 */
export function projectTypes(program: Program, isRegistered = true): string {
  const { agents, workflows, roles, skills, tools, channels, schedules, settings } = program;
  const taken = new Set(['Project', 'Json', 'Record']);
  const declarations: string[] = [];

  /** Declares a schema, and gives the name that it has. */
  function declared(wanted: string, kind: string, use: SchemaUse, schema: JsonSchema): string {
    let name = wanted;
    for (let count = 1; taken.has(name); count += 1) name = `${kind}${wanted}${count === 1 ? '' : count}`;
    const texts = declareSchema(name, schema, use, (one) => taken.has(one));
    for (const text of texts) taken.add(/export type (\w+)/.exec(text)?.[1] ?? name);
    declarations.push(...texts);
    return name;
  }

  function lineOf(kind: 'Agent' | 'Workflow', one: Declared): string {
    const { name, description, inputSchema, outputSchema, module } = one;
    const isAgent = kind === 'Agent' && module === undefined;
    const input =
      inputSchema === undefined
        ? isAgent
          ? 'undefined'
          : 'Json'
        : declared(`${pascal(name)}Input`, kind, 'input', inputSchema);
    const output =
      outputSchema === undefined
        ? isAgent
          ? 'string'
          : 'Json'
        : declared(`${pascal(name)}Output`, kind, 'output', outputSchema);
    return `${comment(description)}readonly ${keyText(name)}: { readonly input: ${input}; readonly output: ${output} };\n`;
  }

  const blockOf = (kind: 'Agent' | 'Workflow', named: Readonly<Record<string, Declared>>): string => {
    const lines = Object.keys(named)
      .sort()
      .flatMap((name) => (named[name] === undefined ? [] : [lineOf(kind, named[name])]));
    return lines.length === 0 ? '{};' : `{\n${indented(lines.join(''))}};`;
  };

  const project = [
    `readonly agents: ${blockOf('Agent', agents)}`,
    `readonly workflows: ${blockOf('Workflow', workflows)}`,
    ...Object.entries({ roles, skills, tools, models: settings.models, channels, schedules }).map(
      ([key, named]) => `readonly ${key}: ${oneOf(Object.keys(named))};`,
    ),
  ].join('\n');
  const body = [
    ...declarations,
    `/** What the project ${JSON.stringify(program.name).replaceAll('*/', '*\\/')} declares. */\nexport interface Project {\n${indented(project)}\n}\n`,
    ...(isRegistered ? [registration] : []),
  ].join('\n');
  return [
    '// Made by `engine types`. Do not edit: it is made again.\n',
    /\bJson\b/.test(body) ? "import type { Json } from 'flue-engine/register';\n" : undefined,
    body,
  ]
    .filter((part) => part !== undefined)
    .join('\n');
}
