import type { Json } from './json.ts';

export type { Json } from './json.ts';

/**
 * Where a program is told what its project declares, so that names, inputs and outputs are checked and completed. The file that
 * `engine types` writes adds `project` to it; without one every name is a text, and inputs and outputs are JSON.
 *
 * @example
 * declare module 'flue-engine/register' {
 *   interface Register {
 *     project: Project;
 *   }
 * }
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it is there to be added to
export interface Register {}

/** What a project declares, as types. */
export interface ProjectTypes {
  /** By name: `{ input, output }`. An `input` of `undefined`: it takes a message and nothing else. */
  readonly agents: object;
  /** By name: `{ input, output }`. */
  readonly workflows: object;
  readonly roles: string;
  readonly skills: string;
  readonly tools: string;
  /** Aliases of models. */
  readonly models: string;
  readonly channels: string;
  readonly schedules: string;
}

/** A project of which nothing is known. */
export interface AnyProject extends ProjectTypes {
  readonly agents: Readonly<Record<string, { readonly input: Json; readonly output: Json }>>;
  readonly workflows: Readonly<Record<string, { readonly input: Json; readonly output: Json }>>;
}

/** The project that is registered, or any. */
export type Registered = Register extends { readonly project: infer P extends ProjectTypes } ? P : AnyProject;

/** Name of an agent. */
export type AgentName<P extends ProjectTypes> = keyof P['agents'] & string;

/** Name of a workflow. */
export type WorkflowName<P extends ProjectTypes> = keyof P['workflows'] & string;

/** One of these names, or any other text: completed, and not refused. */
export type Suggested<Name extends string> = Name | (string & {});

/** `provider/model`, or an alias of the project. */
export type ModelName<P extends ProjectTypes> = string extends P['models']
  ? string
  : P['models'] | `${string}/${string}`;

/** Input of an agent or workflow. */
export type InputOf<Declared, Name extends keyof Declared> = Declared[Name] extends {
  readonly input: infer Input;
}
  ? Input
  : Json;

/** `true` where an empty object will do as input, so that it may be left out. */
export type IsLeftOut<Input> = Record<never, never> extends Input ? true : Json extends Input ? true : false;

/** The arguments `input` and `options`; the input may be left out where an empty one will do. */
export type Inputs<Input, Options> =
  IsLeftOut<Input> extends true ? [input?: Input, options?: Options] : [input: Input, options?: Options];

/** The arguments `message` and `options`; these bring the typed input, and may be left out where that may. */
export type Spoken<Input, Options> = [Input] extends [undefined]
  ? [message: string, options?: Options & { readonly input?: undefined }]
  : IsLeftOut<Input> extends true
    ? [message: string, options?: Options & { readonly input?: Input }]
    : [message: string, options: Options & { readonly input: Input }];

/** Output of an agent or workflow. */
export type OutputOf<Declared, Name extends keyof Declared> = Declared[Name] extends {
  readonly output: infer Output;
}
  ? Output
  : Json;

/** What is said to an agent: a message, or typed input for one with an `inputSchema`. */
export type Said<Input> = Json extends Input
  ? { readonly message?: string; readonly input?: Input }
  : [Input] extends [undefined]
    ? { readonly message: string; readonly input?: undefined }
    : IsLeftOut<Input> extends true
      ? { readonly message?: string; readonly input?: Input }
      : { readonly message?: string; readonly input: Input };
